#include <memory>

#include "proxy/api/event_stream.h"
#include "proxy/api/frame.h"
#include "proxy/delivery/event_json.h"

namespace bauta::api {
namespace {

bool asks_for_stream(const HttpRequest& request) {
  return request.headers.find("Accept").value_or("").contains("text/event-stream");
}

/// What tells who asks.
HttpHeaders sender_of(const HttpRequest& request) {
  HttpHeaders headers;
  for (const auto* name : {"Authorization", "Bauta-Service"}) {
    if (const auto value = request.headers.find(name)) headers.add(name, string_of(*value));
  }
  return headers;
}

Task<Result<ApiAnswer>> stream(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  std::optional<std::string> last;
  if (const auto id = call.request.headers.find("Last-Event-ID"); id && !id->empty())
    last = string_of(*id);
  BAUTA_CO_TRY(auto place, api.stream_places->take(call.caller.service.id, api.limits));
  BAUTA_CO_TRY(auto start, co_await EventStream::start_of(api, call.caller, std::move(last)));
  HttpResponse response{
      .status = 200,
      .headers = {{"Content-Type", "text/event-stream"},
                  // A proxy that gathers what it passes on would keep the events back.
                  {"X-Accel-Buffering", "no"}}};
  response.stream =
      std::make_shared<EventStream>(api.shared_from_this(), call.caller, sender_of(call.request),
                                    std::move(place), std::move(start));
  co_return ApiAnswer{.response = std::move(response)};
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  if (asks_for_stream(call.request)) co_return co_await stream(api, std::move(call));
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

void mount_events(Api& api) { api.on_list("/api/v1/events", {Scope::events_read}, list); }

}  // namespace bauta::api
