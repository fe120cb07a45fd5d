#include "proxy/sandbox/sandbox_carrier.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "proxy/config/log.h"
#include "proxy/sandbox/magic_numbers.h"
#include "proxy/sandbox/sandbox.pb.h"
#include "storage/store/records.h"

namespace bauta {
namespace asio = boost::asio;
namespace {

using std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, Executor>;

constexpr std::uint32_t kPage = 100;
/// Hints may be lost.
constexpr std::chrono::seconds kLook{5};
constexpr std::chrono::seconds kTryAgain{1};

Key due_prefix() { return Key("handsetdue"); }
Key busy_key(ServiceId service, PersonHash person) {
  return Key("handsetbusy").id(service).id(person);
}

Bits128 random_bits(Random& random) {
  Bits128 bits{};
  random.fill(bits);
  return bits;
}

/// What `message` leads to, as a commit that is composed.
class Plan {
 public:
  Plan(const OutboundMessage& message, ServiceId service, PersonHash person, TimePoint now,
       Random& random)
      : message_(message),
        service_(service),
        person_(person),
        now_(now),
        random_(random),
        id_("sb" + to_base32(random_bits(random))) {}

  const std::string& id() const { return id_; }
  Commit take() { return std::move(commit_); }

  void arrives() { SandboxHandsets::take(commit_, service_, person_, text_at(now_)); }
  void arrives_after(std::chrono::seconds wait) {
    const auto text = text_at(now_ + wait);
    records::HandsetDue due;
    auto& arrival = *due.mutable_arrival();
    arrival.set_service(std::string(service_.bytes()));
    arrival.set_person(std::string(person_.bytes()));
    arrival.mutable_text()->set_id(text.id);
    arrival.mutable_text()->set_from(text.from.str());
    arrival.mutable_text()->set_text(text.text.reveal());
    arrival.mutable_text()->set_received_at_ms(to_millis(text.received_at));
    put(due, wait);
  }
  void receipt(ReceiptStatus status, std::chrono::seconds wait = {}) {
    records::HandsetDue due;
    due.mutable_receipt()->set_reference(message_.reference);
    due.mutable_receipt()->set_provider_id(id_);
    due.mutable_receipt()->set_status(static_cast<std::uint32_t>(status));
    put(due, wait);
  }
  /// `times`: the carrier delivers it so often, as one text.
  void answers(std::string_view text, std::chrono::seconds wait = {}, int times = 1) {
    records::HandsetDue due;
    due.mutable_said()->set_id("sb" + to_base32(random_bits(random_)));
    due.mutable_said()->set_from(message_.to.reveal_with_channel());
    due.mutable_said()->set_to(message_.from.str());
    due.mutable_said()->set_text(std::string(text));
    for (; times > 0; --times) put(due, wait);
  }

 private:
  HandsetText text_at(TimePoint at) const {
    return {.id = id_, .from = message_.from, .text = message_.text, .received_at = at};
  }
  void put(const records::HandsetDue& due, std::chrono::seconds wait) {
    const auto at = static_cast<std::uint64_t>(to_millis(now_ + wait));
    commit_.put(due_prefix().u64(at).bits(random_bits(random_)), due.SerializeAsString());
  }

  const OutboundMessage& message_;
  ServiceId service_;
  PersonHash person_;
  TimePoint now_;
  Random& random_;
  std::string id_;
  Commit commit_;
};

void behave(HandsetHabit habit, Plan& plan) {
  switch (habit) {
    case HandsetHabit::undelivered:
      plan.receipt(ReceiptStatus::undelivered);
      return;
    case HandsetHabit::slow:
      plan.receipt(ReceiptStatus::sent);
      plan.arrives_after(kSlow);
      plan.receipt(ReceiptStatus::delivered, kSlow);
      return;
    case HandsetHabit::unconfirmed:
    case HandsetHabit::unknown:
      plan.arrives();
      return;
    case HandsetHabit::says_stop:
      plan.arrives();
      plan.receipt(ReceiptStatus::delivered);
      plan.answers("STOP");
      return;
    case HandsetHabit::texts_twice:
      plan.arrives();
      plan.receipt(ReceiptStatus::delivered);
      plan.answers("Said once, delivered twice.", {}, 2);
      return;
    case HandsetHabit::answers_late:
      plan.arrives();
      plan.receipt(ReceiptStatus::delivered);
      plan.answers("Sorry, I only read this now.", kLate);
      return;
    case HandsetHabit::ordinary:
    case HandsetHabit::busy:
      plan.arrives();
      plan.receipt(ReceiptStatus::delivered);
      return;
    case HandsetHabit::refuses:
    case HandsetHabit::opted_out:
      return;
  }
}

std::optional<SubmitOutcome> refusal_of(HandsetHabit habit) {
  if (habit == HandsetHabit::refuses)
    return SubmitRefused{"carrier.refused", "the sandbox's carrier refuses this recipient", false};
  if (habit == HandsetHabit::opted_out)
    return SubmitRefused{"carrier.opted_out", "the recipient said STOP to the carrier", true};
  return std::nullopt;
}

}  // namespace

/// What does what is owed.  Lives on one executor.
class SandboxCarrier::Work : public std::enable_shared_from_this<SandboxCarrier::Work> {
 public:
  Work(const Executor& executor, Parts parts, Targets targets)
      : parts_(parts), targets_(std::move(targets)), executor_(executor), timer_(executor) {}

  void start() {
    hints_ = parts_.store.subscribe(due_prefix(), executor_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->wake();
    });
    asio::co_spawn(executor_, run(shared_from_this()), [](const std::exception_ptr& failure) {
      // Else what is owed would stay so for ever, in silence.
      if (failure) std::terminate();
    });
  }
  void wake() {
    is_unread_ = true;
    timer_.cancel();
  }
  void stop() {
    is_stopping_ = true;
    timer_.cancel();
  }
  bool is_settled() const {
    return !is_unread_ && !is_working_ && (!next_due_ || *next_due_ > parts_.clock.now());
  }

 private:
  static Task<void> run(std::shared_ptr<Work> self) {
    while (!self->is_stopping_) {
      self->is_working_ = true;
      self->is_unread_ = false;
      const auto done = co_await self->work();
      self->is_working_ = false;
      if (!done) log::warn("the sandbox's carrier is held up code={}", done.error().code);
      auto wait = std::chrono::duration_cast<Duration>(done ? kLook : kTryAgain);
      if (self->is_unread_) wait = Duration::zero();
      if (done && self->next_due_)
        wait = std::clamp(*self->next_due_ - self->parts_.clock.now(), Duration::zero(), wait);
      self->timer_.expires_after(wait);
      boost::system::error_code woken;
      co_await self->timer_.async_wait(
          asio::redirect_error(asio::use_awaitable_t<Executor>(), woken));
    }
  }

  Task<Status> work() {
    for (;;) {
      auto request = ScanRequest::prefix(due_prefix());
      request.records_max = kPage;
      BAUTA_CO_TRY(const auto page, co_await parts_.store.scan(std::move(request)));
      next_due_.reset();
      for (const auto& keyed : page.records) {
        KeyReader reader(keyed.key, "handsetdue");
        const auto due = from_millis(static_cast<std::int64_t>(reader.u64()));
        if (due > parts_.clock.now()) {
          next_due_ = due;
          co_return Status();
        }
        BAUTA_CO_CHECK(co_await settle(keyed.key, keyed.record));
        if (is_stopping_) co_return Status();
      }
      if (page.records.empty()) co_return Status();
    }
  }

  Task<Status> settle(Key key, Record record) {
    BAUTA_CO_TRY(const auto due, decode<records::HandsetDue>(record));
    Commit commit;
    commit.expect(key, record.version).erase(key);
    if (due.value.has_receipt()) BAUTA_CO_CHECK(co_await tell(due.value.receipt()));
    if (due.value.has_said()) BAUTA_CO_CHECK(co_await tell(due.value.said()));
    if (due.value.has_arrival()) {
      const auto& arrival = due.value.arrival();
      BAUTA_CO_TRY(const auto service, ServiceId::from_bytes(arrival.service()));
      BAUTA_CO_TRY(const auto person, PersonHash::from_bytes(arrival.person()));
      BAUTA_CO_TRY(auto from, VirtualNumber::parse(arrival.text().from()));
      SandboxHandsets::take(commit, service, person,
                            {.id = arrival.text().id(),
                             .from = std::move(from),
                             .text = MessageText::from_carrier(arrival.text().text()),
                             .received_at = from_millis(arrival.text().received_at_ms())});
    }
    // A conflict: it was settled already.
    const auto done = co_await commit_once(parts_.store, std::move(commit));
    if (!done) co_return std::unexpected(done.error());
    co_return Status();
  }

  Task<Status> tell(records::HandsetDue::Receipt receipt) {
    const auto told =
        co_await targets_.apply({.connection = std::string(kName),
                                 .reference = receipt.reference(),
                                 .provider_id = receipt.provider_id(),
                                 .word = {.status = static_cast<ReceiptStatus>(receipt.status())}});
    if (!told) co_return std::unexpected(told.error());
    co_return Status();
  }

  Task<Status> tell(records::HandsetDue::Said said) {
    BAUTA_CO_TRY(auto from, RealAddress::from_carrier(said.from()));
    BAUTA_CO_TRY(auto to, VirtualNumber::parse(said.to()));
    const auto told = co_await targets_.accept({.connection = std::string(kName),
                                                .provider_id = said.id(),
                                                .from = std::move(from),
                                                .to = std::move(to),
                                                .text = MessageText::from_carrier(said.text())});
    if (!told) co_return std::unexpected(told.error());
    co_return Status();
  }

  Parts parts_;
  Targets targets_;
  Executor executor_;
  Timer timer_;
  std::unique_ptr<Subscription> hints_;
  std::optional<TimePoint> next_due_;
  bool is_unread_ = true;
  bool is_working_ = false;
  bool is_stopping_ = false;
};

SandboxCarrier::SandboxCarrier(Parts parts)
    : parts_(parts), inventory_(parts.store), handsets_(parts.store, parts.index_key) {}

SandboxCarrier::~SandboxCarrier() {
  if (work_) work_->stop();
}

void SandboxCarrier::start(const Executor& executor, Targets targets) {
  targets_ = targets;
  work_ = std::make_shared<Work>(executor, parts_, std::move(targets));
  work_->start();
}

void SandboxCarrier::wake() { work_->wake(); }
bool SandboxCarrier::is_settled() const { return work_->is_settled(); }

Task<Result<InboundOutcome>> SandboxCarrier::text(RealAddress from, VirtualNumber to,
                                                  MessageText text, std::string once) {
  const auto id =
      once.empty() ? random_bits(parts_.random) : parts_.index_key.hash("handset-text", once);
  co_return co_await targets_.accept({.connection = std::string(kName),
                                      .provider_id = "sb" + to_base32(id),
                                      .from = std::move(from),
                                      .to = std::move(to),
                                      .text = std::move(text)});
}

/// It has nothing to say: what stays unknown is to stay so.
Task<AskOutcome> SandboxCarrier::ask(std::string, SentText) { co_return AskedInVain{}; }

Task<SubmitOutcome> SandboxCarrier::submit(std::string connection, OutboundMessage message) {
  if (connection != kName)
    co_return SubmitLater{.code = "carrier.unknown_connection", .retry_after = std::nullopt};
  const SubmitLater not_now{.code = "carrier.busy", .retry_after = std::nullopt};
  const auto number = co_await inventory_.find(message.from);
  if (!number) co_return not_now;
  if (!*number) co_return SubmitRefused{"carrier.refused", "the sandbox has no such sender", false};
  const HandsetHabit habit = habit_of(message.to);
  if (auto refused = refusal_of(habit)) co_return *std::move(refused);

  const ServiceId service = (*number)->value.service;
  const PersonHash person = handsets_.person(service, message.to);
  const TimePoint now = parts_.clock.now(service);
  if (habit == HandsetHabit::busy) {
    const auto later = co_await put_off(service, person, now);
    if (!later) co_return not_now;
    if (*later) co_return **later;
  }
  Plan plan(message, service, person, now, parts_.random);
  behave(habit, plan);
  const auto outcome = co_await parts_.store.commit(plan.take());
  if (std::holds_alternative<Unknown>(outcome) || habit == HandsetHabit::unknown)
    co_return SubmitUnknown{"carrier.failed"};
  if (!std::holds_alternative<Committed>(outcome)) co_return not_now;
  co_return SubmitAccepted{{plan.id()}};
}

/// The first text begins the time for which all are put off; once it is over one gets through, and it begins anew.
Task<Result<std::optional<SubmitOutcome>>> SandboxCarrier::put_off(ServiceId service,
                                                                   PersonHash person,
                                                                   TimePoint now) {
  const Key key = busy_key(service, person);
  BAUTA_CO_TRY(const auto kept, co_await load<records::HandsetBusy>(parts_.store, key));
  const std::optional<SubmitOutcome> later =
      SubmitLater{.code = "carrier.busy", .retry_after = kBusyRetryAfter};
  if (kept && from_millis(kept->value.until_ms()) > now) co_return later;
  Commit commit;
  commit.expect(key, version_of(kept));
  if (kept) {
    commit.erase(key);
  } else {
    records::HandsetBusy busy;
    busy.set_until_ms(to_millis(now + kBusy));
    commit.put(key, busy.SerializeAsString());
  }
  BAUTA_CO_CHECK(co_await commit_once(parts_.store, std::move(commit)));
  co_return kept ? std::nullopt : later;
}

}  // namespace bauta
