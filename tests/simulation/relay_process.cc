#include "tests/simulation/relay_process.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "storage/store/assert.h"

namespace bauta::simulation {
namespace {

/// How long a hint may be lost until the look that is had without one.
constexpr Micros kLookMax = std::chrono::seconds(20);
constexpr Micros kStartAgain = std::chrono::seconds(1);
/// Few, so that what waits is appended again and again.
constexpr Position kSpanMax = 6;

std::string seat_words(const Seat& seat) { return seat.id.str() + " " + seat.number.str(); }

/// What the platform is told of a session: `id created_ms expires_ms|- seat number seat number …`.
KeptAnswer session_told(const SessionView& view) {
  std::string body = view.session.id.str() + " ";
  body += std::to_string(to_millis(view.session.created_at)) + " ";
  body += view.session.expires_at ? std::to_string(to_millis(*view.session.expires_at)) : "-";
  for (const auto& seat : view.session.seats) body += " " + seat_words(seat);
  return {.status = 201, .location = "", .body = std::move(body)};
}

KeptAnswer seat_told(const SeatView& view) {
  return {.status = 201, .location = "", .body = seat_words(view.seat)};
}

KeptAnswer message_told(const MessageView& view) {
  return {.status = 202, .location = "", .body = view.message.id.str()};
}

}  // namespace

RelayProcess::RelayProcess(Surroundings surroundings, std::vector<std::uint32_t> partitions)
    : around_(surroundings),
      waits_(around_.schedule, context_),
      store_(around_.disk, waits_, around_.chance, around_.trace, around_.reached, around_.trouble),
      door_(around_.carriers, waits_),
      parts_{.store = store_,
             .index_key = around_.index_key,
             .clock = around_.clock,
             .random = around_.random,
             .metrics = around_.metrics,
             .limits = around_.limits},
      relay_(parts_),
      receipts_(parts_),
      desk_(parts_, [](std::string_view name) { return Carriers::exists(name); }),
      lanes_(partitions.size()) {
  // Whenever it is done: it makes the next text a probe, no more.
  call<Status>(desk_.recall_carriers(), [](const Status&) {});
  for (std::size_t at = 0; at < partitions.size(); ++at) {
    lanes_[at].partition =
        std::make_unique<Partition>(partitions[at], parts_, door_, std::vector<Stage*>{}, kSpanMax);
    lanes_[at].subscription =
        store_.subscribe(work_log(partitions[at]), context_.get_executor(), [this, at] {
          if (waits_.dead()) return;
          if (!around_.chance.one_in(8)) return read_on(at);
          waits_.later(Micros(around_.chance.between(0, kLookMax.count())),
                       [this, at] { read_on(at); });
        });
    start(at);
  }
  if (around_.hook) drive_hook();
}

RelayProcess::~RelayProcess() {
  store_.crash();
  waits_.die();
  poll();  // coroutines fall apart through their executor
  lanes_.clear();
  events_.reset();
  hook_.reset();
}

void RelayProcess::poll() {
  context_.restart();
  while (context_.poll() > 0) {
  }
}

void RelayProcess::spawn(Task<void> task) {
  boost::asio::co_spawn(context_, std::move(task), [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

void RelayProcess::drive_hook() {
  const auto [service, id] = *around_.hook;
  hook_ = std::make_unique<Hook>(
      Hook::Parts{.store = store_,
                  .webhooks = desk_.webhooks(),
                  .clock = around_.clock,
                  .random = around_.random,
                  .schedule = around_.schedule,
                  .waits = waits_,
                  .endpoint = around_.endpoint,
                  .spawn = [this](Task<void> task) { spawn(std::move(task)); }},
      service, id);
  events_ = store_.subscribe(EventLog::prefix(service), context_.get_executor(), [this] {
    if (waits_.dead()) return;
    waits_.later(Micros(around_.chance.one_in(8) ? around_.chance.between(0, kLookMax.count()) : 1),
                 [this] { hook_->look(); });
  });
  hook_->look();
}

// ---- Lanes ---------------------------------------------------------------------------------------

void RelayProcess::start(std::size_t at) { spawn(run_start(this, at)); }

Task<void> RelayProcess::run_start(RelayProcess* self, std::size_t at) {
  const auto started = co_await self->lanes_[at].partition->start();
  if (self->waits_.dead()) co_return;
  if (!started) {
    self->waits_.later(kStartAgain, [self, at] { self->start(at); });
    co_return;
  }
  self->lanes_[at].started = true;
  self->read_on(at);
}

void RelayProcess::read_on(std::size_t at) {
  auto& lanes = lanes_[at];
  if (!lanes.started) return;
  if (std::exchange(lanes.reading, true)) {
    lanes.read_again = true;
    return;
  }
  spawn(run_read(this, at));
}

Task<void> RelayProcess::run_read(RelayProcess* self, std::size_t at) {
  const auto read = co_await self->lanes_[at].partition->read_on();
  if (self->waits_.dead()) co_return;
  self->lanes_[at].reading = false;
  self->take(at);
  if (!read) {
    self->waits_.later(kStartAgain, [self, at] { self->read_on(at); });
  } else if (std::exchange(self->lanes_[at].read_again, false)) {
    self->read_on(at);
  }
}

void RelayProcess::take(std::size_t at) {
  auto& lanes = lanes_[at];
  for (auto& lane : lanes.partition->take_ready(around_.clock.now()))
    spawn(run_step(this, at, std::move(lane)));
  const auto due = lanes.partition->next_due();
  const auto alarm = ++lanes.alarm;
  if (!due) return;
  const auto wait = std::max(Micros(*due - around_.clock.now()), Micros(1));
  waits_.later(wait, [this, at, alarm] {
    if (lanes_[at].alarm == alarm) take(at);
  });
}

Task<void> RelayProcess::run_step(RelayProcess* self, std::size_t at, LaneKey lane) {
  co_await self->lanes_[at].partition->step(std::move(lane));
  if (!self->waits_.dead()) self->take(at);
}

std::size_t RelayProcess::texts_waiting() const {
  std::size_t waiting = 0;
  for (const auto& lanes : lanes_) {
    // What was not read yet waits too.
    waiting += lanes.partition->texts_waiting() + (lanes.started && !lanes.reading ? 0 : 1);
  }
  return waiting;
}

// ---- What comes in -------------------------------------------------------------------------------

void RelayProcess::bring(InboundMessage mo, std::function<void(Result<InboundOutcome>)> done) {
  spawn(run<Result<InboundOutcome>>(this, relay_.accept(std::move(mo)), std::move(done)));
}

void RelayProcess::bring(DeliveryReceipt receipt,
                         std::function<void(Result<ReceiptOutcome>)> done) {
  spawn(run<Result<ReceiptOutcome>>(this, receipts_.apply(std::move(receipt)), std::move(done)));
}

void RelayProcess::open(Caller caller, OpenSession request, IdempotencyMark mark,
                        std::function<void(Result<std::string>)> done) {
  spawn(run<Result<std::string>>(
      this, run_open(this, std::move(caller), std::move(request), std::move(mark)),
      std::move(done)));
}

void RelayProcess::say(Caller caller, SendText request, IdempotencyMark mark,
                       std::function<void(Result<std::string>)> done) {
  spawn(run<Result<std::string>>(
      this, run_say(this, std::move(caller), std::move(request), std::move(mark)),
      std::move(done)));
}

void RelayProcess::join(Caller caller, SessionId session, OpenSession::Participant who,
                        IdempotencyMark mark, std::function<void(Result<std::string>)> done) {
  spawn(run<Result<std::string>>(
      this, run_join(this, std::move(caller), session, std::move(who), std::move(mark)),
      std::move(done)));
}

void RelayProcess::sweep(std::function<void()> done) {
  if (const auto news = parts_.breakers->next_news())
    around_.reached.mark(news->is_down ? Mark::breaker_opened : Mark::breaker_closed_by_an_answer);
  // What is not told is told with the next sweep.
  call<Status>(desk_.tell_of_carriers(), [](const Status&) {});
  call<Result<std::size_t>>(desk_.sweep(), [done = std::move(done)](const auto& swept) {
    if (swept) done();
  });
}

Task<Result<std::string>> RelayProcess::run_open(RelayProcess* self, Caller caller,
                                                 OpenSession request, IdempotencyMark mark) {
  const auto running = self->desk_.begin(caller, mark);
  if (!running) co_return fail("idempotency.in_flight", "");
  BAUTA_CO_TRY(const auto kept, co_await self->desk_.kept_answer(caller, mark));
  if (kept) co_return kept->body;
  BAUTA_CO_TRY(const auto view,
               co_await self->desk_.open_session(
                   std::move(caller), std::move(request),
                   Idempotent<SessionView>{.mark = std::move(mark), .render = session_told}));
  co_return session_told(view).body;
}

Task<Result<std::string>> RelayProcess::run_say(RelayProcess* self, Caller caller, SendText request,
                                                IdempotencyMark mark) {
  const auto running = self->desk_.begin(caller, mark);
  if (!running) co_return fail("idempotency.in_flight", "");
  BAUTA_CO_TRY(const auto kept, co_await self->desk_.kept_answer(caller, mark));
  if (kept) co_return kept->body;
  BAUTA_CO_TRY(const auto view,
               co_await self->desk_.send_text(
                   std::move(caller), std::move(request),
                   Idempotent<MessageView>{.mark = std::move(mark), .render = message_told}));
  co_return message_told(view).body;
}

Task<Result<std::string>> RelayProcess::run_join(RelayProcess* self, Caller caller,
                                                 SessionId session, OpenSession::Participant who,
                                                 IdempotencyMark mark) {
  const auto running = self->desk_.begin(caller, mark);
  if (!running) co_return fail("idempotency.in_flight", "");
  BAUTA_CO_TRY(const auto kept, co_await self->desk_.kept_answer(caller, mark));
  if (kept) co_return kept->body;
  BAUTA_CO_TRY(const auto view,
               co_await self->desk_.add_participant(
                   std::move(caller), session, std::move(who),
                   Idempotent<SeatView>{.mark = std::move(mark), .render = seat_told}));
  co_return seat_told(view).body;
}

Task<Result<std::vector<RelayProcess::Letter>>> RelayProcess::letters(Caller caller) {
  constexpr std::uint32_t kLetters = 5;
  constexpr std::uint32_t kTexts = 100;
  BAUTA_CO_TRY(const auto page, co_await desk_.list_dead_letters(caller, kLetters, ""));
  std::vector<Letter> letters;
  for (const auto& letter : page.data) {
    if (letter.session.is_nil()) continue;
    const auto texts = co_await desk_.list_messages(caller, letter.session, kTexts, "");
    if (!texts) continue;  // erased meanwhile
    for (const auto& view : texts->data) {
      for (const auto& delivery : view.deliveries) {
        if (delivery.message == letter.message && delivery.seat == letter.seat)
          letters.push_back({.letter = letter,
                             .body = view.message.text.reveal(),
                             .person = delivery.to.reveal()});
      }
    }
  }
  co_return letters;
}

}  // namespace bauta::simulation
