#include "proxy/delivery/webhook_driver.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proxy/config/log.h"
#include "proxy/delivery/driven_webhook.h"
#include "proxy/delivery/webhook_attempt.h"
#include "proxy/delivery/webhook_upkeep.h"

namespace bauta {
namespace asio = boost::asio;
namespace {

using std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, Executor>;

/// After a store that did not answer.
constexpr std::chrono::seconds kTryAgain{1};
constexpr std::chrono::seconds kReport{1};

/// A coroutine that threw would leave its webhook standing for ever, in silence.
void end_if_thrown(const std::exception_ptr& failure) {
  if (failure) std::terminate();
}

}  // namespace

class WebhookDriver::Impl : public std::enable_shared_from_this<WebhookDriver::Impl> {
 public:
  Impl(const Executor& executor, WebhookDriverOptions options, WebhookParts parts)
      : executor_(executor),
        options_(options),
        parts_(parts),
        upkeep_(options, parts),
        wake_(executor),
        name_(std::to_string(options.owner)) {}

  void start() {
    hints_ = parts_.store.subscribe(webhooks_prefix(), executor_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look_at_all();
    });
    asio::co_spawn(executor_, drive(shared_from_this()), end_if_thrown);
  }

  Task<std::size_t> drain(std::chrono::milliseconds patience) {
    abandon();
    asio::steady_timer timer(executor_, patience);
    settled_ = &timer;
    boost::system::error_code cancelled;
    if (in_flight_ > 0)
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable_t<Executor>(), cancelled));
    settled_ = nullptr;
    const auto all = driven_;  // who is forgotten meanwhile has nothing to file
    for (const auto& [id, driven] : all) {
      if (const auto filed = co_await upkeep_.file(driven); !filed)
        log::warn("webhook not filed webhook={} code={}", id.str(), filed.error().code);
    }
    co_return in_flight_;
  }

  void wake() {
    wake_.cancel();
    for (const auto& [id, driven] : driven_) driven->wake.cancel();
  }
  bool is_settled() const {
    if (in_flight_ > 0 || look_ == steady_clock::time_point{}) return false;
    return std::ranges::all_of(driven_, [&](const auto& one) {
      const DrivenWebhook& driven = *one.second;
      if (driven.webhook.value.disabled && !driven.is_stale) return true;
      if (driven.is_stale || driven.to_be_disabled || driven.is_unread) return false;
      const auto due = driven.queue->next_due();
      return !due || *due > now();
    });
  }

  void abandon() {
    stopping_ = true;
    wake_.cancel();
    for (const auto& [id, driven] : driven_) driven->wake.cancel();
  }

 private:
  bool is_own(WebhookId id) const {
    return std::hash<WebhookId>{}(id) % options_.owners == options_.owner;
  }

  void look_at_all() {
    look_ = {};
    wake_.cancel();
  }

  /// Knows which webhooks there are, and which were changed.
  static Task<void> drive(std::shared_ptr<Impl> self) {
    while (!self->stopping_) {
      const auto now = steady_clock::now();
      if (now >= self->look_) {
        self->look_ = now + self->options_.look_interval;
        if (const auto looked = co_await self->look(); !looked) {
          log::error("webhooks not read code={}", looked.error().code);
          self->look_ = std::min(self->look_, now + kTryAgain);
        }
      }
      self->report();
      self->wake_.expires_at(std::min(self->look_, steady_clock::now() + kReport));
      boost::system::error_code woken;
      co_await self->wake_.async_wait(
          asio::redirect_error(asio::use_awaitable_t<Executor>(), woken));
    }
  }

  Task<Status> look() {
    std::set<WebhookId> there;
    std::optional<Key> after;
    do {
      BAUTA_CO_TRY(auto found, co_await parts_.webhooks.all(std::move(after)));
      for (auto& webhook : found.webhooks) {
        if (!is_own(webhook.value.id)) continue;
        there.insert(webhook.value.id);
        take_up(std::move(webhook));
      }
      after = std::move(found.next);
    } while (after);
    for (const auto& [id, driven] : driven_) {
      if (there.contains(id)) continue;
      driven->is_gone = true;
      driven->wake.cancel();
    }
    co_return Status();
  }

  void take_up(Stored<Webhook> found) {
    if (stopping_) return;
    if (const auto known = driven_.find(found.value.id); known != driven_.end()) {
      if (known->second->webhook.version == found.version) return;
      known->second->is_stale = true;
      known->second->wake.cancel();
      return;
    }
    const WebhookId id = found.value.id;
    const auto driven = std::make_shared<DrivenWebhook>(executor_, std::move(found));
    driven->hints = parts_.store.subscribe(EventLog::prefix(driven->service()), executor_,
                                           [weak = std::weak_ptr(driven)] {
                                             if (const auto still = weak.lock()) {
                                               still->is_unread = true;
                                               still->wake.cancel();
                                             }
                                           });
    driven_.emplace(id, driven);
    asio::co_spawn(executor_, run(shared_from_this(), driven), end_if_thrown);
  }

  static Task<void> run(std::shared_ptr<Impl> self, DrivenWebhookPtr driven) {
    while (!self->stopping_ && !driven->is_gone) {
      if (steady_clock::now() >= driven->not_before) {
        const auto ready = co_await self->upkeep_.look_after(driven);
        if (!ready) {
          log::warn("webhook held up webhook={} code={}", driven->id().str(), ready.error().code);
          driven->not_before = steady_clock::now() + kTryAgain;
        } else if (*ready) {
          self->hand_over(driven);
        }
      }
      if (driven->is_gone || self->stopping_) break;
      co_await self->sleep(driven);
    }
    if (driven->is_gone) {
      driven->hints.reset();
      self->driven_.erase(driven->id());
    }
  }

  void hand_over(const DrivenWebhookPtr& driven) {
    if (stopping_ || driven->to_be_disabled) return;
    for (auto& taken : driven->queue->take_ready(now())) {
      ++in_flight_;
      asio::co_spawn(executor_,
                     attempt(shared_from_this(), driven, driven->queue, std::move(taken)),
                     end_if_thrown);
    }
  }

  static Task<void> attempt(std::shared_ptr<Impl> self, DrivenWebhookPtr driven,
                            std::shared_ptr<WebhookQueue> queue, WebhookQueue::Taken taken) {
    const TimePoint at = self->now();
    const std::string url = driven->webhook.value.url;
    const EndpointAnswer answer =
        co_await attempt_webhook(self->parts_, {.webhook = driven->webhook.value,
                                                .reads_texts = driven->reads_texts,
                                                .event = taken.event,
                                                .at = at,
                                                .number = ++driven->attempts_begun});
    self->parts_.metrics.webhook_attempted(attempt_result_name(answer.result), answer.took);
    driven->attempts.add({.event = taken.event.id,
                          .type = std::string(event_type_name(taken.event.type)),
                          .sequence = taken.event.sequence,
                          .attempt = taken.attempt,
                          .at = at,
                          .answer = answer},
                         self->options_.limits.attempts_kept_max);
    const auto verdict =
        queue->settle(taken.event.sequence, answer, self->now(), self->parts_.random);
    if (queue == driven->queue) {
      driven->settled_since_filed = true;
      const bool is_of_old_address = driven->webhook.value.url != url;
      if (is_of_old_address) {
        // What it said of itself says nothing of the new one, which is asked at once.
        if (answer.result != AttemptResult::delivered) queue->forgive();
      } else if (verdict == WebhookQueue::Verdict::failing) {
        driven->to_be_disabled = DisabledBecause::failing;
      } else if (verdict == WebhookQueue::Verdict::gone) {
        driven->to_be_disabled = DisabledBecause::gone;
      }
      driven->wake.cancel();
    }
    --self->in_flight_;
    if (self->in_flight_ == 0 && self->settled_ != nullptr) self->settled_->cancel();
  }

  Task<void> sleep(DrivenWebhookPtr driven) {
    auto until = steady_clock::now() + options_.look_interval;
    const auto by = [&](steady_clock::time_point at) { until = std::min(until, at); };
    if (driven->is_stale) by({});
    if (driven->is_active()) {
      if (driven->to_be_disabled || (driven->is_unread && driven->queue->room() > 0)) by({});
      if (driven->settled_since_filed) by(driven->filed_at + WebhookUpkeep::kFileSettled);
      if (driven->read_since_filed) by(driven->filed_at + WebhookUpkeep::kFileRead);
      if (const auto due = driven->queue->next_due()) by(steady_clock::now() + (*due - now()));
    }
    // Even with work at hand the other coroutines of this thread get their turn.
    driven->wake.expires_at(std::max(until, driven->not_before));
    boost::system::error_code woken;
    co_await driven->wake.async_wait(
        asio::redirect_error(asio::use_awaitable_t<Executor>(), woken));
  }

  void report() {
    std::uint64_t active = 0, down = 0, disabled = 0;
    std::chrono::duration<double> oldest{0};
    for (const auto& [id, driven] : driven_) {
      if (driven->webhook.value.disabled) ++disabled;
      if (!driven->is_active()) continue;
      ++(driven->queue->is_down() ? down : active);
      if (const auto made_at = driven->queue->oldest())
        oldest = std::max<std::chrono::duration<double>>(oldest, now() - *made_at);
    }
    parts_.metrics.webhooks(name_, "active", active);
    parts_.metrics.webhooks(name_, "down", down);
    parts_.metrics.webhooks(name_, "disabled", disabled);
    parts_.metrics.webhook_oldest(name_, oldest);
  }

  TimePoint now() const { return parts_.clock.now(); }

  Executor executor_;
  WebhookDriverOptions options_;
  WebhookParts parts_;
  WebhookUpkeep upkeep_;
  Timer wake_;
  std::string name_;
  std::unique_ptr<Subscription> hints_;
  std::map<WebhookId, DrivenWebhookPtr> driven_;
  steady_clock::time_point look_{};
  std::size_t in_flight_ = 0;
  bool stopping_ = false;
  asio::steady_timer* settled_ = nullptr;
};

WebhookDriver::WebhookDriver(const Executor& executor, WebhookDriverOptions options,
                             WebhookParts parts)
    : impl_(std::make_shared<Impl>(executor, options, parts)) {}
WebhookDriver::~WebhookDriver() { impl_->abandon(); }
void WebhookDriver::start() { impl_->start(); }
void WebhookDriver::wake() { impl_->wake(); }
bool WebhookDriver::is_settled() const { return impl_->is_settled(); }
Task<std::size_t> WebhookDriver::drain(std::chrono::milliseconds patience) {
  return impl_->drain(patience);
}

}  // namespace bauta
