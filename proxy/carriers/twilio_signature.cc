#include "proxy/carriers/twilio_signature.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/carriers/signing.h"
#include "proxy/net/base64.h"
#include "proxy/net/http.h"

namespace bauta::twilio {
namespace {

/// The other spelling of a URL's default port: with it if it is left out, without it if it is there.  nullopt: another port.
std::optional<std::string> other_port_spelling(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const bool tls = url.substr(0, scheme_end) == "https";
  const std::string_view port = tls ? ":443" : ":80";
  const auto host = scheme_end + 3;
  const auto host_end = std::min(url.find_first_of("/?", host), url.size());
  const auto authority = url.substr(host, host_end - host);
  // The colons of an IPv6 literal stand inside its brackets.
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  std::string other(url);
  if (!has_port) return other.insert(host_end, port);
  if (authority.substr(colon) != port) return std::nullopt;
  return other.erase(host + colon, port.size());
}

/// A body of no stated type is taken for a form, as Twilio's own libraries do.
bool is_form(std::string_view content_type) {
  auto media_type = content_type.substr(0, content_type.find(';'));
  while (media_type.ends_with(' ')) media_type.remove_suffix(1);
  return media_type.empty() || same_header_name(media_type, "application/x-www-form-urlencoded");
}

/// The value of bodySHA256 in the URL's query; a body that is no form is signed by it.
std::optional<std::string> body_digest_of(std::string_view url) {
  const auto query = url.find('?');
  if (query == std::string_view::npos) return std::nullopt;
  const auto fields = decode_form(url.substr(query + 1));
  const auto digest = form_value(fields, "bodySHA256");
  return digest ? std::optional(std::string(*digest)) : std::nullopt;
}

}  // namespace

std::string signature_of(std::string_view auth_token, std::string_view url, const Form& fields) {
  std::vector<std::pair<std::string_view, std::string_view>> sorted(fields.begin(), fields.end());
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());
  std::string data(url);
  for (const auto& [name, value] : sorted) data.append(name).append(value);
  return encode_base64(hmac_sha1(auth_token, data));
}

std::optional<Form> authentic_form(std::string_view auth_token, const SignedRequest& request) {
  Form fields;
  if (request.method == "POST") {
    if (is_form(request.content_type)) {
      fields = decode_form(request.body);
    } else if (!request.body.empty()) {
      const auto digest = body_digest_of(request.url);
      if (!digest || !equal_in_constant_time(sha256_hex(request.body), *digest))
        return std::nullopt;
    }
  }
  const auto expected = signature_of(auth_token, request.url, fields);
  if (equal_in_constant_time(expected, request.signature)) return fields;
  const auto other_url = other_port_spelling(request.url);
  if (other_url &&
      equal_in_constant_time(signature_of(auth_token, *other_url, fields), request.signature))
    return fields;
  return std::nullopt;
}

bool is_authentic(std::string_view auth_token, const SignedRequest& request) {
  return authentic_form(auth_token, request).has_value();
}

}  // namespace bauta::twilio
