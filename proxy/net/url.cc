#include "proxy/net/url.h"

#include <algorithm>
#include <charconv>

namespace bauta {
namespace {

constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443;

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}
bool is_address_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string Url::authority() const {
  std::string text = host.contains(':') ? "[" + host + "]" : host;
  if (port != (is_https ? kHttpsPort : kHttpPort)) text.append(":").append(std::to_string(port));
  return text;
}

Result<Url> parse_url(std::string_view text) {
  const auto malformed = [](const char* why) { return fail("url.malformed", why); };
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; }))
    return malformed("a URL is printable ASCII without blanks");
  Url url;
  std::string scheme(text.substr(0, text.find(':')));
  std::ranges::transform(scheme, scheme.begin(), lower);
  url.is_https = scheme == "https";
  if ((!url.is_https && scheme != "http") || !text.substr(scheme.size()).starts_with("://")) {
    return malformed("a URL begins with https:// or http://");
  }
  text.remove_prefix(scheme.size() + 3);
  text = text.substr(0, text.find('#'));

  const auto authority = text.substr(0, text.find_first_of("/?"));
  text.remove_prefix(authority.size());
  if (authority.contains('@')) return malformed("a URL may not hold a user or a password");
  const bool is_address = authority.starts_with('[');
  const auto host_end = is_address ? authority.find(']') : authority.find(':');
  if (is_address && host_end == std::string_view::npos) return malformed("a bracket is not closed");
  const auto host = is_address ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  const auto after = host_end == std::string_view::npos
                         ? std::string_view()
                         : authority.substr(host_end + (is_address ? 1 : 0));
  url.host.resize(host.size());
  std::ranges::transform(host, url.host.begin(), lower);
  if (url.host.empty() ||
      !std::ranges::all_of(url.host, is_address ? is_address_character : is_host_character)) {
    return malformed("the host is no name and no address");
  }
  url.port = url.is_https ? kHttpsPort : kHttpPort;
  if (!after.empty()) {
    const char* const end = after.data() + after.size();
    const auto [stop, code] = std::from_chars(after.data() + 1, end, url.port);
    if (after.front() != ':' || code != std::errc() || stop != end || url.port == 0)
      return malformed("the port is no port");
  }
  url.target = text.starts_with('/') ? text : "/" + std::string(text);
  return url;
}

}  // namespace bauta
