#include "metrics/instruments/instruments.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "metrics/instruments/instrument_families.h"

namespace bauta::metrics {

Instruments::Instruments(std::string_view version, std::string_view revision)
    : families_(std::make_unique<Families>(version, revision)) {}
Instruments::~Instruments() = default;

void Instruments::config_reload(std::string_view result) {
  count(families_->config.config_reloads, {result});
  families_->config.config_reloaded.Set(result == "taken_up" ? 1 : 0);
}
void Instruments::config_in_force(std::string_view hash) {
  families_->config.config_reloaded_at.SetToCurrentTime();
  auto& now = families_->config.config_info.Add({{"hash", std::string(hash)}});
  now.Set(1);
  auto* const before = std::exchange(families_->config.config_hash, &now);
  if (before != nullptr && before != &now) families_->config.config_info.Remove(before);
}
void Instruments::config_waits(std::size_t keys) {
  families_->config.config_restart_needed.Set(static_cast<double>(keys));
}

namespace {

std::vector<prometheus::MetricFamily> collect(const prometheus::Registry& registry,
                                              const Process& process) {
  auto collected = registry.Collect();
  std::ranges::move(process.Collect(), std::back_inserter(collected));
  std::ranges::sort(collected, {}, &prometheus::MetricFamily::name);
  return collected;
}

}  // namespace

std::string Instruments::expose() const {
  return prometheus::TextSerializer{}.Serialize(collect(families_->registry, families_->process));
}

std::vector<Sample> Instruments::samples() const {
  std::vector<Sample> samples;
  for (const auto& family : collect(families_->registry, families_->process)) {
    if (family.type != prometheus::MetricType::Counter &&
        family.type != prometheus::MetricType::Gauge)
      continue;
    for (const auto& metric : family.metric) {
      Sample sample{.name = family.name, .labels = {}, .value = metric.gauge.value};
      if (family.type == prometheus::MetricType::Counter) sample.value = metric.counter.value;
      for (const auto& label : metric.label) sample.labels.emplace_back(label.name, label.value);
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

}  // namespace bauta::metrics
