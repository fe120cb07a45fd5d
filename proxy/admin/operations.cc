#include "proxy/admin/operations.h"

#include <json/value.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "proxy/net/rfc3339.h"

namespace bauta {
namespace {

using metrics::Sample;

std::string label_of(const Sample& sample, std::string_view name) {
  const auto label =
      std::ranges::find(sample.labels, name, &std::pair<std::string, std::string>::first);
  return label == sample.labels.end() ? std::string() : label->second;
}

/// What the samples say, by name and labels.
class Reading {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;
  explicit Reading(const std::vector<Sample>& samples) : samples_(samples) {}

  double sum(std::string_view name, const Labels& labels = {}) const {
    double sum = 0;
    for (const auto& sample : samples_)
      if (sample.name == name && has(sample, labels)) sum += sample.value;
    return sum;
  }
  double largest(std::string_view name) const {
    double largest = 0;
    for (const auto& sample : samples_)
      if (sample.name == name) largest = std::max(largest, sample.value);
    return largest;
  }
  /// {value of `label`: sum}
  std::map<std::string, double> by(std::string_view name, std::string_view label) const {
    std::map<std::string, double> sums;
    for (const auto& sample : samples_)
      if (sample.name == name) sums[label_of(sample, label)] += sample.value;
    return sums;
  }
  std::string label(std::string_view name, std::string_view label) const {
    const auto sample = std::ranges::find(samples_, name, &Sample::name);
    return sample == samples_.end() ? "" : label_of(*sample, label);
  }
  /// What went wrong last at a connection, and when.
  const Sample* last_trouble(std::string_view connection) const {
    const Sample* last = nullptr;
    for (const auto& sample : samples_) {
      if (sample.name != "bauta_trouble_timestamp_seconds" ||
          label_of(sample, "connection") != connection)
        continue;
      if (last == nullptr || sample.value > last->value) last = &sample;
    }
    return last;
  }

 private:
  static bool has(const Sample& sample, const Labels& labels) {
    return std::ranges::all_of(labels, [&](const auto& wanted) {
      return label_of(sample, wanted.first) == wanted.second;
    });
  }
  const std::vector<Sample>& samples_;
};

/// Counters and bytes are whole, and shown so.
Json::Value whole(double value) { return Json::Value(static_cast<Json::Int64>(value)); }

std::string moment(double seconds_since_1970) {
  return format_rfc3339(from_millis(static_cast<std::int64_t>(seconds_since_1970 * 1'000)));
}

Json::Value reasons_json(const std::vector<Reason>& reasons) {
  Json::Value list(Json::arrayValue);
  for (const auto& [check, reason] : reasons) {
    Json::Value json(Json::objectValue);
    json["check"] = check;
    json["reason"] = reason;
    list.append(std::move(json));
  }
  return list;
}

Json::Value counts_json(const std::map<std::string, double>& counts, const char* name) {
  Json::Value list(Json::arrayValue);
  for (const auto& [value, count] : counts) {
    Json::Value json(Json::objectValue);
    json[name] = value;
    json["count"] = whole(count);
    list.append(std::move(json));
  }
  return list;
}

Json::Value texts_json(const Reading& reading) {
  const auto out = [&](std::string_view outcome) {
    return whole(
        reading.sum("bauta_texts_total", {{"direction", "outbound"}, {"outcome", outcome}}));
  };
  Json::Value json(Json::objectValue);
  json["accepted"] =
      whole(reading.sum("bauta_texts_total", {{"direction", "inbound"}, {"outcome", "relayed"}}));
  json["sent"] = out("accepted");
  json["delivered"] = out("delivered");
  // Every end but delivered and unconfirmed is a dead letter, once; outcomes of attempts would count some twice.
  json["failed"] = whole(reading.sum("bauta_dead_letters_total"));
  return json;
}

Json::Value waiting_json(const Reading& reading) {
  Json::Value json(Json::objectValue);
  json["texts"] = whole(reading.sum("bauta_lane_texts"));
  json["oldest_seconds"] = reading.largest("bauta_lane_oldest_seconds");
  return json;
}

Json::Value connection_json(const Reading& reading, const std::string& name) {
  const auto count = [&](std::string_view direction, std::string_view outcome) {
    return whole(
        reading.sum("bauta_texts_total",
                    {{"direction", direction}, {"connection", name}, {"outcome", outcome}}));
  };
  Json::Value json(Json::objectValue);
  json["name"] = name;
  json["accepted"] = count("inbound", "relayed");
  json["sent"] = count("outbound", "accepted");
  json["delivered"] = count("outbound", "delivered");
  json["waiting"] = whole(reading.sum("bauta_waiting_texts", {{"connection", name}}));
  json["oldest_seconds"] = reading.sum("bauta_waiting_oldest_seconds", {{"connection", name}});
  json["last_trouble"] = Json::Value();
  if (const auto* last = reading.last_trouble(name)) {
    json["last_trouble"]["outcome"] = label_of(*last, "outcome");
    json["last_trouble"]["at"] = moment(last->value);
  }
  return json;
}

/// Those of the configuration, and those for which something still waits.
Json::Value connections_json(const Reading& reading, const std::vector<std::string>& configured) {
  std::set<std::string> names(configured.begin(), configured.end());
  for (const auto& [name, texts] : reading.by("bauta_waiting_texts", "connection"))
    if (texts > 0) names.insert(name);
  Json::Value list(Json::arrayValue);
  for (const auto& name : names) list.append(connection_json(reading, name));
  return list;
}

Json::Value webhooks_json(const Reading& reading) {
  Json::Value json(Json::objectValue);
  for (const auto* status : {"active", "down", "disabled"})
    json[status] = whole(reading.sum("bauta_webhooks", {{"status", status}}));
  json["oldest_seconds"] = reading.largest("bauta_webhook_oldest_seconds");
  return json;
}

Json::Value sessions_json(const Reading& reading) {
  Json::Value json(Json::objectValue);
  for (const auto* status : {"open", "in_progress"})
    json[status] = whole(reading.sum("bauta_sessions", {{"status", status}}));
  return json;
}

Json::Value store_json(const Reading& reading, const std::optional<std::uint64_t>& bytes) {
  Json::Value json(Json::objectValue);
  json["bytes"] = bytes ? Json::Value(static_cast<Json::UInt64>(*bytes)) : Json::Value();
  json["free_bytes"] = whole(reading.sum("bauta_store_free_bytes"));
  json["reserve_bytes"] = whole(reading.sum("bauta_store_reserve_bytes"));
  json["full"] = reading.sum("bauta_store_full") > 0;
  json["commits"] = whole(reading.sum("bauta_commits_total", {{"outcome", "committed"}}));
  json["commits_waiting"] = whole(reading.sum("bauta_commit_queue"));
  return json;
}

Json::Value process_json(const Reading& reading) {
  Json::Value json(Json::objectValue);
  json["resident_bytes"] = whole(reading.sum("bauta_process_resident_memory_bytes"));
  json["open_files"] = whole(reading.sum("bauta_process_open_fds"));
  json["open_files_max"] = whole(reading.sum("bauta_process_max_fds"));
  return json;
}

/// Refusals for want of a number, by code.
std::map<std::string, double> pool_refusals(const Reading& reading) {
  auto refusals = reading.by("bauta_refusals_total", "code");
  std::erase_if(refusals, [](const auto& one) { return !one.first.starts_with("pool."); });
  return refusals;
}

}  // namespace

Json::Value clock_json(const ClockState& clock) {
  Json::Value json(Json::objectValue);
  json["state"] = clock.trust == ClockTrust::doubted ? "doubted" : "trusted";
  json["now"] = format_rfc3339(clock.now);
  json["wall_clock"] = format_rfc3339(clock.wall());
  json["offset_seconds"] = std::chrono::duration<double>(clock.offset).count();
  json["doubted_since"] =
      clock.doubted_since ? Json::Value(format_rfc3339(*clock.doubted_since)) : Json::Value();
  return json;
}

Json::Value operations_json(const OperationsLook& look) {
  const Reading reading(look.samples);
  Json::Value json(Json::objectValue);
  json["version"] = reading.label("bauta_build_info", "version");
  json["revision"] = reading.label("bauta_build_info", "revision");
  json["started_at"] = moment(reading.sum("bauta_process_start_time_seconds"));
  json["now"] = format_rfc3339(look.now);
  json["ready"] = look.failing.empty();
  json["reasons"] = reasons_json(look.failing);
  json["warnings"] = reasons_json(look.warnings);
  json["clock"] = look.clock ? clock_json(*look.clock) : Json::Value();
  json["texts"] = texts_json(reading);
  json["waiting"] = waiting_json(reading);
  json["connections"] = connections_json(reading, look.connections);
  json["dead_letters"] = counts_json(reading.by("bauta_dead_letters_total", "code"), "code");
  json["pool_refusals"] = counts_json(pool_refusals(reading), "code");
  json["webhooks"] = webhooks_json(reading);
  json["sessions"] = sessions_json(reading);
  json["store"] = store_json(reading, look.store_bytes);
  json["process"] = process_json(reading);
  return json;
}

}  // namespace bauta
