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
#include "proxy/delivery/event_json.h"

namespace bauta {
namespace asio = boost::asio;
namespace {

using std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, Executor>;

constexpr std::uint32_t kEventsPage = 200;
/// What was settled is filed so soon: what a crash repeats at most.  What only was read and is not wanted can wait.
constexpr std::chrono::milliseconds kFileSettled{200};
constexpr std::chrono::seconds kFileRead{5};
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
        events_(parts.store),
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
      if (const auto filed = co_await file(driven); !filed)
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
      const Driven& driven = *one.second;
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
  /// One webhook; held by the coroutines that work on it.
  struct Driven {
    Driven(const Executor& executor, Stored<Webhook> found)
        : webhook(std::move(found)), wake(executor) {}

    Stored<Webhook> webhook;
    Timer wake;
    std::unique_ptr<Subscription> hints;
    /// Replaced when it is to begin anew; who settles an event of an older one is too late.
    std::shared_ptr<WebhookQueue> queue;
    WebhookAttempts attempts;
    bool reads_texts = false;
    /// By which one in so many is told apart, where a webhook is to misbehave.
    std::uint64_t attempts_begun = 0;
    std::optional<DisabledBecause> to_be_disabled;
    bool is_stale = true;  // its record is to be read
    bool is_unread = true;
    bool is_gone = false;
    bool settled_since_filed = false;
    bool read_since_filed = false;
    steady_clock::time_point filed_at{};
    steady_clock::time_point look_at{};
    /// Until then nobody asks again whether it may be told texts.
    steady_clock::time_point rights_until{};
    /// The store did not answer: nothing is asked of it before.
    steady_clock::time_point not_before{};

    WebhookId id() const { return webhook.value.id; }
    ServiceId service() const { return webhook.value.service; }
    bool is_active() const { return queue != nullptr && !webhook.value.disabled; }
    /// Whether `webhook`, as it is now, may be told texts; good until then.
    void has_rights(bool to_texts, steady_clock::time_point until) {
      reads_texts = to_texts;
      rights_until = until;
    }
  };
  using DrivenPtr = std::shared_ptr<Driven>;

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
    const auto driven = std::make_shared<Driven>(executor_, std::move(found));
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

  static Task<void> run(std::shared_ptr<Impl> self, DrivenPtr driven) {
    while (!self->stopping_ && !driven->is_gone) {
      if (steady_clock::now() >= driven->not_before) {
        if (const auto done = co_await self->step(driven); !done) {
          log::warn("webhook held up webhook={} code={}", driven->id().str(), done.error().code);
          driven->not_before = steady_clock::now() + kTryAgain;
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

  Task<Status> step(DrivenPtr driven) {
    if (driven->is_stale) BAUTA_CO_CHECK(co_await reload(driven));
    if (driven->is_gone || driven->is_stale) co_return Status();
    if (driven->to_be_disabled) BAUTA_CO_CHECK(co_await disable(driven));
    if (!driven->is_active() || driven->is_stale) co_return Status();
    if (is_filing_due(*driven)) BAUTA_CO_CHECK(co_await file(driven));
    if (driven->is_stale) co_return Status();
    const auto now = steady_clock::now();
    if (now >= driven->look_at) driven->is_unread = true;
    // Its key may be revoked, however much there is to read meanwhile.
    if (now >= driven->rights_until) {
      BAUTA_CO_TRY(const bool reads_texts, co_await may_read_texts(driven->webhook.value));
      driven->has_rights(reads_texts, now + options_.look_interval);
    }
    if (driven->is_unread && driven->queue->room() > 0) {
      driven->look_at = now + options_.look_interval;
      BAUTA_CO_CHECK(co_await read_on(driven));
    }
    hand_over(driven);
    co_return Status();
  }

  /// What a platform changed counts from now on.
  Task<Status> reload(DrivenPtr driven) {
    driven->is_stale = false;
    auto found = co_await parts_.webhooks.find(driven->service(), driven->id());
    if (!found && found.error().code == "webhook.not_found") {
      driven->is_gone = true;
      co_return Status();
    }
    auto reads_texts = found ? co_await may_read_texts(found->value)
                             : Result<bool>(std::unexpected(found.error()));
    if (!reads_texts) {
      driven->is_stale = true;
      co_return std::unexpected(std::move(reads_texts).error());
    }
    const Webhook before = std::exchange(driven->webhook, *std::move(found)).value;
    driven->has_rights(*reads_texts, steady_clock::now() + options_.look_interval);
    const Webhook& after = driven->webhook.value;
    driven->is_unread = true;
    if (after.disabled) {
      driven->to_be_disabled.reset();
      co_return Status();
    }
    const bool is_same = driven->queue != nullptr && before.generation == after.generation &&
                         before.active_since == after.active_since;
    if (!is_same) co_return co_await begin(driven);
    driven->queue->misbehave(after.misbehave);
    driven->queue->drop_unless([&](const Event& event) { return wants(after, event.type); });
    if (before.url != after.url) {
      driven->queue->forgive();
      driven->to_be_disabled.reset();
    }
    co_return Status();
  }

  Task<Result<bool>> may_read_texts(Webhook webhook) {
    co_return co_await parts_.webhooks.may_read_texts(parts_.keys, std::move(webhook), now());
  }

  /// From what was filed.
  Task<Status> begin(DrivenPtr driven) {
    driven->queue.reset();
    driven->is_stale = true;  // until all of it is known
    driven->to_be_disabled.reset();
    BAUTA_CO_TRY(auto state, co_await parts_.webhooks.state_of(driven->webhook.value));
    BAUTA_CO_TRY(auto open,
                 co_await parts_.webhooks.open_events(driven->service(), state.progress));
    driven->queue = std::make_shared<WebhookQueue>(state.progress, std::move(open), options_.limits,
                                                   driven->webhook.value.misbehave);
    driven->attempts_begun = std::max(driven->attempts_begun, state.attempts.last_number);
    // Attempts of an older queue that were not filed yet are newer than what was.
    if (state.attempts.last_number > driven->attempts.last_number)
      driven->attempts = std::move(state.attempts);
    driven->is_stale = false;
    driven->settled_since_filed = true;
    co_return Status();
  }

  Task<Status> disable(DrivenPtr driven) {
    BAUTA_CO_CHECK(co_await file(driven));
    if (driven->is_stale) co_return Status();
    const auto reason = *std::exchange(driven->to_be_disabled, std::nullopt);
    const auto disabled = co_await parts_.webhooks.disable(driven->webhook, reason, now());
    if (!disabled) {
      driven->to_be_disabled = reason;
      co_return std::unexpected(disabled.error());
    }
    driven->is_stale = true;
    if (!*disabled) co_return Status();  // a platform changed it: what it says now counts
    parts_.metrics.webhook_disabled(disabled_reason_name(reason));
    log::warn("webhook disabled webhook={} reason={}", driven->id().str(),
              disabled_reason_name(reason));
    co_return co_await reload(driven);
  }

  Task<Status> read_on(DrivenPtr driven) {
    const auto queue = driven->queue;
    driven->is_unread = false;
    const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(kEventsPage, queue->room()));
    auto page = co_await events_.after(driven->service(), queue->read_to(), most);
    if (!page) {
      driven->is_unread = true;
      co_return std::unexpected(std::move(page).error());
    }
    for (Event& event : page->events) {
      const bool is_wanted = wants(driven->webhook.value, event.type);
      queue->read(std::move(event), is_wanted);
      driven->read_since_filed = true;
    }
    if (page->next) driven->is_unread = true;
    co_return Status();
  }

  void hand_over(const DrivenPtr& driven) {
    if (stopping_ || driven->to_be_disabled) return;
    for (auto& taken : driven->queue->take_ready(now())) {
      ++in_flight_;
      asio::co_spawn(executor_,
                     attempt(shared_from_this(), driven, driven->queue, std::move(taken)),
                     end_if_thrown);
    }
  }

  static Task<void> attempt(std::shared_ptr<Impl> self, DrivenPtr driven,
                            std::shared_ptr<WebhookQueue> queue, WebhookQueue::Taken taken) {
    const TimePoint at = self->now();
    const std::string url = driven->webhook.value.url;
    const EndpointAnswer answer =
        co_await self->call(driven, taken.event, at, ++driven->attempts_begun);
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

  Task<EndpointAnswer> call(DrivenPtr driven, Event event, TimePoint at, std::uint64_t number) {
    // A text goes nowhere but to the URL for which it was judged: what is changed meanwhile counts from the next attempt on.
    const Webhook webhook = driven->webhook.value;
    std::optional<ToldText> told;
    if (driven->reads_texts) {
      auto text = co_await parts_.webhooks.text_of(driven->service(), event);
      // Better later than without what was asked for.
      if (!text) co_return EndpointAnswer{.error = std::string(text.error().code)};
      told = ToldText{.text = *std::move(text)};
    }
    EndpointCall call{.url = webhook.url,
                      .id = event.id.str(),
                      .timestamp = to_millis(parts_.stamps ? parts_.stamps->now() : at) / 1000,
                      .signature = {},
                      .body = event_body(event, told)};
    call.signature =
        signatures_of(webhook, {.id = call.id, .timestamp = call.timestamp, .body = call.body}, at);
    co_return co_await hand_over_as_asked(webhook.misbehave, std::move(call), number);
  }

  /// `number`: of this attempt among all of its webhook's; the first is 1.
  Task<EndpointAnswer> hand_over_as_asked(Misbehaviour misbehave, EndpointCall call,
                                          std::uint64_t number) {
    if (misbehave.fail_one_in > 0 && number % misbehave.fail_one_in == 0)
      co_return EndpointAnswer{.result = AttemptResult::refused, .status = 503};
    if (!misbehave.twice) co_return co_await parts_.endpoints.call(std::move(call));
    auto answer = co_await parts_.endpoints.call(call);
    // What is said to the second changes nothing: the event was taken.
    if (answer.result == AttemptResult::delivered)
      static_cast<void>(co_await parts_.endpoints.call(std::move(call)));
    co_return answer;
  }

  static bool is_filing_due(const Driven& driven) {
    const auto now = steady_clock::now();
    return (driven.settled_since_filed && now >= driven.filed_at + kFileSettled) ||
           (driven.read_since_filed && now >= driven.filed_at + kFileRead);
  }

  Task<Status> file(DrivenPtr driven) {
    if (!driven->is_active() || driven->is_stale) co_return Status();
    if (!driven->settled_since_filed && !driven->read_since_filed) co_return Status();
    driven->settled_since_filed = driven->read_since_filed = false;
    driven->filed_at = steady_clock::now();
    const auto filed = co_await parts_.webhooks.file(
        driven->webhook.value, driven->webhook.version,
        {.progress = driven->queue->progress(), .attempts = driven->attempts});
    if (!filed || !*filed) driven->settled_since_filed = true;
    if (!filed) co_return std::unexpected(filed.error());
    if (!*filed) driven->is_stale = true;
    co_return Status();
  }

  Task<void> sleep(DrivenPtr driven) {
    auto until = steady_clock::now() + options_.look_interval;
    const auto by = [&](steady_clock::time_point at) { until = std::min(until, at); };
    if (driven->is_stale) by({});
    if (driven->is_active()) {
      if (driven->to_be_disabled || (driven->is_unread && driven->queue->room() > 0)) by({});
      if (driven->settled_since_filed) by(driven->filed_at + kFileSettled);
      if (driven->read_since_filed) by(driven->filed_at + kFileRead);
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
  EventLog events_;
  Timer wake_;
  std::string name_;
  std::unique_ptr<Subscription> hints_;
  std::map<WebhookId, DrivenPtr> driven_;
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
