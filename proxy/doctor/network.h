#pragma once

#include <chrono>
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
/// `bound`: whether the address was free; `is_relay`: whoever has it answers as a relay does.
Diagnosis judge_listener(const std::string& section, const Status& bound, bool is_relay);
Diagnosis judge_webhooks(const std::vector<std::string>& allow_private);

/// Where texts of a connection are handed over; "": its type needs api_url.
std::string api_url_of(const ConnectionConfig& connection);
/// Is anybody there who may listen at `listen`?  Codes: http.listen_failed.
Status try_to_bind(const std::string& listen);

}  // namespace bauta
