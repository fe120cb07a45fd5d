#pragma once

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/proxy/net/peers/raw_peer.h"

namespace bauta {

/// A server that has its answers ready: one a connection, in their order; "" takes the request and hangs up.
class CannedServer {
 public:
  explicit CannedServer(std::vector<std::string> answers)
      : thread_([this, answers = std::move(answers)] { serve(answers); }) {}
  ~CannedServer() { join(); }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }
  /// What came, once every answer is given (or nobody comes for one any more).
  const std::vector<std::string>& requests() {
    join();
    return requests_;
  }

  static std::string answer(int status, const std::string& body,
                            const std::string& type = "application/json") {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type +
           "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }
  static std::string problem(int status, const std::string& code, const std::string& more = "") {
    return answer(
        status, R"({"code":")" + code + R"(","detail":"Something.","request_id":"r1")" + more + "}",
        "application/problem+json");
  }

 private:
  void serve(const std::vector<std::string>& answers) {
    for (const auto& answer : answers) {
      RawPeer peer = listener_.accept();
      if (!peer.is_connected()) return;
      requests_.push_back(peer.read_message());
      if (!answer.empty()) peer.send(answer);
    }
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  RawListener listener_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// The value of a field of a request's head; "" if it is not there.
inline std::string header_of(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

inline std::string body_of(const std::string& request) {
  return request.substr(std::min(request.size(), request.find("\r\n\r\n") + 4));
}

inline std::string first_line_of(const std::string& request) {
  return request.substr(0, request.find("\r\n"));
}

}  // namespace bauta
