#include "tests/simulation/hook.h"

#include <algorithm>
#include <utility>

#include "storage/store/assert.h"

namespace bauta::simulation {
namespace {

constexpr Micros kFileAfter = std::chrono::milliseconds(200);
constexpr Micros kTryAgain = std::chrono::seconds(1);
/// Few, so that a webhook that is behind is read for in pages.
constexpr std::uint32_t kPage = 20;
constexpr WebhookLimits kLimits{.in_flight_max = 4, .open_events_max = 50};

}  // namespace

void Hook::look() {
  if (std::exchange(running_, true)) {
    look_again_ = true;
    return;
  }
  parts_.spawn(run(this));
}

bool Hook::at_rest() const { return queue_ && !running_ && queue_->open() == 0 && !settled_; }

Task<void> Hook::run(Hook* self) {
  const auto done = co_await self->step();
  if (self->parts_.waits.dead()) co_return;
  self->running_ = false;
  if (!done) {
    self->parts_.waits.later(kTryAgain, [self] { self->look(); });
  } else if (std::exchange(self->look_again_, false)) {
    self->look();
  } else {
    self->wait_until_due();
  }
}

void Hook::wait_until_due() {
  std::optional<Micros> due;
  if (const auto at = queue_->next_due())
    due = parts_.schedule.now() + Micros(*at - parts_.clock.now());
  if (settled_) due = std::min(due.value_or(Micros::max()), filed_at_ + kFileAfter);
  const auto alarm = ++alarm_;
  if (!due) return;
  parts_.waits.later(std::max(*due - parts_.schedule.now(), Micros(1)), [this, alarm] {
    if (alarm_ == alarm) look();
  });
}

Task<Status> Hook::step() {
  if (!queue_) BAUTA_CO_CHECK(co_await begin());
  if (is_filing_due()) BAUTA_CO_CHECK(co_await file());
  BAUTA_CO_CHECK(co_await read_on());
  for (auto& taken : queue_->take_ready(parts_.clock.now()))
    parts_.spawn(attempt(this, std::move(taken)));
  co_return Status();
}

Task<Status> Hook::begin() {
  BAUTA_CO_TRY(webhook_, co_await parts_.webhooks.find(service_, id_));
  BAUTA_CO_TRY(auto state, co_await parts_.webhooks.state_of(webhook_->value));
  BAUTA_CO_TRY(auto open, co_await parts_.webhooks.open_events(service_, state.progress));
  attempts_ = std::move(state.attempts);
  queue_ = std::make_unique<WebhookQueue>(state.progress, std::move(open), kLimits);
  co_return Status();
}

Task<Status> Hook::read_on() {
  while (queue_->room() > 0) {
    const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(kPage, queue_->room()));
    BAUTA_CO_TRY(auto page, co_await events_.after(service_, queue_->read_to(), most));
    for (Event& event : page.events) queue_->read(std::move(event), true);
    if (!page.next) break;
  }
  co_return Status();
}

bool Hook::is_filing_due() const {
  return settled_ && parts_.schedule.now() >= filed_at_ + kFileAfter;
}

Task<Status> Hook::file() {
  settled_ = false;
  filed_at_ = parts_.schedule.now();
  const auto filed = co_await parts_.webhooks.file(
      webhook_->value, webhook_->version, {.progress = queue_->progress(), .attempts = attempts_});
  if (!filed || !*filed) settled_ = true;
  if (!filed) co_return std::unexpected(filed.error());
  co_return Status();
}

Task<void> Hook::attempt(Hook* self, WebhookQueue::Taken taken) {
  auto& [store, webhooks, clock, random, schedule, waits, endpoint, spawn] = self->parts_;
  const TimePoint at = clock.now();
  co_await waits.pause(endpoint.latency());
  EndpointAnswer answer = endpoint.take(taken.event);
  co_await waits.pause(endpoint.latency());
  endpoint.answered(taken.event, answer);
  self->attempts_.add({.event = taken.event.id,
                       .type = std::string(event_type_name(taken.event.type)),
                       .sequence = taken.event.sequence,
                       .attempt = taken.attempt,
                       .at = at,
                       .answer = answer},
                      kLimits.attempts_kept_max);
  const auto verdict = self->queue_->settle(taken.event.sequence, answer, clock.now(), random);
  // The endpoint is never away for days.
  BAUTA_ASSERT(verdict == WebhookQueue::Verdict::go_on);
  self->settled_ = true;
  self->look();
}

}  // namespace bauta::simulation
