#include "proxy/cli/which_server.h"

#include <fmt/format.h>

#include <string_view>

#include "proxy/cli/version.h"

namespace bauta {
namespace {

constexpr std::string_view kWayToApi =
    "; the API is at [public] listen, http://127.0.0.1:8080 if nothing else is set: name it with "
    "BAUTA_URL or --url";
constexpr std::string_view kWayToAdmin =
    "; the admin listener is at [admin] listen, http://127.0.0.1:9090 if nothing else is set: name "
    "it with BAUTA_ADMIN_URL or --url";

Error older(const Error& not_found) {
  return {.code = not_found.code,
          .detail = fmt::format("this relay does not know what was asked for: is it older than "
                                "this bauta, {}? Its /docs lists what it knows",
                                version())};
}

}  // namespace

Error wrong_face(Face wanted, const Error& not_found,
                 const std::function<bool(const std::string& path)>& answers) {
  const auto other = [&](std::string_view what) {
    return Error{
        .code = "server.not_bauta",
        .detail = fmt::format("{}{}", what, wanted == Face::api ? kWayToApi : kWayToAdmin)};
  };
  if (answers("/openapi.yaml"))
    return wanted == Face::api ? older(not_found) : other("at this URL is the API of a relay");
  if (answers("/livez"))
    return wanted == Face::admin ? older(not_found)
                                 : other("at this URL is the admin listener of a relay");
  if (answers("/handsets/stats")) return other("at this URL are the simulated phones");
  return other(
      "what answers at this URL knows no such path: the URL is that of the relay, "
      "without a path");
}

std::string scheme_advice(const std::string& url, const Error& error) {
  const bool is_https = url.starts_with("https:");
  if (!is_https && (error.code == "http.connection_lost" || error.code == "http.malformed_answer"))
    return "; does it speak TLS? then its URL begins with https://";
  if (is_https && error.code == "http.tls_failed" && error.detail.contains("wrong version"))
    return "; does it speak no TLS? then its URL begins with http://";
  return "";
}

}  // namespace bauta
