#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/journal/journal.h"
#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// What of a commit must be known after a restore, as entries of the journal; none: most commits.  Called for each commit, on any thread.
using JournalTranslator = std::function<std::vector<std::string>(const Commit&)>;

/// `meta/journal`: a store with this record was written to with a journal, without a gap.
Key journal_mark_key();
/// Takes it away; does nothing where there is none.  `store`: what seals, not one with a journal.  Codes: storage.*.
Task<Status> take_journal_mark_away(Store& store);

/// A Store whose commits are in a journal before they are in `inner`, as far as the translator has something to say of them; the others do not
/// touch it.  An entry whose commit then fails is there all the same.
///
/// A journal that cannot be written to holds nothing up: the commit goes on, and takes the mark away with it, or before it where it is as large as
/// a commit may be.  So a STOP or a booking does not depend on a second disk, and who opens the store next knows of the gap.
class JournaledStore final : public Store {
 public:
  /// All outlive the store.  `is_marked`: whether the record journal_mark_key() is there.
  JournaledStore(Store& inner, Journal& journal, JournalTranslator translate, bool is_marked)
      : inner_(inner), journal_(journal), translate_(std::move(translate)), is_marked_(is_marked) {}

  Task<Result<std::optional<Record>>> get(Key key) override { return inner_.get(std::move(key)); }
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
    return inner_.multi_get(std::move(keys));
  }
  Task<Result<ScanPage>> scan(ScanRequest request) override {
    return inner_.scan(std::move(request));
  }
  Task<CommitOutcome> commit(Commit commit) override;
  /// All entries in front of it are of commits that are over: a copy of the store that is begun now has what they did, or they did nothing.
  /// Not the journal's end: an entry stands there before its commit does.  nullopt: see Journal::place().
  std::optional<JournalPlace> settled_place();
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override {
    return inner_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
  }

 private:
  using Places = std::multiset<std::optional<JournalPlace>>;
  class UnderWay;

  Task<CommitOutcome> commit_journaled(Commit commit, std::vector<std::string> entries);

  Store& inner_;
  Journal& journal_;
  const JournalTranslator translate_;
  std::atomic<bool> is_marked_;

  Mutex mutex_;
  /// Of each commit that is under way, a place in front of its entries.
  Places under_way_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
