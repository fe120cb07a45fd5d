#include "proxy/net/http_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace bauta {
namespace {

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

RequestIds::RequestIds() {
  std::random_device random;
  for (std::size_t i = 0; i < kRandomOctets; ++i) bits_[i] = static_cast<std::byte>(random());
}

std::string RequestIds::next() {
  ++count_;
  for (std::size_t i = 0; i < bits_.size() - kRandomOctets; ++i) {
    bits_[bits_.size() - 1 - i] = static_cast<std::byte>(count_ >> (8 * i));
  }
  return "req_" + to_base32(bits_);
}

std::string_view DateHeader::value() {
  const std::time_t now = std::time(nullptr);
  if (now != at_) {
    at_ = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    length_ = std::strftime(text_.data(), text_.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return {text_.data(), length_};
}

std::string render_head(const HttpResponse& response, std::string_view request_id,
                        std::string_view date, bool keep_alive, bool is_http_1_0) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nBauta-Request-Id: {}\r\n",
                                 response.status, reason_of(response.status), date, request_id);
  for (const auto& [name, value] : response.headers.fields()) {
    // Ours to say; and a line end in a value would begin a header of somebody else's making.
    if (same_header_name(name, "Content-Length") || same_header_name(name, "Connection") ||
        same_header_name(name, "Transfer-Encoding"))
      continue;
    if (has_control_character(name) || has_control_character(value)) continue;
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (response.stream != nullptr) {
    // To HTTP/1.0 the end of the connection is the end of the body.
    if (!is_http_1_0) head.append("Transfer-Encoding: chunked\r\n");
  } else if (response.status != 204 && response.status != 304) {
    head.append(fmt::format("Content-Length: {}\r\n", response.body.size()));
  }
  if (!keep_alive) head.append("Connection: close\r\n");
  if (keep_alive && is_http_1_0) head.append("Connection: keep-alive\r\n");
  return head.append("\r\n");
}

std::string as_chunk(std::string_view octets) {
  return fmt::format("{:x}\r\n{}\r\n", octets.size(), octets);
}

}  // namespace bauta
