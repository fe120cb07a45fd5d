#include "routing/desk/insight.h"

#include "proxy/api/frame.h"
#include "proxy/api/participant.h"
#include "proxy/api/shown.h"

namespace bauta::api {
namespace {

Json::Value id_or_null(SeatId id) { return id.is_nil() ? Json::Value() : Json::Value(id.str()); }

std::string_view keyword_name(Keyword keyword) {
  switch (keyword) {
    case Keyword::stop:
      return "stop";
    case Keyword::start:
      return "start";
    case Keyword::help:
      return "help";
  }
  return "";
}

/// One word of consent, null: they said none.
Json::Value consent_or_null(const std::optional<Stored<Consent>>& consent) {
  if (!consent) return {};
  return consent->value.state == ConsentState::opted_out ? "opted_out" : "opted_in";
}

Json::Value recipient_json(const Explanation::Recipient& recipient, bool shows_addresses) {
  Json::Value json(Json::objectValue);
  json["participant"] = recipient.seat.id.str();
  json["label"] = text_or_null(recipient.seat.label);
  json["address"] = shows_addresses ? recipient.seat.address.reveal_with_channel()
                                    : recipient.seat.address.masked();
  json["virtual_number"] = recipient.seat.number.str();
  json["outcome"] = recipient.code.empty() ? "sent" : "blocked";
  json["code"] = text_or_null(recipient.code);
  json["connection"] = text_or_null(recipient.connection);
  json["fallbacks"] = Json::Value(Json::arrayValue);
  for (const auto& fallback : recipient.fallbacks) json["fallbacks"].append(fallback);
  json["down"] = Json::Value(Json::arrayValue);
  for (const auto& connection : recipient.down) json["down"].append(connection);
  json["segments"] = recipient.segments;
  return json;
}

Json::Value session_of(const Explanation& found) {
  if (!found.session) return {};
  const auto status = found.ending ? SessionStatus::closed : found.session->status;
  Json::Value json(Json::objectValue);
  json["id"] = found.session->id.str();
  json["status"] = string_of(session_status_name(status));
  json["ended_at"] =
      time_or_null(found.ending ? std::optional(found.ending->at) : found.session->closed_at);
  json["participant"] = found.from.str();
  json["reusable_at"] = time_or_null(found.reusable_at);
  return json;
}

/// Null: texts are handed to it as they come.
Json::Value down_json(const std::optional<BreakerView>& breaker) {
  if (!breaker) return {};
  Json::Value json(Json::objectValue);
  json["breaker"] = string_of(breaker_state_name(breaker->state));
  json["code"] = text_or_null(breaker->code);
  json["since"] = time_or_null(breaker->since);
  json["next_attempt_at"] = time_or_null(breaker->probe_at);
  return json;
}

Json::Value all_down_json(const std::map<std::string, BreakerView>& all) {
  Json::Value json(Json::arrayValue);
  for (const auto& [connection, breaker] : all) {
    auto down = down_json(breaker);
    down["connection"] = connection;
    json.append(std::move(down));
  }
  return json;
}

Json::Value explanation_json(const Explanation& found, const SupposedText& asked,
                             bool shows_addresses) {
  Json::Value json(Json::objectValue);
  json["from"] = shows_addresses ? asked.from.reveal_with_channel() : asked.from.masked();
  json["to"] = asked.to.str();
  json["outcome"] = found.outcome ? string_of(inbound_outcome_name(*found.outcome)) : "put_off";
  json["code"] = text_or_null(found.code);
  json["connection"] = text_or_null(found.connection);
  json["keyword"] =
      found.keyword ? Json::Value(string_of(keyword_name(*found.keyword))) : Json::Value();
  json["consent"]["service"] = consent_or_null(found.consent.everywhere);
  json["consent"]["line"] = consent_or_null(found.consent.line);
  json["session"] = session_of(found);
  json["masked"] = found.is_masked;
  json["answer"] =
      found.answer ? Json::Value(string_of(system_text_name(*found.answer))) : Json::Value();
  json["recipients"] = Json::Value(Json::arrayValue);
  for (const auto& recipient : found.recipients)
    json["recipients"].append(recipient_json(recipient, shows_addresses));
  json["down"] = all_down_json(found.down);
  return json;
}

Result<SupposedText> read_supposed(const Json::Value& body, const ApiCall& call) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  auto from = read_address(fields, call, "from");
  fields.require("to");
  auto to = fields.virtual_number("to");
  std::optional<MessageText> text;
  if (const auto* given = fields.raw("text"); given != nullptr && !given->isNull()) {
    if (!given->isString()) {
      fields.fault("text", "field.type", "must be a string");
    } else if (given->asString().empty()) {
      fields.fault("text", "field.too_short", "must not be empty: left out, words like any other");
    } else if (auto parsed = MessageText::parse(given->asString())) {
      text = *std::move(parsed);
    } else {
      faults.add(fields.pointer("text"), parsed.error());
    }
  }
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return SupposedText{.from = *std::move(from), .to = *std::move(to), .text = std::move(text)};
}

Task<Result<ApiAnswer>> explain(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(const auto asked, read_supposed(body, call));
  BAUTA_CO_TRY(const auto found,
               co_await api.desk.insight().explain(call.caller.service.id, asked));
  co_return answer(200, explanation_json(found, asked, call.may(Scope::addresses_read)));
}

Json::Value milliseconds_since(TimePoint at, TimePoint since) {
  return Json::Value(static_cast<Json::Int64>(to_millis(at) - to_millis(since)));
}

Json::Value step_json(const TraceStep& step, TimePoint received_at) {
  Json::Value json(Json::objectValue);
  json["at"] = time_or_null(step.at);
  json["milliseconds_since_received"] = milliseconds_since(step.at, received_at);
  json["type"] = step.type;
  json["to"] = id_or_null(step.to);
  json["connection"] = text_or_null(step.connection);
  json["code"] = text_or_null(step.code);
  json["event"] = step.event ? Json::Value(step.event->str()) : Json::Value();
  return json;
}

Json::Value attempts_json(const Delivery& delivery) {
  Json::Value json(Json::objectValue);
  json["to"] = id_or_null(delivery.seat);
  json["virtual_number"] = delivery.from.str();
  json["status"] = string_of(delivery_state_name(delivery.state));
  json["attempts"] = delivery.attempt;
  json["resends"] = delivery.resends;
  json["connection"] = text_or_null(delivery.connection);
  json["provider_ids"] = Json::Value(Json::arrayValue);
  for (const auto& id : delivery.provider_ids) json["provider_ids"].append(id);
  json["next_attempt_at"] =
      is_final(delivery.state) ? Json::Value() : time_or_null(delivery.not_before);
  json["deadline_at"] = time_or_null(delivery.deadline);
  return json;
}

Json::Value trace_json(const MessageTrace& trace, bool shows_text) {
  Json::Value json(Json::objectValue);
  json["message"] = message_json(trace.view, shows_text);
  json["deliveries"] = Json::Value(Json::arrayValue);
  for (const auto& delivery : trace.view.deliveries)
    json["deliveries"].append(attempts_json(delivery));
  json["steps"] = Json::Value(Json::arrayValue);
  for (const auto& step : trace.steps)
    json["steps"].append(step_json(step, trace.view.message.received_at));
  json["down"] = all_down_json(trace.down);
  json["complete"] = trace.is_complete;
  return json;
}

Task<Result<ApiAnswer>> trace(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto message, id_in_path<MessageId>(call, "message", "message.not_found"));
  BAUTA_CO_TRY(const auto found,
               co_await api.desk.insight().trace(call.caller.service.id, message));
  co_return answer(200, trace_json(found, call.may(Scope::messages_read)));
}

Json::Value queue_json(const std::string& connection, const QueueOfConnection& queue) {
  Json::Value json(Json::objectValue);
  json["connection"] = text_or_null(connection);
  json["claimed"] = Json::Value(static_cast<Json::UInt64>(queue.claimed));
  json["unknown"] = Json::Value(static_cast<Json::UInt64>(queue.unknown));
  json["oldest_at"] = time_or_null(queue.oldest);
  json["down"] = down_json(queue.breaker);
  std::uint64_t all = 0;
  json["ages"] = Json::Value(Json::arrayValue);
  for (std::size_t i = 0; i < queue.waiting.size(); ++i) {
    Json::Value age(Json::objectValue);
    age["up_to_seconds"] = i < kQueueAges.size()
                               ? Json::Value(static_cast<Json::Int64>(kQueueAges[i].count()))
                               : Json::Value();
    age["texts"] = Json::Value(static_cast<Json::UInt64>(queue.waiting[i]));
    all += queue.waiting[i];
    json["ages"].append(std::move(age));
  }
  json["texts"] = Json::Value(static_cast<Json::UInt64>(all));
  return json;
}

Task<Result<ApiAnswer>> queue(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto found, co_await api.desk.insight().waiting(call.caller.service.id));
  Json::Value json(Json::objectValue);
  json["data"] = Json::Value(Json::arrayValue);
  for (const auto& [connection, waiting] : found.connections)
    json["data"].append(queue_json(connection, waiting));
  json["complete"] = found.is_complete;
  co_return answer(200, json);
}

}  // namespace

void mount_insight(Api& api) {
  api.on_question("/api/v1/explain", {Scope::sessions_read}, explain);
  api.on("GET", "/api/v1/messages/{message}/trace", {Scope::sessions_read, Scope::messages_read},
         trace);
  api.on("GET", "/api/v1/queue", {Scope::sessions_read, Scope::numbers_read}, queue);
}

}  // namespace bauta::api
