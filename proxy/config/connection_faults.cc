#include "proxy/config/connection_faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>

#include "proxy/config/settings.h"
#include "proxy/config/value_shapes.h"

namespace bauta {
namespace {

/// nullptr: nothing is.
const char* wrong_account(const ConnectionConfig& connection) {
  if (connection.type != "twilio" || connection.account_sid.empty()) return nullptr;
  if (connection.api_url.empty()) {
    return is_account_sid(connection.account_sid)
               ? nullptr
               : "Twilio's AccountSid is AC and 32 hexadecimal digits, as its console shows it";
  }
  // Another provider that speaks Twilio's API may have accounts of another form.
  return is_visible(connection.account_sid)
             ? nullptr
             : "an account is named by letters, digits and signs of ASCII, without blanks";
}

}  // namespace

std::vector<FieldFault> faults_of_connection(const ConnectionConfig& connection,
                                             const std::vector<ConnectionConfig>& others) {
  std::vector<FieldFault> faults;
  const auto bad = [&](const char* key, std::string detail) {
    faults.push_back({.pointer = key, .code = "config.bad_value", .detail = std::move(detail)});
  };
  const auto types = connection_types();
  if (!connection.type.empty() && std::ranges::find(types, connection.type) == types.end()) {
    bad("type", fmt::format("there is no type {} of connection, only: {}", connection.type,
                            fmt::join(types, ", ")));
  }
  if (!connection.name.empty() && !is_plain(connection.name, 1, 40))
    bad("name", "a name is 1 to 40 letters, digits, hyphens and underscores");
  if (!connection.token.empty() && !is_plain(connection.token, 16, 128)) {
    bad("token",
        "a token is 16 to 128 letters, digits, hyphens and underscores that nobody can guess");
  }
  if (!connection.api_url.empty() && !is_base_url(connection.api_url))
    bad("api_url", "it is no URL of http or https");
  if (const auto* what = wrong_account(connection); what != nullptr) bad("account_sid", what);
  for (const auto& other : others) {
    if (!connection.name.empty() && other.name == connection.name)
      bad("name", fmt::format("two connections are named {}", connection.name));
  }
  return faults;
}

}  // namespace bauta
