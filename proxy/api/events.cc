#include "proxy/api/frame.h"
#include "proxy/delivery/event_json.h"

namespace bauta::api {
namespace {

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
