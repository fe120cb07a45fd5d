#include "proxy/api/frame.h"

namespace bauta::api {
namespace {

Json::Value dead_letter_json(const DeadLetter& letter) {
  Json::Value json(Json::objectValue);
  json["message"] = letter.message.str();
  json["to"] = letter.seat.is_nil() ? Json::Value() : Json::Value(letter.seat.str());
  json["session"] = letter.session.is_nil() ? Json::Value() : Json::Value(letter.session.str());
  json["status"] = string_of(delivery_state_name(letter.state));
  json["error"]["code"] = letter.code;
  json["error"]["detail"] = letter.detail;
  json["created_at"] = time_or_null(letter.at);
  return json;
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(const auto page,
               co_await api.desk.list_dead_letters(call.caller, limit, std::move(cursor)));
  Json::Value data(Json::arrayValue);
  for (const auto& letter : page.data) data.append(dead_letter_json(letter));
  co_return answer(200, page_json(std::move(data), page.next_cursor));
}

}  // namespace

void mount_dead_letters(Api& api) {
  api.on("GET", "/api/v1/dead-letters", {Scope::sessions_read, Scope::messages_read}, list);
}

}  // namespace bauta::api
