#include "proxy/api/frame.h"

namespace bauta::api {
namespace {

Json::Value event_json(const Event& event) {
  Json::Value json(Json::objectValue);
  json["id"] = event.id.str();
  json["type"] = string_of(event_type_name(event.type));
  json["created_at"] = time_or_null(event.created_at);
  json["session"] = event.session.is_nil() ? Json::Value() : Json::Value(event.session.str());
  json["sequence"] = static_cast<Json::UInt64>(event.sequence);
  json["data"] = Json::Value(Json::objectValue);
  for (const auto& [name, value] : event.data) json["data"][name] = value;
  return json;
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  if (call.request.headers.find("Accept").value_or("").starts_with("text/event-stream"))
    co_return fail("http.not_acceptable", "events are not streamed yet: list them");
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(const auto page,
               co_await api.desk.list_events(call.caller, limit, std::move(cursor)));
  Json::Value data(Json::arrayValue);
  for (const auto& event : page.data) data.append(event_json(event));
  co_return answer(200, page_json(std::move(data), page.next_cursor));
}

}  // namespace

void mount_events(Api& api) { api.on("GET", "/api/v1/events", {Scope::events_read}, list); }

}  // namespace bauta::api
