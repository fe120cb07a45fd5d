#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/store/task.h"

namespace bauta {

/// Header fields in the order they came or are sent in, each as often as it came.  Names compare without case.
class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<std::pair<std::string, std::string>> fields)
      : fields_(fields) {}

  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// In the place of every field of that name.
  void set(std::string_view name, std::string value);
  void erase(std::string_view name);
  /// The first of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string_view> find_all(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Do two names of header fields mean the same?
bool same_header_name(std::string_view a, std::string_view b);

/// A request as it was received.  `target`, `path` and `query` are raw octets: signatures are computed over them.
/// Never logged: target, query, headers, body, peer.
struct HttpRequest {
  std::string method = {};
  std::string target = {};  // "/carriers/a/b/inbound?x=1"
  std::string path = {};    // up to '?', still percent-encoded
  std::string query = {};   // after '?', without it; see decode_form()
  HttpHeaders headers = {};
  std::string body = {};
  std::string peer = {};             // the other end's IP address, without its port
  std::string request_id = {};       // also in the answer's Bauta-Request-Id
  std::string_view public_url = {};  // [public] url; outlives the request
  std::string_view route = {};       // the pattern that matched; outlives the request
  /// Percent-decoded exactly once.
  std::vector<std::pair<std::string, std::string>> path_parameters = {};

  /// The value of `{name}` in the route's pattern; a name that is not in it is asserted.
  const std::string& path_parameter(std::string_view name) const;
};

/// A body that is made while it is sent, for as long as both ends want it.  On the thread of its connection.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  /// The next octets, once there are some; never "".  nullopt: the body has ended.  Called again when they have been written: who reads
  /// slowly is waited for up to the write time-out, and then cut off.
  virtual Task<std::optional<std::string>> next() = 0;
  /// The peer has gone, or the server is about to stop: what next() waits for is not waited for any longer, and the body ends as soon as it
  /// properly can.  May be called at any time, and more than once.
  virtual void end() = 0;
};

/// What is answered.  The server adds Content-Length, Date, Connection and Bauta-Request-Id, and leaves the body out for HEAD.
struct HttpResponse {
  unsigned status = 200;
  HttpHeaders headers = {};
  std::string body = {};
  /// Instead of `body`, if given; the connection ends with it.  Shared by the answer and by who ends it.
  std::shared_ptr<HttpStream> stream = {};
};

/// `body` is JSON, rendered already.
HttpResponse json_response(unsigned status, std::string body);
HttpResponse text_response(unsigned status, std::string body);

/// Runs on the thread of its connection.  What it throws becomes a 500 that says nothing.
using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;

/// "Not Found" for 404; "" for a status that nobody registered.
std::string_view reason_of(unsigned status);

}  // namespace bauta
