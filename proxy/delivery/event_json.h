#pragma once

#include <json/forwards.h>

#include <optional>
#include <string>

#include "routing/events/event_log.h"

namespace bauta {

/// An event as the API and webhooks show it.
Json::Value event_json(const Event& event);

/// What was said in the message that an event is about.
struct ToldText {
  /// None: it is erased, or the event is about no message.
  std::optional<std::string> text = {};
};
/// What a webhook is sent.  `told`: none where texts are not told to it; else `data` has the member `text` where the event is about a message.
std::string event_body(const Event& event, const std::optional<ToldText>& told);

}  // namespace bauta
