#include "storage/journal/journaled_store.h"

#include <utility>

#include "storage/store/records.h"

namespace bauta {
namespace {

bool has_room(const Commit& commit) {
  return commit.puts.size() + commit.erases.size() + commit.appends.size() < Commit::kWritesMax;
}

}  // namespace

Key journal_mark_key() { return Key("meta").text("journal"); }

Task<Status> take_journal_mark_away(Store& store) {
  Commit commit;
  commit.erase(journal_mark_key());
  BAUTA_CO_CHECK(co_await commit_once(store, std::move(commit)));
  co_return Status{};
}

Task<CommitOutcome> JournaledStore::commit(Commit commit) {
  auto entries = translate_(commit);
  if (entries.empty()) return inner_.commit(std::move(commit));
  return commit_journaled(std::move(commit), std::move(entries));
}

std::optional<JournalPlace> JournaledStore::settled_place() {
  const MutexLock lock(mutex_);
  return under_way_.empty() ? journal_.place() : *under_way_.begin();
}

/// Holds a place in front of a commit's entries, until the commit is over.
class JournaledStore::UnderWay {
 public:
  explicit UnderWay(JournaledStore& store) : store_(store) {
    const MutexLock lock(store.mutex_);
    place_ = store.under_way_.insert(store.journal_.place());
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    const MutexLock lock(store_.mutex_);
    store_.under_way_.erase(place_);
  }

 private:
  JournaledStore& store_;
  Places::iterator place_;
};

Task<CommitOutcome> JournaledStore::commit_journaled(Commit commit,
                                                     std::vector<std::string> entries) {
  const UnderWay under_way(*this);
  const auto written = co_await journal_.append(std::move(entries));
  // Nothing is wrong with the journal: there is no room, or no time, for this commit.
  if (!written && written.error().code != "storage.unavailable") co_return Refused{written.error()};
  if (!written && is_marked_ && !has_room(commit)) {
    // Else a process that is killed before the journal's next file leaves nothing that tells of the gap.
    if (const auto taken = co_await take_journal_mark_away(inner_); !taken)
      co_return Refused{taken.error()};
    is_marked_ = false;
  }
  const bool marks = written.has_value() != is_marked_ && has_room(commit);
  if (marks && written) commit.put(journal_mark_key(), {});
  if (marks && !written) commit.erase(journal_mark_key());
  auto outcome = co_await inner_.commit(std::move(commit));
  if (marks && std::holds_alternative<Committed>(outcome)) is_marked_ = written.has_value();
  co_return outcome;
}

}  // namespace bauta
