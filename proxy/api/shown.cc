#include "proxy/api/shown.h"

#include "proxy/api/participant.h"
#include "routing/text/segments.h"

namespace bauta::api {
namespace {

Json::Value id_or_null(const SeatId& id) {
  return id.is_nil() ? Json::Value() : Json::Value(id.str());
}

Json::Value delivery_json(const Delivery& delivery) {
  Json::Value json(Json::objectValue);
  json["to"] = id_or_null(delivery.seat);
  json["status"] = string_of(delivery_state_name(delivery.state));
  json["connection"] = text_or_null(delivery.connection);
  json["encoding"] = string_of(encoding_name(delivery.encoding));
  json["segments"] = delivery.segments;
  json["updated_at"] = time_or_null(delivery.updated_at);
  json["error"] = Json::Value();
  if (!delivery.error_code.empty()) {
    json["error"]["code"] = delivery.error_code;
    json["error"]["detail"] = delivery.error_detail;
  }
  return json;
}

/// Of an erasure: a person's STOP, and the lines that nobody may have yet.
bool is_kept(std::string_view count) { return count == "opt_outs" || count == "cooling_lines"; }

Json::Value count_json(std::uint64_t count) {
  return Json::Value(static_cast<Json::UInt64>(count));
}

void add_erasure(Json::Value& json, const Job& job) {
  json["erased"] = Json::Value(Json::objectValue);
  json["kept"] = Json::Value(Json::objectValue);
  for (const auto& [name, count] : job.counts)
    json[is_kept(name) ? "kept" : "erased"][name] = count_json(count);
}

void add_import(Json::Value& json, const Job& job) {
  for (const auto& [name, count] : job.counts) json[name] = count_json(count);
  json["next_batch"] = job.phase;
}

}  // namespace

Json::Value session_json(const SessionView& view, bool shows_addresses) {
  const Session& session = view.session;
  // Over is over, whether or not the sweeper has written it down.
  const auto ended_at = view.ending ? std::optional(view.ending->at) : session.closed_at;
  const auto status = view.ending ? SessionStatus::closed : session.status;
  const auto reason = view.ending ? view.ending->reason : session.closed_reason;

  Json::Value json(Json::objectValue);
  json["id"] = session.id.str();
  json["status"] = string_of(session_status_name(status));
  json["unique_name"] = text_or_null(session.unique_name);
  json["created_at"] = time_or_null(session.created_at);
  json["expires_at"] = time_or_null(session.expires_at);
  json["idle_ttl_seconds"] = session.idle_ttl
                                 ? Json::Value(static_cast<Json::Int64>(session.idle_ttl->count()))
                                 : Json::Value();
  json["last_activity_at"] = time_or_null(view.last_activity);
  json["closed_at"] = time_or_null(ended_at);
  json["closed_reason"] = reason == ClosedReason::none
                              ? Json::Value()
                              : Json::Value(string_of(closed_reason_name(reason)));
  json["metadata"] = Json::Value(Json::objectValue);
  for (const auto& [name, value] : session.metadata) json["metadata"][name] = value;
  json["participants"] = participants_json(view, shows_addresses);
  return json;
}

Json::Value message_json(const MessageView& view, bool shows_text) {
  const Message& message = view.message;
  const auto segmentation = segment(message.text);
  Json::Value json(Json::objectValue);
  json["id"] = message.id.str();
  json["session"] = message.session.is_nil() ? Json::Value() : Json::Value(message.session.str());
  json["origin"] = string_of(origin_name(message.origin));
  json["from"] = id_or_null(message.from);
  json["text"] = shows_text ? Json::Value(message.text.reveal()) : Json::Value();
  json["media"] = Json::Value(Json::arrayValue);
  json["encoding"] = string_of(encoding_name(segmentation.encoding));
  json["segments"] = segmentation.segments;
  json["received_at"] = time_or_null(message.received_at);
  json["deliveries"] = Json::Value(Json::arrayValue);
  for (const auto& delivery : view.deliveries) json["deliveries"].append(delivery_json(delivery));
  return json;
}

Json::Value key_json(const ApiKey& key, std::string_view service, bool is_test) {
  Json::Value json(Json::objectValue);
  json["id"] = key.id.str();
  json["label"] = text_or_null(key.label);
  json["service"] = text_or_null(service);
  json["scopes"] = Json::Value(Json::arrayValue);
  for (const auto scope : key.scopes) json["scopes"].append(string_of(scope_name(scope)));
  json["test"] = is_test;
  json["hint"] = key.hint;
  json["created_at"] = time_or_null(key.created_at);
  json["expires_at"] = time_or_null(key.expires_at);
  return json;
}

std::string job_path(JobId id) { return "/api/v1/jobs/" + id.str(); }

Json::Value job_json(const Job& job) {
  Json::Value json(Json::objectValue);
  json["id"] = job.id.str();
  json["kind"] = string_of(job_kind_name(job.kind));
  json["status"] = job.done_at ? "done" : "running";
  json["created_at"] = time_or_null(job.created_at);
  json["done_at"] = time_or_null(job.done_at);
  switch (job.kind) {
    case JobKind::erasure:
      add_erasure(json, job);
      break;
    case JobKind::import_of_numbers:
      add_import(json, job);
      break;
  }
  return json;
}

}  // namespace bauta::api
