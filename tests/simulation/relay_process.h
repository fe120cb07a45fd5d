#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "routing/desk/desk.h"
#include "routing/messages/receipts.h"
#include "routing/messages/relay.h"
#include "routing/outbox/partition.h"
#include "tests/simulation/carriers.h"
#include "tests/simulation/hook.h"
#include "tests/simulation/unsure_store.h"
#include "tests/simulation/waits.h"

namespace bauta::simulation {

/// What a process finds when it starts; each outlives it.
struct Surroundings {
  Schedule& schedule;
  Clock& clock;
  MemoryStore& disk;
  Chance& chance;
  Random& random;
  Trace& trace;
  Carriers& carriers;
  Endpoint& endpoint;
  Reached& reached;
  metrics::Instruments& metrics;
  const IndexKey& index_key;
  StoreTrouble trouble;
  RelayLimits limits;
  /// The webhook that leads to the endpoint; none: not made yet.
  std::optional<std::pair<ServiceId, WebhookId>> hook;
};

/// One life of the relay: from a start over what is on the disk to a crash.  Does what proxy/ does around routing/: calls it when something
/// comes in, and drives the lanes.  Whoever called and was not called back when it dies never is.
class RelayProcess {
 public:
  RelayProcess(Surroundings surroundings, std::vector<std::uint32_t> partitions);
  /// A crash: what is not on the disk is gone.
  ~RelayProcess();
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;

  /// Runs what can run without time passing.
  void poll();

  void bring(InboundMessage mo, std::function<void(Result<InboundOutcome>)> done);
  void bring(DeliveryReceipt receipt, std::function<void(Result<ReceiptOutcome>)> done);

  /// A POST with an idempotency key, as a face handles it: the kept answer if there is one.
  void open(Caller caller, OpenSession request, IdempotencyMark mark,
            std::function<void(Result<std::string>)> done);
  void say(Caller caller, SendText request, IdempotencyMark mark,
           std::function<void(Result<std::string>)> done);
  void join(Caller caller, SessionId session, OpenSession::Participant who, IdempotencyMark mark,
            std::function<void(Result<std::string>)> done);
  /// Any other call.
  template <class T>
  void call(Task<T> task, std::function<void(T)> done) {
    spawn(run<T>(this, std::move(task), std::move(done)));
  }
  /// A dead letter that belongs to a session, with its text as the platform sees it.
  struct Letter {
    DeadLetter letter;
    std::string body;
    std::string person;
  };
  Task<Result<std::vector<Letter>>> letters(Caller caller);

  /// What proxy/ calls now and then.
  void sweep(std::function<void()> done);

  /// For what is asked only before and after the run.
  template <class T>
  T ask(Task<T> task);
  Desk& desk() { return desk_; }

  std::size_t texts_waiting() const;
  bool all_are_told() const { return !hook_ || hook_->at_rest(); }
  std::uint64_t commits() const { return store_.commits(); }
  std::uint64_t calls_open() const { return calls_open_; }

 private:
  struct Lanes {
    std::unique_ptr<Partition> partition;
    std::unique_ptr<Subscription> subscription;
    bool started = false;
    bool reading = false;
    bool read_again = false;
    std::uint64_t alarm = 0;
  };
  void spawn(Task<void> task);
  void start(std::size_t at);
  void read_on(std::size_t at);
  void take(std::size_t at);
  void drive_hook();
  static Task<void> run_start(RelayProcess* self, std::size_t at);
  static Task<void> run_read(RelayProcess* self, std::size_t at);
  static Task<void> run_step(RelayProcess* self, std::size_t at, LaneKey lane);
  template <class T>
  static Task<void> run(RelayProcess* self, Task<T> task, std::function<void(T)> done);
  static Task<Result<std::string>> run_open(RelayProcess* self, Caller caller, OpenSession request,
                                            IdempotencyMark mark);
  static Task<Result<std::string>> run_say(RelayProcess* self, Caller caller, SendText request,
                                           IdempotencyMark mark);
  static Task<Result<std::string>> run_join(RelayProcess* self, Caller caller, SessionId session,
                                            OpenSession::Participant who, IdempotencyMark mark);

  Surroundings around_;
  boost::asio::io_context context_{1};
  Waits waits_;
  UnsureStore store_;
  Carriers::Door door_;
  RelayParts parts_;
  Relay relay_;
  Receipts receipts_;
  Desk desk_;
  std::vector<Lanes> lanes_;
  std::unique_ptr<Hook> hook_;
  std::unique_ptr<Subscription> events_;
  std::uint64_t calls_open_ = 0;
};

/// Awaits `task` and tells `done`, unless the process died meanwhile.
template <class T>
Task<void> RelayProcess::run(RelayProcess* self, Task<T> task, std::function<void(T)> done) {
  ++self->calls_open_;
  T result = co_await std::move(task);
  --self->calls_open_;
  if (!self->waits_.dead()) done(std::move(result));
}

template <class T>
T RelayProcess::ask(Task<T> task) {
  std::optional<T> answer;
  spawn(run<T>(this, std::move(task), [&answer](T result) { answer.emplace(std::move(result)); }));
  for (poll(); !answer; poll()) around_.schedule.step();
  return *std::move(answer);
}

}  // namespace bauta::simulation
