#include "tests/simulation/endpoint.h"

#include <fmt/format.h>

#include <utility>

namespace bauta::simulation {
namespace {

constexpr int kLost = 3;
constexpr int kDoubled = 4;
constexpr int kReordered = 5;

}  // namespace

Micros Endpoint::latency() {
  return std::chrono::milliseconds(chance_.between(1, chance_.one_in(20) ? 10'000 : 300));
}

EndpointAnswer Endpoint::take(const Event& event) {
  if (!well_ && chance_.one_in(200))
    down_until_ = schedule_.now() + std::chrono::seconds(chance_.between(5, 1'800));
  if (!well_ && schedule_.now() < down_until_) return {.error = "connection.refused"};
  if (!well_ && chance_.percent(8)) return refusal();
  taken(event);
  if (!well_ && chance_.percent(4)) {
    reached_.mark(Mark::event_taken_whose_answer_was_lost);
    return {.result = AttemptResult::timeout, .error = "timeout"};
  }
  return {.result = AttemptResult::delivered, .status = 200};
}

EndpointAnswer Endpoint::refusal() {
  if (chance_.one_in(2)) return {.result = AttemptResult::refused, .status = 500};
  return {.result = AttemptResult::refused,
          .status = 503,
          .retry_after = std::chrono::seconds(chance_.between(1, 120))};
}

void Endpoint::taken(const Event& event) {
  trace_.line(fmt::format("event {} taken", event.sequence));
  const auto [entry, is_new] = told_.try_emplace(event.sequence);
  auto& told = entry->second;
  if (!is_new) {
    if (told.known_at == crashes_)
      breaks(kDoubled, fmt::format("event {} was told again, though its endpoint had answered",
                                   event.sequence));
    if (told.known_at && *told.known_at < crashes_)
      reached_.mark(Mark::event_told_again_after_a_crash);
    return;
  }
  auto& last = last_[event.session];
  if (event.sequence < last)
    breaks(kReordered,
           fmt::format("event {} was told after {} of its session", event.sequence, last));
  last = event.sequence;
}

void Endpoint::answered(const Event& event, const EndpointAnswer& answer) {
  if (answer.result == AttemptResult::delivered) told_.at(event.sequence).known_at = crashes_;
}

void Endpoint::all_told(const std::set<Position>& events) {
  for (const auto position : events) {
    if (!told_.contains(position)) breaks(kLost, fmt::format("event {} was never told", position));
  }
}

void Endpoint::breaks(int promise, std::string what) {
  if (!broken_) broken_ = Broken{.promise = promise, .what = std::move(what)};
}

}  // namespace bauta::simulation
