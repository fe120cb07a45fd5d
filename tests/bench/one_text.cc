#include "tests/bench/one_text.h"

#include <string>
#include <utility>

#include "metrics/instruments/instruments.h"
#include "routing/desk/desk.h"
#include "routing/messages/relay.h"
#include "storage/memory/memory_store.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/sealed_store.h"
#include "tests/bench/disk.h"
#include "tests/bench/people.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/seeded_random.h"

namespace bauta::bench {
namespace {

/// Keeps a copy of what was committed last.
class KeepsLast final : public Store {
 public:
  explicit KeepsLast(Store& inner) : inner_(inner) {}

  const Commit& last() const { return last_; }

  Task<Result<std::optional<Record>>> get(Key key) override { return inner_.get(std::move(key)); }
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
    return inner_.multi_get(std::move(keys));
  }
  Task<Result<ScanPage>> scan(ScanRequest request) override {
    return inner_.scan(std::move(request));
  }
  Task<CommitOutcome> commit(Commit commit) override {
    last_ = commit;
    return inner_.commit(std::move(commit));
  }
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override {
    return inner_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
  }

 private:
  Store& inner_;
  Commit last_;
};

Task<void> begin_conversation(RelayParts parts) {
  Desk desk(parts, [](std::string_view) { return true; });
  Caller caller;
  caller.service = sure(co_await desk.accounts().ensure_with_service(
      "default", "default", parts.clock.now(), parts.random));
  for (const auto& number : {american_number(0), british_number(0)})
    sure(co_await desk.add_number(caller, {.number = number, .connection = "twilio"}, {}));
  sure(co_await desk.open_session(
      caller,
      {.participants = {{.address = american(0), .number = american_number(0)},
                        {.address = briton(0), .number = british_number(0)}}},
      std::nullopt));
}

Task<void> text(RelayParts parts, std::string sid) {
  Relay relay(parts);
  const auto outcome = sure(co_await relay.accept(
      {.connection = "twilio",
       .provider_id = std::move(sid),
       .from = american(0),
       .to = american_number(0),
       .text = MessageText::from_carrier("12345 I am at the door, which bell is it?")}));
  if (outcome != InboundOutcome::relayed)
    give_up({.code = "bench.not_relayed", .detail = std::string(inbound_outcome_name(outcome))});
}

}  // namespace

Commit commit_of_one_text() {
  SystemClock clock;
  SeededRandom random(1);
  metrics::Instruments metrics("", "");
  MemoryStore memory(clock);
  KeepsLast kept(memory);
  const auto ring = KeyRing::ephemeral(random);
  SealedStore sealed(kept, *ring, random);
  const RelayParts parts{.store = sealed,
                         .index_key = ring->index_key(),
                         .clock = clock,
                         .random = random,
                         .metrics = metrics,
                         .limits = {}};
  run(begin_conversation(parts));
  run(text(parts, "SM00000000000000000000000000000001"));
  run(text(parts, "SM00000000000000000000000000000002"));
  return kept.last();
}

}  // namespace bauta::bench
