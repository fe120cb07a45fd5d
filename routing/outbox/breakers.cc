#include "routing/outbox/breakers.h"

#include <chrono>
#include <utility>
#include <variant>

namespace bauta {
namespace {

/// Of the link, not of a text: with what code; none: the carrier is there, whatever it said.
std::optional<std::string> failure_of(const SubmitOutcome& outcome) {
  if (const auto* later = std::get_if<SubmitLater>(&outcome))
    return later->link_failed ? std::optional(later->code) : std::nullopt;
  // A text that timed out may have arrived, but each one more that is tried waits as long, and is not known of in the end either.
  if (const auto* unknown = std::get_if<SubmitUnknown>(&outcome))
    return unknown->link_failed ? std::optional(unknown->code) : std::nullopt;
  return std::nullopt;
}

}  // namespace

Breakers::Passage::~Passage() {
  if (breakers_) breakers_->give_back(*this);
}

std::optional<SteadyPoint> Breakers::shut_until(std::string_view connection,
                                                SteadyPoint now) const {
  const MutexLock lock(mutex_);
  const auto link = links_.find(connection);
  return link == links_.end() ? std::nullopt : link->second.breaker.shut_until(now);
}

std::optional<Breakers::Passage> Breakers::let_through(const std::string& connection,
                                                       SteadyPoint now) {
  auto leave = Breaker::Leave::as_any_other;
  if (limits_.failures > 0) {
    const MutexLock lock(mutex_);
    leave = links_[connection].breaker.ask_to_leave(now);
  }
  switch (leave) {
    case Breaker::Leave::no:
      return std::nullopt;
    case Breaker::Leave::as_any_other:
      return Passage(shared_from_this(), connection, now, false);
    case Breaker::Leave::as_probe:
      count(connection, BreakerState::half_open);
      return Passage(shared_from_this(), connection, now, true);
  }
  std::unreachable();
}

void Breakers::give_back(const Passage& passage) {
  if (!passage.is_probe_) return;
  // Not counted: the next text is the probe, and this may be called when nobody counts any more.
  const MutexLock lock(mutex_);
  links_[passage.connection_].breaker.probe_not_made(passage.asked_at_);
}

void Breakers::settle(Passage passage, const SubmitOutcome& outcome, BreakerMoment now,
                      Random& random) {
  passage.breakers_.reset();
  if (limits_.failures == 0) return;
  const std::string& connection = passage.connection_;
  auto failure = failure_of(outcome);
  const auto chance = failure ? random.next() : 0;
  BreakerState state{};
  {
    const MutexLock lock(mutex_);
    auto& link = links_[connection];
    const BreakerState was = link.breaker.state();
    if (!failure) {
      if (link.breaker.answered()) {
        news_.push_back({.connection = connection,
                         .is_down = false,
                         .code = std::move(link.code),
                         .since = link.down_since,
                         .until = now.wall});
        link.code.clear();
        closings_.fetch_add(1, std::memory_order_release);
      }
    } else {
      link.code = *std::move(failure);
      if (link.breaker.failed(passage.is_probe_, now.steady, limits_, chance)) {
        link.down_since = now.wall;
        news_.push_back(
            {.connection = connection, .is_down = true, .code = link.code, .since = now.wall});
      }
    }
    state = link.breaker.state();
    if (state == was) return;
  }
  count(connection, state);
}

void Breakers::recall(const CarrierNews& down, SteadyPoint now) {
  if (limits_.failures == 0) return;
  {
    const MutexLock lock(mutex_);
    auto& link = links_[down.connection];
    link.breaker.reopen(now, limits_);
    link.code = down.code;
    link.down_since = down.since;
  }
  count(down.connection, BreakerState::open);
}

std::optional<BreakerView> Breakers::find(std::string_view connection, BreakerMoment now) const {
  const MutexLock lock(mutex_);
  const auto link = links_.find(connection);
  if (link == links_.end() || link->second.breaker.state() == BreakerState::closed)
    return std::nullopt;
  const auto until = link->second.breaker.shut_until(now.steady);
  return BreakerView{
      .state = link->second.breaker.state(),
      .code = link->second.code,
      .since = link->second.down_since,
      .probe_at = until ? now.wall + std::chrono::ceil<Duration>(*until - now.steady) : now.wall};
}

std::optional<CarrierNews> Breakers::next_news() const {
  const MutexLock lock(mutex_);
  return news_.empty() ? std::nullopt : std::optional(news_.front());
}

void Breakers::news_told() {
  const MutexLock lock(mutex_);
  if (!news_.empty()) news_.pop_front();
}

void Breakers::count(const std::string& connection, BreakerState state) {
  metrics_.breaker(connection, breaker_state_name(state), static_cast<int>(state));
}

}  // namespace bauta
