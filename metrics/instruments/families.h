#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bauta::metrics {

/// Longer label values are not ours: patterns, names, codes and states are all shorter.
inline constexpr std::size_t kLabelOctetsMax = 100;
/// What a value that may not be shown is shown as.
inline constexpr std::string_view kOtherLabel = "other";

/// `value`, or "other" if it cannot come from a closed set: empty, too long, not printable ASCII, or with seven digits in a row, which might be
/// a telephone number (promise 2 does not hang on each caller being right).
std::string_view label_or_other(std::string_view value);

/// What becomes of the label sets beyond a family's limit.
enum class Overflow : std::uint8_t {
  other,  // counted together, under "other"
  drop,   // a gauge cannot be shared by several owners: a missing series is better than a wrong one
};

/// One family and its series, found without a lock and without an allocation: a series is only ever added, and at most
/// `series_max` of them, so the foreign world cannot make us grow.  Thread-safe.
template <class Metric, std::size_t kLabels>
class Series {
 public:
  using Values = std::array<std::string_view, kLabels>;

  Series(prometheus::Family<Metric>& family, std::array<const char*, kLabels> names,
         std::size_t series_max, Overflow overflow, std::vector<double> buckets = {})
      : family_(family),
        names_(names),
        series_max_(series_max),
        overflow_(overflow),
        buckets_(std::move(buckets)) {}

  /// The series of `values`, made if it is new; null: there are too many, and this one is left out.
  Metric* find(Values values) {
    for (auto& value : values) value = label_or_other(value);
    if (Metric* known = look_up(values)) return known;
    const std::lock_guard lock(adding_);
    if (Metric* known = look_up(values)) return known;
    if (size_ < series_max_) return add(values);
    if (overflow_ == Overflow::drop) return nullptr;
    values.fill(kOtherLabel);
    Metric* other = look_up(values);
    return other != nullptr ? other : add(values);
  }

 private:
  struct Node {
    std::array<std::string, kLabels> values;
    Metric* metric;
    Node* next;
  };

  static std::size_t bucket_of(const Values& values) {
    std::size_t hash = 0;
    for (const auto value : values) hash = hash * 31 + std::hash<std::string_view>{}(value);
    return hash % kBuckets;
  }

  Metric* look_up(const Values& values) const {
    const Node* node = heads_[bucket_of(values)].load(std::memory_order_acquire);
    for (; node != nullptr; node = node->next) {
      if (std::equal(values.begin(), values.end(), node->values.begin())) return node->metric;
    }
    return nullptr;
  }

  Metric* add(const Values& values) {
    prometheus::Labels labels;
    auto node = std::make_unique<Node>();
    for (std::size_t i = 0; i < kLabels; ++i) {
      node->values[i] = values[i];
      labels.emplace(names_[i], values[i]);
    }
    if constexpr (std::is_same_v<Metric, prometheus::Histogram>) {
      node->metric = &family_.Add(labels, prometheus::Histogram::BucketBoundaries(buckets_));
    } else {
      node->metric = &family_.Add(labels);
    }
    auto& head = heads_[bucket_of(values)];
    node->next = head.load(std::memory_order_relaxed);
    head.store(node.get(), std::memory_order_release);
    nodes_.push_back(std::move(node));
    ++size_;
    return nodes_.back()->metric;
  }

  static constexpr std::size_t kBuckets = 256;
  prometheus::Family<Metric>& family_;
  const std::array<const char*, kLabels> names_;
  const std::size_t series_max_;
  const Overflow overflow_;
  const std::vector<double> buckets_;
  std::array<std::atomic<Node*>, kBuckets> heads_{};
  std::mutex adding_;  // below here
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Node>> nodes_;
};

template <std::size_t kLabels>
using Counters = Series<prometheus::Counter, kLabels>;
template <std::size_t kLabels>
using Gauges = Series<prometheus::Gauge, kLabels>;
template <std::size_t kLabels>
using Histograms = Series<prometheus::Histogram, kLabels>;

}  // namespace bauta::metrics
