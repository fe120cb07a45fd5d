#include "tests/simulation/unsure_store.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace bauta::simulation {
namespace {

std::unexpected<Error> unreadable() {
  return fail("storage.unavailable", "the disk did not answer");
}

}  // namespace

/// Half of the reads are late before they look, half after they did: what they say may be old.
Task<bool> UnsureStore::read_waits(bool before) {
  if (before == chance_.one_in(2))
    co_await waits_.pause(Micros(chance_.between(20, kReadMax.count())));
  else if (before)
    co_await waits_.pause(Micros(1));
  co_return !before && chance_.one_in(trouble_.unreadable_one_in);
}

Task<Result<std::optional<Record>>> UnsureStore::get(Key key) {
  co_await read_waits(true);
  const bool is_untold = untold_.contains(key.octets());
  auto record = co_await disk_.get(std::move(key));
  if (is_untold && record && *record) reached_.mark(Mark::unknown_commit_settled_by_its_witness);
  if (co_await read_waits(false)) co_return unreadable();
  co_return record;
}

Task<Result<std::vector<std::optional<Record>>>> UnsureStore::multi_get(std::vector<Key> keys) {
  co_await read_waits(true);
  auto records = co_await disk_.multi_get(std::move(keys));
  if (co_await read_waits(false)) co_return unreadable();
  co_return records;
}

Task<Result<ScanPage>> UnsureStore::scan(ScanRequest request) {
  co_await read_waits(true);
  auto page = co_await disk_.scan(std::move(request));
  if (co_await read_waits(false)) co_return unreadable();
  co_return page;
}

Task<CommitOutcome> UnsureStore::commit(Commit commit) {
  if (chance_.one_in(trouble_.overloaded_one_in)) {
    co_await waits_.pause(Micros(1));
    reached_.mark(Mark::commit_overloaded);
    co_return Refused{{.code = "storage.overloaded", .detail = "the queue is full"}};
  }
  auto queued = std::make_shared<Queued>();
  queued->commit = std::move(commit);
  queue_.push_back(queued);
  if (group_.empty() && queue_.size() == 1) {
    waits_.later(Micros(chance_.between(1, 50)), [this] { start_group(); });
  }
  co_await waits_.park(queued->ticket);
  co_return *std::move(queued->outcome);
}

void UnsureStore::start_group() {
  group_.assign(queue_.begin(), queue_.end());
  queue_.clear();
  const auto fsync = chance_.one_in(trouble_.stall_one_in)
                         ? chance_.between(100'000, kStallMax.count())
                         : chance_.between(200, kFsyncMax.count());
  if (fsync > 1'000'000) reached_.mark(Mark::long_stall);
  waits_.later(Micros(fsync), [this] { finish_group(); });
}

void UnsureStore::finish_group() {
  for (const auto& queued : group_) {
    waits_.wake(*queued->ticket, Micros(chance_.between(1, kAnswerMax.count())));
    if (chance_.one_in(trouble_.unknown_one_in)) {
      if (chance_.one_in(2)) {
        apply(queued->commit);
        untold_.clear();
        for (const auto& put : queued->commit.puts) untold_.insert(std::string(put.key.octets()));
      }
      queued->outcome = Unknown{{.code = "storage.unknown", .detail = "the connection was lost"}};
      continue;
    }
    queued->outcome = apply(queued->commit);
  }
  group_.clear();
  if (!queue_.empty()) start_group();
}

CommitOutcome UnsureStore::apply(const Commit& commit) {
  ++commits_;
  auto outcome = disk_.apply(commit);
  if (const auto* conflict = std::get_if<Conflict>(&outcome)) {
    trace_.fold("conflict");
    trace_.fold(conflict->key.octets());
    mark_conflict(commit, conflict->key);
    return outcome;
  }
  for (const auto& put : commit.puts) {
    trace_.fold(put.key.octets());
    trace_.fold(put.value);
  }
  for (const auto& erased : commit.erases) trace_.fold(erased.octets());
  for (const auto& append : commit.appends) {
    trace_.fold(append.prefix.octets());
    trace_.fold(append.value);
  }
  return outcome;
}

/// Who lost to whom.
void UnsureStore::mark_conflict(const Commit& commit, const Key& key) {
  const auto writes = [&](std::string_view family) {
    return std::ranges::any_of(
        commit.puts, [&](const auto& put) { return put.key.octets().starts_with(family); });
  };
  if (key.octets().starts_with("con/") && writes("dlv/"))
    reached_.mark(Mark::stop_in_conflict_with_a_claim);
  if (key.octets().starts_with("act/") && writes("ses/"))
    reached_.mark(Mark::idle_end_beaten_by_a_text);
}

void UnsureStore::crash() {
  for (std::size_t reached = group_.empty() ? 0 : chance_.below(group_.size() + 1), at = 0;
       at < reached; ++at) {
    apply(group_[at]->commit);
  }
  group_.clear();
  queue_.clear();
}

std::unique_ptr<Subscription> UnsureStore::subscribe(Key prefix, Executor executor,
                                                     std::function<void()> hint) {
  return disk_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
}

}  // namespace bauta::simulation
