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

struct LetterInPath {
  MessageId message;
  SeatId seat;
};
/// `-` stands for nobody's seat: what Bauta itself said.
Result<LetterInPath> letter_in_path(const ApiCall& call) {
  constexpr std::string_view kNone = "dead_letter.not_found";
  BAUTA_TRY(const auto message, id_in_path<MessageId>(call, "message", kNone));
  if (call.request.path_parameter("participant") == "-")
    return LetterInPath{.message = message, .seat = {}};
  BAUTA_TRY(const auto seat, id_in_path<SeatId>(call, "participant", kNone));
  return LetterInPath{.message = message, .seat = seat};
}

Json::Value retried_json(const Delivery& delivery) {
  Json::Value json(Json::objectValue);
  json["message"] = delivery.message.str();
  json["to"] = delivery.seat.is_nil() ? Json::Value() : Json::Value(delivery.seat.str());
  json["session"] = delivery.session.is_nil() ? Json::Value() : Json::Value(delivery.session.str());
  json["status"] = string_of(delivery_state_name(delivery.state));
  json["updated_at"] = time_or_null(delivery.updated_at);
  return json;
}

Task<Result<ApiAnswer>> retry(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto letter, letter_in_path(call));
  BAUTA_CO_CHECK(want_nothing(api, call));
  const KeptEffect<Delivery> effect(call, [](const Delivery& delivery) {
    return KeptAnswer{.status = 202, .location = {}, .body = write_json(retried_json(delivery))};
  });
  BAUTA_CO_TRY(const auto delivery,
               co_await api.desk.retry_dead_letter(call.caller, letter.message, letter.seat,
                                                   effect.idempotent()));
  co_return effect.answer_of(delivery);
}

Task<Result<ApiAnswer>> dismiss(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto letter, letter_in_path(call));
  BAUTA_CO_CHECK(co_await api.desk.dismiss_dead_letter(call.caller, letter.message, letter.seat));
  co_return no_content();
}

}  // namespace

void mount_dead_letters(Api& api) {
  constexpr std::string_view kOne = "/api/v1/dead-letters/{message}/{participant}";
  api.on_list("/api/v1/dead-letters", {Scope::sessions_read, Scope::messages_read}, list);
  api.on("POST", std::string(kOne) + "/retry", {Scope::messages_write}, retry);
  api.on("DELETE", kOne, {Scope::messages_write}, dismiss);
}

}  // namespace bauta::api
