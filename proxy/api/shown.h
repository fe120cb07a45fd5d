#pragma once

#include <json/json.h>

#include "proxy/api/frame.h"

namespace bauta::api {

// What more than one resource shows.

/// Addresses are masked unless the key may read them.
Json::Value session_json(const SessionView& view, bool shows_addresses);
/// The text is null unless the key may read it.
Json::Value message_json(const MessageView& view, bool shows_text);
/// `service`: its name; "": every service of the account.
Json::Value key_json(const ApiKey& key, std::string_view service, bool is_test);
/// Where one finds out how a job goes: the Location of what began it.
std::string job_path(JobId id);
Json::Value job_json(const Job& job);

}  // namespace bauta::api
