#include "proxy/api/frame.h"
#include "proxy/api/shown.h"

namespace bauta::api {
namespace {

Result<SendText> read_send(const Json::Value& body, SessionId session, const ApiLimits& limits) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  SendText request{.session = session, .text = {}, .to = {}};
  fields.require("text");
  if (const auto* text = fields.raw("text")) {
    if (!text->isString()) {
      fields.fault("text", "field.type", "must be a string");
    } else if (text->asString().empty()) {
      fields.fault("text", "field.too_short", "must not be empty");
    } else if (auto parsed = MessageText::parse(text->asString())) {
      request.text = *std::move(parsed);
    } else {
      faults.add(fields.pointer("text"), parsed.error());
    }
  }
  if (const auto to = fields.texts("to", limits.participants_max, {})) {
    if (to->empty())
      fields.fault("to", "field.too_short", "must not be empty: leave it out to text everyone");
    for (std::size_t i = 0; i < to->size(); ++i) {
      if (const auto seat = SeatId::parse((*to)[i])) {
        request.to.push_back(*seat);
      } else {
        faults.add(pointer_to(fields.pointer("to"), i), seat.error());
      }
    }
  }
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return request;
}

Task<Result<ApiAnswer>> send(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto session, id_in_path<SessionId>(call, "id", "session.not_found"));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto request, read_send(body, session, api.limits));
  const KeptEffect<MessageView> effect(
      call, [shows = call.may(Scope::messages_read), session](const MessageView& view) {
        return KeptAnswer{.status = 202,
                          .location = "/api/v1/sessions/" + session.str() + "/messages",
                          .body = write_json(message_json(view, shows))};
      });
  BAUTA_CO_TRY(const auto view,
               co_await api.desk.send_text(call.caller, std::move(request), effect.idempotent()));
  co_return effect.answer_of(view);
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto session, id_in_path<SessionId>(call, "id", "session.not_found"));
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(const auto page,
               co_await api.desk.list_messages(call.caller, session, limit, std::move(cursor)));
  Json::Value data(Json::arrayValue);
  for (const auto& view : page.data)
    data.append(message_json(view, call.may(Scope::messages_read)));
  co_return answer(200, page_json(std::move(data), page.next_cursor));
}

}  // namespace

void mount_messages(Api& api) {
  constexpr std::string_view kPath = "/api/v1/sessions/{id}/messages";
  api.on("POST", kPath, {Scope::messages_write}, send);
  api.on_list(kPath, {Scope::sessions_read, Scope::messages_read}, list);
}

}  // namespace bauta::api
