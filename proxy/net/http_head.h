#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "proxy/net/http.h"
#include "storage/store/id.h"

namespace bauta {

/// "req_" and 26 characters: random for each object, then counted.  For one thread.
class RequestIds {
 public:
  RequestIds();
  std::string next();

 private:
  static constexpr std::size_t kRandomOctets = 10;
  Bits128 bits_{};
  std::uint64_t count_ = 0;
};

/// The value of Date (RFC 9110, 6.6.1), rendered once a second.  For one thread.
class DateHeader {
 public:
  /// Good until the next call.
  std::string_view value();

 private:
  std::time_t at_ = -1;
  std::array<char, 40> text_{};
  std::size_t length_ = 0;
};

/// The head of an answer, and whether the connection goes on after it.  A header whose value could begin another one is left out.
std::string render_head(const HttpResponse& response, std::string_view request_id,
                        std::string_view date, bool keep_alive, bool is_http_1_0);

/// A piece of a chunked body (RFC 9112, 7.1); of "" its end.
std::string as_chunk(std::string_view octets);

}  // namespace bauta
