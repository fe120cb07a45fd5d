#include "proxy/net/outgoing_request.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace bauta {
namespace {

using std::chrono::steady_clock;

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_token(std::string_view text) {  // RFC 9110, 5.6.2
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

}  // namespace

Result<OutgoingRequest> render(HttpCall call, const HttpClientOptions& options) {
  const auto bad = [](std::string why) { return fail("http.bad_call", std::move(why)); };
  auto url = parse_url(call.url);
  if (!url) return bad(url.error().detail);
  if (!is_token(call.method)) return bad("the method is no method");
  OutgoingRequest request{.url = *std::move(url),
                          .is_head = call.method == "HEAD",
                          .octets = {},
                          .deadline = call.timeout ? steady_clock::now() + *call.timeout
                                                   : steady_clock::time_point::max()};
  request.octets = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", call.method, request.url.target,
                               request.url.authority());
  if (!call.headers.contains("User-Agent")) call.headers.add("User-Agent", options.user_agent);
  if (!call.headers.contains("Accept")) call.headers.add("Accept", "*/*");
  for (const auto& [name, value] : call.headers.fields()) {
    if (!is_token(name) || has_control_character(value)) return bad("a header is no header");
    for (const auto* ours :
         {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect"}) {
      if (same_header_name(name, ours)) return bad("a header is the client's own to send");
    }
    request.octets.append(name).append(": ").append(value).append("\r\n");
  }
  if (!call.body.empty() || (call.method != "GET" && call.method != "HEAD")) {
    request.octets.append(fmt::format("Content-Length: {}\r\n", call.body.size()));
  }
  request.octets.append("\r\n").append(call.body);
  return request;
}

}  // namespace bauta
