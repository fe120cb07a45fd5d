#include "proxy/api/frame.h"
#include "proxy/api/participant.h"

namespace bauta::api {
namespace {

constexpr std::string_view kAll = "/api/v1/sessions/{id}/participants";
constexpr std::string_view kOne = "/api/v1/sessions/{id}/participants/{participant}";

struct SeatInPath {
  SessionId session;
  SeatId seat;
};
Result<SeatInPath> seat_in_path(const ApiCall& call) {
  BAUTA_TRY(const auto session, id_in_path<SessionId>(call, "id", "session.not_found"));
  BAUTA_TRY(const auto seat, id_in_path<SeatId>(call, "participant", "participant.not_found"));
  return SeatInPath{.session = session, .seat = seat};
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<SessionId>(call, "id", "session.not_found"));
  BAUTA_CO_TRY(const auto view, co_await api.desk.show_session(call.caller, id));
  co_return answer(200, page_json(participants_json(view, call.may(Scope::addresses_read)), ""));
}

Task<Result<ApiAnswer>> add(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto session, id_in_path<SessionId>(call, "id", "session.not_found"));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  auto participant = read_participant(body, "", call, api.limits, faults);
  BAUTA_CO_CHECK(std::move(faults).status());
  const KeptEffect<SeatView> effect(
      call, [shows = call.may(Scope::addresses_read), session](const SeatView& view) {
        return KeptAnswer{
            .status = 201,
            .location = "/api/v1/sessions/" + session.str() + "/participants/" + view.seat.id.str(),
            .body = write_json(participant_json(view, shows))};
      });
  BAUTA_CO_TRY(const auto view,
               co_await api.desk.add_participant(call.caller, session, *std::move(participant),
                                                 effect.idempotent()));
  co_return effect.answer_of(view);
}

Result<ChangeSeat> read_change(const Json::Value& body, const ApiLimits& limits) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  ChangeSeat change;
  change.label = fields.text("label", {.chars_max = limits.label_chars_max});
  change.language = read_language(fields, limits);
  if (const auto state = fields.text("state", {})) {
    if (*state == seat_state_name(SeatState::blocked) ||
        *state == seat_state_name(SeatState::active)) {
      change.blocked = *state == seat_state_name(SeatState::blocked);
    } else {
      fields.fault("state", "field.value", "must be blocked or active");
    }
  }
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return change;
}

Task<Result<ApiAnswer>> change(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto place, seat_in_path(call));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto request, read_change(body, api.limits));
  BAUTA_CO_TRY(const auto view, co_await api.desk.change_participant(
                                    call.caller, place.session, place.seat, std::move(request)));
  co_return answer(200, participant_json(view, call.may(Scope::addresses_read)));
}

Task<Result<ApiAnswer>> remove(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto place, seat_in_path(call));
  BAUTA_CO_CHECK(co_await api.desk.remove_participant(call.caller, place.session, place.seat));
  co_return no_content();
}

}  // namespace

void mount_participants(Api& api) {
  api.on("GET", kAll, {Scope::sessions_read}, list);
  api.on("POST", kAll, {Scope::sessions_write}, add);
  api.on("PATCH", kOne, {Scope::sessions_write}, change);
  api.on("DELETE", kOne, {Scope::sessions_write}, remove);
}

}  // namespace bauta::api
