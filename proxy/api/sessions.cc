#include <algorithm>
#include <charconv>

#include "proxy/api/frame.h"
#include "proxy/api/participant.h"
#include "proxy/api/shown.h"
#include "proxy/net/form.h"

namespace bauta::api {
namespace {

constexpr std::string_view kStatusValues = "must be open, in_progress or closed";

std::string etag_of(const SessionView& view) {
  return "\"" + std::to_string(static_cast<std::uint64_t>(view.version)) + "\"";
}

/// `*` is any version.
Result<std::optional<Version>> if_match(const HttpHeaders& headers) {
  const auto fields = headers.find_all("If-Match");
  if (fields.empty() || (fields.size() == 1 && fields[0] == "*")) return std::optional<Version>{};
  const auto tag = fields[0];
  std::uint64_t version = 0;
  if (fields.size() == 1 && tag.size() > 2 && tag.starts_with('"') && tag.ends_with('"')) {
    const auto* const end = tag.data() + tag.size() - 1;
    const auto read = std::from_chars(tag.data() + 1, end, version);
    if (read.ec == std::errc{} && read.ptr == end) return std::optional(Version{version});
  }
  return fail("if_match.malformed", "If-Match must be the ETag that an answer brought");
}

ApiAnswer shown(const SessionView& view, const ApiCall& call) {
  auto shown = answer(200, session_json(view, call.may(Scope::addresses_read)));
  shown.response.headers.add("ETag", etag_of(view));
  return shown;
}

std::optional<std::chrono::seconds> seconds(ObjectReader& fields, std::string_view name,
                                            std::chrono::seconds most) {
  const auto read = fields.integer(name, 1, most.count());
  return read ? std::optional(std::chrono::seconds(*read)) : std::nullopt;
}

Result<OpenSession> read_open(const Json::Value& body, const ApiCall& call,
                              const ApiLimits& limits) {
  Faults faults;
  OpenSession request;
  ObjectReader fields(body, "", faults);
  fields.require("participants");
  if (const auto* participants = fields.raw("participants")) {
    if (!participants->isArray()) {
      fields.fault("participants", "field.type", "must be an array of objects");
    } else if (participants->size() < 2 || participants->size() > limits.participants_max) {
      fields.fault("participants", "participants.count",
                   "must name 2 to " + std::to_string(limits.participants_max) + " people, not " +
                       std::to_string(participants->size()));
    } else {
      std::size_t index = 0;
      for (const auto& participant : *participants) {
        if (auto read =
                read_participant(participant, pointer_to(fields.pointer("participants"), index++),
                                 call, limits, faults))
          request.participants.push_back(*std::move(read));
      }
    }
  }
  request.unique_name =
      fields.text("unique_name", {.chars_min = 1, .chars_max = limits.unique_name_chars_max})
          .value_or("");
  request.ttl = seconds(fields, "ttl_seconds", limits.ttl_max);
  request.idle_ttl = seconds(fields, "idle_ttl_seconds", limits.idle_ttl_max);
  request.metadata = fields.metadata(limits).value_or(decltype(request.metadata){});
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return request;
}

Task<Result<ApiAnswer>> open(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto request, read_open(body, call, api.limits));
  const KeptEffect<SessionView> effect(
      call, [shows = call.may(Scope::addresses_read)](const SessionView& view) {
        return KeptAnswer{.status = 201,
                          .location = "/api/v1/sessions/" + view.session.id.str(),
                          .body = write_json(session_json(view, shows))};
      });
  BAUTA_CO_TRY(const auto view, co_await api.desk.open_session(call.caller, std::move(request),
                                                               effect.idempotent()));
  auto opened = effect.answer_of(view);
  opened.response.headers.add("ETag", etag_of(view));
  co_return opened;
}

Task<Result<ApiAnswer>> show(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<SessionId>(call, "id", "session.not_found"));
  BAUTA_CO_TRY(const auto view, co_await api.desk.show_session(call.caller, id));
  co_return shown(view, call);
}

std::optional<SessionStatus> parse_status(std::string_view name) {
  for (const auto status :
       {SessionStatus::open, SessionStatus::in_progress, SessionStatus::closed}) {
    if (session_status_name(status) == name) return status;
  }
  return std::nullopt;
}

Result<ListSessions> read_list(const ApiCall& call, const ApiLimits& limits) {
  Faults faults;
  QueryReader query(call.request, faults);
  ListSessions request;
  if (const auto status = query.text("status")) {
    request.status = parse_status(*status);
    if (!request.status) query.fault("status", "field.value", std::string(kStatusValues));
  }
  request.number = query.virtual_number("virtual_number");
  request.unique_name = query.text("unique_name").value_or("");
  request.created_after = query.time("created_after");
  request.created_before = query.time("created_before");
  request.limit = query.limit(limits);
  request.cursor = query.cursor();
  query.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return request;
}

ApiAnswer answer_with(const Page<SessionView>& page, const ApiCall& call) {
  Json::Value data(Json::arrayValue);
  for (const auto& view : page.data)
    data.append(session_json(view, call.may(Scope::addresses_read)));
  return answer(200, page_json(std::move(data), page.next_cursor));
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  BAUTA_CO_TRY(auto request, read_list(call, api.limits));
  BAUTA_CO_TRY(const auto page, co_await api.desk.list_sessions(call.caller, std::move(request)));
  co_return answer_with(page, call);
}

Result<ChangeSession> read_change(const Json::Value& body, const HttpHeaders& headers,
                                  const ApiLimits& limits) {
  ChangeSession change;
  BAUTA_TRY(change.if_match, if_match(headers));
  Faults faults;
  ObjectReader fields(body, "", faults);
  change.ttl = seconds(fields, "ttl_seconds", limits.ttl_max);
  if (fields.is_null("expires_at")) {
    change.expires_at.emplace(std::nullopt);
  } else if (const auto time = fields.time("expires_at")) {
    change.expires_at.emplace(*time);
  }
  if (fields.has("ttl_seconds") && fields.has("expires_at"))
    fields.fault("expires_at", "field.conflict", "give ttl_seconds or expires_at, not both");
  if (fields.is_null("idle_ttl_seconds")) {
    change.idle_ttl.emplace(std::nullopt);
  } else if (const auto idle = seconds(fields, "idle_ttl_seconds", limits.idle_ttl_max)) {
    change.idle_ttl.emplace(*idle);
  }
  change.metadata = fields.metadata(limits);
  if (const auto status = fields.text("status", {})) {
    change.close = *status == "closed";
    change.reopen = *status == "open";
    if (!change.close && !change.reopen)
      fields.fault("status", "field.value", "must be closed or open");
  }
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return change;
}

Task<Result<ApiAnswer>> change(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<SessionId>(call, "id", "session.not_found"));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto request, read_change(body, call.request.headers, api.limits));
  BAUTA_CO_TRY(const auto view,
               co_await api.desk.change_session(call.caller, id, std::move(request)));
  co_return shown(view, call);
}

Task<Result<ApiAnswer>> erase(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<SessionId>(call, "id", "session.not_found"));
  BAUTA_CO_CHECK(co_await api.desk.erase_session(call.caller, id));
  co_return no_content();
}

Task<Result<ApiAnswer>> search(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  auto address = read_address(fields, call);
  const auto limit = fields.integer("limit", 1, api.limits.page_max);
  const auto cursor = fields.text("cursor", {.chars_max = api.limits.cursor_chars_max});
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(const auto page,
               co_await api.desk.search_sessions(
                   call.caller,
                   {.address = *std::move(address),
                    .limit = limit ? static_cast<std::uint32_t>(*limit) : api.limits.page_default,
                    .cursor = cursor.value_or("")}));
  co_return answer_with(page, call);
}

}  // namespace

void mount_sessions(Api& api) {
  api.on("POST", "/api/v1/sessions", {Scope::sessions_write}, open);
  api.on_list("/api/v1/sessions", {Scope::sessions_read}, list);
  api.on_question("/api/v1/sessions/search", {Scope::sessions_read}, search);
  api.on("GET", "/api/v1/sessions/{id}", {Scope::sessions_read}, show);
  api.on("PATCH", "/api/v1/sessions/{id}", {Scope::sessions_write}, change);
  api.on("DELETE", "/api/v1/sessions/{id}", {Scope::sessions_write}, erase);
}

}  // namespace bauta::api
