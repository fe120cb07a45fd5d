#include "storage/journal/journaled_store.h"

#include <utility>

namespace bauta {
namespace {

bool has_room(const Commit& commit) {
  return commit.puts.size() + commit.erases.size() + commit.appends.size() < Commit::kWritesMax;
}

}  // namespace

Key journal_mark_key() { return Key("meta").text("journal"); }

Task<CommitOutcome> JournaledStore::commit(Commit commit) {
  auto entries = translate_(commit);
  if (entries.empty()) return inner_.commit(std::move(commit));
  return commit_journaled(std::move(commit), std::move(entries));
}

Task<CommitOutcome> JournaledStore::commit_journaled(Commit commit,
                                                     std::vector<std::string> entries) {
  const auto written = co_await journal_.append(std::move(entries));
  // Nothing is wrong with the journal: there is no room, or no time, for this commit.
  if (!written && written.error().code != "storage.unavailable") co_return Refused{written.error()};
  const bool marks = written.has_value() != is_marked_ && has_room(commit);
  if (marks && written) commit.put(journal_mark_key(), {});
  if (marks && !written) commit.erase(journal_mark_key());
  auto outcome = co_await inner_.commit(std::move(commit));
  if (marks && std::holds_alternative<Committed>(outcome)) is_marked_ = written.has_value();
  co_return outcome;
}

}  // namespace bauta
