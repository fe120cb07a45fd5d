#include "proxy/delivery/event_json.h"

#include <json/json.h>

#include "proxy/net/json.h"
#include "proxy/net/rfc3339.h"

namespace bauta {

Json::Value event_json(const Event& event) {
  Json::Value json(Json::objectValue);
  json["id"] = event.id.str();
  json["type"] = std::string(event_type_name(event.type));
  json["created_at"] = format_rfc3339(event.created_at);
  json["session"] = event.session.is_nil() ? Json::Value() : Json::Value(event.session.str());
  json["sequence"] = static_cast<Json::UInt64>(event.sequence);
  json["data"] = Json::Value(Json::objectValue);
  for (const auto& [name, value] : event.data) json["data"][name] = value;
  return json;
}

std::string event_body(const Event& event, const std::optional<ToldText>& told) {
  auto json = event_json(event);
  if (told && !datum(event, "message").empty())
    json["data"]["text"] = told->text ? Json::Value(*told->text) : Json::Value();
  return write_json(json);
}

}  // namespace bauta
