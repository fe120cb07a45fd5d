#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "routing/recovery/replay.h"
#include "storage/journal/journal_files.h"
#include "tests/conformance/ground/temporary_folder.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta::testing_routing {

/// A world as it was backed up.  What is done in `lost` after that stands only in the journal.
class Restored : public testing::Test {
 protected:
  /// The store that went on from there until its disk was lost: what is committed to it is read by nobody again.
  class Lost final : public Store {
   public:
    explicit Lost(Restored& restored) : restored_(restored) {}
    Task<Result<std::optional<Record>>> get(Key key) override {
      co_return co_await restored_.world.store.get(std::move(key));
    }
    Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
      co_return co_await restored_.world.store.multi_get(std::move(keys));
    }
    Task<Result<ScanPage>> scan(ScanRequest request) override {
      co_return co_await restored_.world.store.scan(std::move(request));
    }
    Task<CommitOutcome> commit(Commit commit) override {
      restored_.journal(commit);
      co_return Committed{};
    }
    std::unique_ptr<Subscription> subscribe(Key, Executor, std::function<void()>) override {
      return nullptr;
    }

   private:
    Restored& restored_;
  };

  Restored() {
    recovery = {.backup = 3,
                .backed_up_at = world.clock.now(),
                .restored_at = world.clock.now() + std::chrono::hours(6)};
  }

  void journal(const Commit& commit, Duration after_backup = std::chrono::hours(1)) {
    if (!writer) {
      writer.emplace(*JournalWriter::begin(
          temporary.path(), {.number = 1,
                             .begun_at = recovery.backed_up_at - std::chrono::hours(24),
                             .store = "",
                             .follows_gap = true}));
    }
    BAUTA_ASSERT(writer->append(recovery.backed_up_at + after_backup, journal_entries_of(commit))
                     .has_value());
  }

  /// At the time of the restore, as at a start.
  ReplayCounts replay() {
    if (world.clock.now() < recovery.restored_at)
      world.clock.advance(
          std::chrono::duration_cast<Duration>(recovery.restored_at - world.clock.now()));
    Replay replay(world.parts, {.journal = JournalReader(temporary.path()),
                                .until_file = 2,
                                .was_journaled = true,
                                .recovery = recovery});
    const auto report = world.run(replay.run());
    BAUTA_ASSERT(report.has_value());
    return report->counts;
  }
  VirtualNumber line_of(std::size_t at) const { return world.session.session.seats[at].number; }

  Conversation world;
  TemporaryFolder temporary;
  Recovery recovery;
  std::optional<JournalWriter> writer;
  Lost lost{*this};
};

}  // namespace bauta::testing_routing
