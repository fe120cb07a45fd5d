#pragma once

#include <json/json.h>

#include <optional>
#include <string>

#include "proxy/api/frame.h"

namespace bauta::api {

/// `language` of a request: a tag of RFC 5646.
std::optional<std::string> read_language(ObjectReader& fields, const ApiLimits& limits);

/// One who is to have a seat, as a request describes them; none: `faults` say why not.
std::optional<OpenSession::Participant> read_participant(const Json::Value& json,
                                                         std::string pointer, const ApiCall& call,
                                                         const ApiLimits& limits, Faults& faults);
/// `name` of a request, national if the service has a default region; none: `faults` say why not.
std::optional<RealAddress> read_address(ObjectReader& fields, const ApiCall& call,
                                        std::string_view name = "address");

/// Addresses are masked unless the key may read them.
Json::Value participant_json(const SeatView& view, bool shows_addresses);
Json::Value participants_json(const SessionView& session, bool shows_addresses);

}  // namespace bauta::api
