#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/memory/memory_store.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/reached.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/waits.h"

namespace bauta::simulation {

/// How much trouble a store makes, each in how many: 0 is never.
struct StoreTrouble {
  std::size_t unknown_one_in = 0;
  std::size_t overloaded_one_in = 0;
  std::size_t unreadable_one_in = 0;
  std::size_t stall_one_in = 0;
};

/// The store of one process, over the disk that survives it.  As the engine that is shipped: commits queue up, a group of them becomes
/// durable at a later moment, each is checked as it is applied, and answers come after.  Reads see what is durable, and may be late.
/// Who crashes it loses all that is queued; of a group whose fsync was under way, as many as chance has it are on the disk all the
/// same, and nobody was told.
class UnsureStore final : public Store {
 public:
  UnsureStore(MemoryStore& disk, Waits& waits, Chance& chance, Trace& trace, Reached& reached,
              StoreTrouble trouble)
      : disk_(disk),
        waits_(waits),
        chance_(chance),
        trace_(trace),
        reached_(reached),
        trouble_(trouble) {}

  /// The longest that a read takes, that an answer is behind its fsync, and that an fsync takes, also one that stalls: what the oracle
  /// grants.
  static constexpr Micros kReadMax{5'000};
  static constexpr Micros kAnswerMax{5'000};
  static constexpr Micros kFsyncMax{8'000};
  static constexpr Micros kStallMax{1'500'000};

  Task<Result<std::optional<Record>>> get(Key key) override;
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override;
  Task<Result<ScanPage>> scan(ScanRequest request) override;
  Task<CommitOutcome> commit(Commit commit) override;
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override;

  void crash();
  std::uint64_t commits() const { return commits_; }

 private:
  struct Queued {
    Commit commit;
    std::optional<CommitOutcome> outcome;
    std::shared_ptr<std::uint64_t> ticket = std::make_shared<std::uint64_t>(0);
  };
  Task<bool> read_waits(bool before);
  void start_group();
  void finish_group();
  CommitOutcome apply(const Commit& commit);
  void mark_conflict(const Commit& commit, const Key& key);

  MemoryStore& disk_;
  Waits& waits_;
  Chance& chance_;
  Trace& trace_;
  Reached& reached_;
  StoreTrouble trouble_;
  /// Written by commits whose outcome nobody was told.
  std::set<std::string> untold_;
  // Shared with the coroutine that waits for each.
  std::deque<std::shared_ptr<Queued>> queue_;
  std::vector<std::shared_ptr<Queued>> group_;
  std::uint64_t commits_ = 0;
};

}  // namespace bauta::simulation
