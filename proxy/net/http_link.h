#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/rate_policy.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_set>

#include "storage/store/task.h"

namespace bauta {

/// Counts what the kernel took: the line between "not sent" and "unknown" (promises 3 and 4).  It counts below TLS, where the write of
/// a record may fail half-way, and is itself no limit to the rate.
class CountedOctets {
 public:
  std::uint64_t written() const { return written_; }

 private:
  friend class boost::beast::rate_policy_access;
  static std::size_t available_read_bytes() { return std::numeric_limits<std::size_t>::max(); }
  static std::size_t available_write_bytes() { return std::numeric_limits<std::size_t>::max(); }
  void transfer_read_bytes(std::size_t) {}
  void transfer_write_bytes(std::size_t octets) { written_ += octets; }
  void on_timer() {}

  std::uint64_t written_ = 0;
};

using PlainStream = boost::beast::basic_stream<boost::asio::ip::tcp, Executor, CountedOctets>;
using TlsStream = boost::asio::ssl::stream<PlainStream>;

/// One connection to an origin.
struct HttpLink {
  std::optional<PlainStream> plain;
  std::optional<TlsStream> tls;
  boost::beast::flat_buffer buffer;
  std::chrono::steady_clock::time_point idle_since;

  PlainStream& socket() { return tls ? tls->next_layer() : *plain; }
  std::uint64_t written() { return socket().rate_policy().written(); }

  /// Nothing has come while it was idle, not even its end.  What came then is no answer to what will be asked.
  bool is_quiet();
};

/// The links that are being made or used: close() ends all of them at once, wherever their coroutines wait.  For one thread.
class LinksInUse {
 public:
  class Use {
   public:
    Use(LinksInUse& all, HttpLink& link) : all_(all), link_(link) { all_.links_.insert(&link_); }
    ~Use() { all_.links_.erase(&link_); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    LinksInUse& all_;
    HttpLink& link_;
  };

  bool is_closed() const { return is_closed_; }
  void close();

 private:
  std::unordered_set<HttpLink*> links_;
  bool is_closed_ = false;
};

}  // namespace bauta
