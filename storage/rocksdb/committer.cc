#include "storage/rocksdb/committer.h"

#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <span>
#include <utility>

#include "storage/rocksdb/read.h"
#include "storage/rocksdb/status.h"
#include "storage/store/commit_rules.h"

namespace bauta {
namespace {

using Monotonic = std::chrono::steady_clock;

std::size_t bytes_of(const Commit& commit) {
  std::size_t bytes = 0;
  for (const auto& put : commit.puts) bytes += put.key.octets().size() + put.value.size();
  for (const auto& key : commit.erases) bytes += key.octets().size();
  for (const auto& append : commit.appends)
    bytes += append.prefix.octets().size() + append.value.size();
  return bytes;
}

std::size_t writes_of(const Commit& commit) {
  return commit.puts.size() + commit.erases.size() + commit.appends.size();
}

}  // namespace

struct Committer::Request {
  Commit commit;
  std::size_t bytes;
  /// Counts as work of its context, which so does not end while somebody waits.
  Executor executor;
  std::move_only_function<void(CommitOutcome)> resume;
  CommitOutcome outcome;
};

Committer::Committer(Parts parts, DurableMark mark, const RocksStoreOptions& options)
    : parts_(parts),
      mark_(std::move(mark)),
      options_(options),
      batch_(parts.database, parts.known, parts.positions) {
  const MutexLock lock(join_mutex_);
  thread_ = std::thread([this] { work(); });
}

Committer::~Committer() { drain(); }

Task<CommitOutcome> Committer::commit(Commit commit) {
  assert_commit_is_bounded(commit);
  // Whatever RocksDB has to be asked for is asked here, on one of many threads, and not on the committer's.
  for (const auto& [key, version] : commit.expects) {
    if (parts_.known.contains(key.octets())) continue;
    // An error shows again, to who has to answer for it.
    (void)read_version(parts_.database, parts_.known, key.octets());
  }
  auto executor = co_await boost::asio::this_coro::executor;
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&,
                                                 void(CommitOutcome)>(
      [this](auto handler, Commit&& taken, Executor resume_on) {
        const auto bytes = bytes_of(taken);
        submit(std::make_unique<Request>(Request{
            .commit = std::move(taken),
            .bytes = bytes,
            .executor =
                boost::asio::prefer(resume_on, boost::asio::execution::outstanding_work.tracked),
            .resume = std::move(handler),
            .outcome = {}}));
      },
      boost::asio::use_awaitable_t<Executor>{}, std::move(commit), std::move(executor));
}

void Committer::submit(std::unique_ptr<Request> request) {
  auto error = queue(request);
  if (!error) return;
  if (options_.observer != nullptr) options_.observer->refused_at_once();
  request->outcome = Refused{*std::move(error)};
  // Never resumed from here: who calls in a loop would grow the stack.
  Requests alone;
  alone.push_back(std::move(request));
  resume(std::move(alone));
}

std::optional<Error> Committer::queue(std::unique_ptr<Request>& request) {
  if (auto failure = parts_.health.failure()) return failure;
  bool wake = false;
  {
    const MutexLock lock(mutex_);
    if (draining_) return Error{.code = "storage.closed", .detail = "the store is being closed"};
    if (queue_.size() >= options_.queue_commits_max ||
        queue_bytes_ + request->bytes > options_.queue_bytes_max) {
      return Error{.code = "storage.overloaded",
                   .detail = "too many commits wait for the disk; try again"};
    }
    queue_bytes_ += request->bytes;
    queue_.push_back(std::move(request));
    wake = std::exchange(sleeping_, false);
  }
  if (wake) changed_.notify_one();
  return std::nullopt;
}

void Committer::drain() {
  {
    const MutexLock lock(mutex_);
    draining_ = true;
    sleeping_ = false;
  }
  changed_.notify_one();
  const MutexLock lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Committer::work() {
  for (;;) {
    auto group = take_group();
    if (group.empty()) break;
    write_group(group);
    resume(std::move(group));
  }
  if (auto flushed = mark_.flush(); !flushed) parts_.health.fail(flushed.error());
}

Committer::Requests Committer::take_group() {
  const MutexLock lock(mutex_);
  while (queue_.empty() && !draining_) {
    sleeping_ = true;
    changed_.wait(mutex_);
  }
  Requests group;
  group.reserve(std::min(queue_.size(), options_.group_commits_max));
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < options_.group_commits_max) {
    bytes += queue_.front()->bytes;
    if (!group.empty() && bytes > options_.group_bytes_max) break;
    queue_bytes_ -= queue_.front()->bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void Committer::write_group(const Requests& group) {
  CommitGroup done;
  batch_.begin(parts_.clock.now());
  judge(group);
  if (!batch_.empty() && parts_.health.is_good()) persist(group, done);
  if (auto failure = parts_.health.failure()) {
    // Whatever was judged meanwhile was judged by what may not be on disk.
    for (const auto& request : group) {
      if (!std::holds_alternative<Unknown>(request->outcome)) request->outcome = Refused{*failure};
    }
  }
  report(group, done);
}

void Committer::judge(const Requests& group) {
  const bool full = parts_.disk_space.is_full();
  for (const auto& request : group) {
    if (full) {
      request->outcome =
          Refused{{.code = "storage.full",
                   .detail = "less than " + std::to_string(options_.free_bytes_min >> 20) +
                             " MiB are free on the disk of " + options_.path.string()}};
      continue;
    }
    auto outcome = batch_.add(request->commit);
    if (outcome) {
      std::visit([&](auto& known) { request->outcome = std::move(known); }, *outcome);
      continue;
    }
    if (outcome.error().code == "storage.corrupt") parts_.health.fail(outcome.error());
    request->outcome = Refused{std::move(outcome.error())};
  }
}

void Committer::persist(const Requests& group, CommitGroup& done) {
  rocksdb::WriteOptions durably;
  durably.sync = true;
  durably.disableWAL = false;
  auto& writes = batch_.writes();
  parts_.disk_space.written(writes.GetDataSize());
  const auto began = Monotonic::now();
  const auto status = parts_.database.Write(durably, &writes);
  done.write = Monotonic::now() - began;
  if (!status.ok()) {
    const auto error = error_of(status, "writing a group of commits");
    for (const auto& request : group) {
      if (!std::holds_alternative<Committed>(request->outcome)) continue;
      if (is_empty(request->commit)) continue;
      request->outcome = Unknown{{.code = "storage.unknown", .detail = error.detail}};
    }
    parts_.health.fail(
        {.code = error.code == "storage.unavailable" ? "storage.failed" : error.code,
         .detail = error.detail + "; nobody knows what of it is on the disk: start again"});
    return;
  }
  batch_.publish();
  note_erasures(group);
  if (auto marked = mark_.advance(batch_.last_sequence()); !marked) {
    // These commits are durable, but the next start could not tell whether they were lost.
    parts_.health.fail(marked.error());
    return;
  }
  parts_.hints.tell(batch_.keys());
}

void Committer::note_erasures(const Requests& group) {
  for (const auto& request : group) {
    if (!std::holds_alternative<Committed>(request->outcome)) continue;
    for (const auto& key : request->commit.erases) parts_.compactor.note_erased(key.octets());
  }
}

void Committer::report(const Requests& group, CommitGroup done) {
  if (options_.observer == nullptr) return;
  struct Count {
    CommitGroup& done;
    const Commit& commit;
    void operator()(const Committed&) const {
      ++done.committed;
      done.writes += writes_of(commit);
    }
    void operator()(const Conflict&) const { ++done.conflicts; }
    void operator()(const Refused&) const { ++done.refused; }
    void operator()(const Unknown&) const { ++done.unknown; }
  };
  for (const auto& request : group) std::visit(Count{done, request->commit}, request->outcome);
  {
    const MutexLock lock(mutex_);
    done.waiting = queue_.size();
  }
  options_.observer->group_done(done);
}

void Committer::resume(Requests group) {
  struct Wave {
    Executor executor;
    Requests requests;
  };
  // There are as many executors as threads; where there are more, those looked at least recently get another post.
  constexpr std::size_t kLookedAt = 16;
  std::vector<Wave> waves;
  for (auto& request : group) {
    const auto recent = std::span(waves).last(std::min(waves.size(), kLookedAt));
    const auto wave = std::ranges::find(recent, request->executor, &Wave::executor);
    if (wave != recent.end()) {
      wave->requests.push_back(std::move(request));
    } else {
      auto executor = request->executor;
      waves.push_back({.executor = std::move(executor), .requests = {}});
      waves.back().requests.push_back(std::move(request));
    }
  }
  for (auto& wave : waves) {
    boost::asio::post(wave.executor, [requests = std::move(wave.requests)] {
      for (const auto& request : requests) {
        auto resume_one = std::move(request->resume);
        resume_one(std::move(request->outcome));
      }
    });
  }
}

}  // namespace bauta
