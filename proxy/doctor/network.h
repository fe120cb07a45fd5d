#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/doctor/diagnosis.h"
#include "proxy/net/http_client.h"

namespace bauta {

/// One GET, without a body and without credentials unless `bearer` is given; blocks for `patience` at most, whatever the resolver does.
/// `ca_file`: certificates that are trusted beside the system's; "": none.
HttpOutcome ask_at(const std::string& url, const std::string& bearer, const std::string& ca_file,
                   std::chrono::milliseconds patience);

/// Pure, all of them.
Diagnosis judge_public_url(const Config& config);
/// No carrier is configured.
Diagnosis no_connection();
/// `root`: what a GET of the API's root without credentials came to.
Findings judge_connection(const ConnectionConfig& connection, const std::string& url,
                          const HttpOutcome& root);
/// Who has an address that is not free: the relay of this store (or one of which that cannot be told), a relay of another store, or somebody else.
enum class Occupant : std::uint8_t { this_relay, another_relay, somebody };
struct ListenerLook {
  /// Whether the address was free.
  Status bound;
  /// If it was not.
  Occupant occupant = Occupant::somebody;
  /// This store's relay runs.
  bool relay_runs = false;
};
/// `listen`: what is configured for the section "public" or "admin".
Diagnosis judge_listener(const std::string& section, const std::string& listen,
                         const ListenerLook& look);
Diagnosis judge_webhooks(const std::vector<std::string>& allow_private);

/// Where texts of a connection are handed over; "": its type needs api_url.
std::string api_url_of(const ConnectionConfig& connection);
/// Is anybody there who may listen at `listen`?  Codes: http.listen_failed.
Status try_to_bind(const std::string& listen);

}  // namespace bauta
