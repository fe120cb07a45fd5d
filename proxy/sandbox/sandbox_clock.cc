#include "proxy/sandbox/sandbox_clock.h"

#include "proxy/sandbox/sandbox.pb.h"
#include "storage/store/records.h"

namespace bauta {
namespace {

constexpr int kConflictTries = 10;

Key clock_key() { return Key("sandbox").text("clock"); }

}  // namespace

void SandboxClock::be_at_least(std::int64_t ahead_ms) {
  std::int64_t was = ahead_ms_.load();
  while (was < ahead_ms && !ahead_ms_.compare_exchange_weak(was, ahead_ms)) {
  }
}

Task<Status> SandboxClock::load(Store& store) {
  BAUTA_CO_TRY(const auto kept, co_await bauta::load<records::SandboxClock>(store, clock_key()));
  if (kept) be_at_least(kept->value.ahead_ms());
  co_return Status();
}

Task<Status> SandboxClock::advance(Store& store, std::chrono::seconds by, Also also) {
  for (int attempt = 0; attempt < kConflictTries; ++attempt) {
    BAUTA_CO_TRY(const auto kept, co_await bauta::load<records::SandboxClock>(store, clock_key()));
    const Duration ahead = Duration(kept ? kept->value.ahead_ms() : 0) + by;
    if (ahead > kAheadMax) {
      co_return fail(
          "sandbox.clock_limit",
          "the sandbox's clock can be at most " +
              std::to_string(std::chrono::duration_cast<std::chrono::days>(kAheadMax).count()) +
              " days ahead; begin with a new sandbox");
    }
    records::SandboxClock moved;
    moved.set_ahead_ms(ahead.count());
    Commit commit;
    commit.expect(clock_key(), version_of(kept)).put(clock_key(), moved.SerializeAsString());
    if (also) also(commit, real_.now() + ahead, ahead);
    BAUTA_CO_TRY(const auto done, co_await commit_once(store, std::move(commit)));
    if (!done) continue;
    be_at_least(ahead.count());
    co_return Status();
  }
  co_return fail("storage.contended", "others move the clock at the same time: ask again");
}

}  // namespace bauta
