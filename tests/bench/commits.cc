#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/rocksdb/database.h"
#include "storage/rocksdb/frame.h"
#include "tests/bench/commands.h"
#include "tests/bench/disk.h"
#include "tests/bench/one_text.h"
#include "tests/conformance/ground/run.h"

namespace bauta::bench {
namespace {

using std::chrono::steady_clock;

constexpr unsigned kThreads = 2;
/// Of the relay's work log.
constexpr std::uint64_t kPartitions = 256;

/// Puts eight octets into `key` that no other `n` has, where its own are random: at its end, or before a counter that is zero.
void make_unique(std::string& key, std::uint64_t n) {
  // The highest bit keeps it from looking like the position of an appended record.
  const auto word = n * 0x9e3779b97f4a7c15 | std::uint64_t{1} << 63;
  const bool ends_with_counter = key.ends_with(std::string_view("\0\0\0\0\0\0\0\0", 8));
  const auto end = key.size() - (ends_with_counter ? 8 : 0);
  for (std::size_t at = 0; at < 8; ++at)
    key[end - 1 - at] = static_cast<char>(static_cast<unsigned char>(word >> (8 * at)));
}

bool is_work_log(const Key& prefix) { return prefix.octets().starts_with("out/"); }

class GroupSizes final : public CommitObserver {
 public:
  void group_done(const CommitGroup& group) override {
    ++groups_;
    commits_ += group.committed;
  }
  void refused_at_once() override {}
  void disk_looked_at(const DiskState& /*disk*/) override {}
  void compacted(bool /*done*/, std::chrono::nanoseconds /*took*/) override {}

  /// Since the last call.
  std::size_t average() {
    const auto groups = groups_.exchange(0);
    const auto commits = commits_.exchange(0);
    return std::max<std::size_t>(1, groups == 0 ? 1 : commits / groups);
  }

 private:
  std::atomic<std::size_t> groups_ = 0;
  std::atomic<std::size_t> commits_ = 0;
};

/// Many people's texts through RocksStore, each waiting for its own commit.
class Ours {
 public:
  Ours(std::filesystem::path path, const Commit& text) : text_(text) {
    RocksStoreOptions options;
    options.path = std::move(path);
    options.observer = &sizes_;
    store_ = sure(RocksStore::open(std::move(options), clock_));
  }

  double texts_per_second(std::chrono::milliseconds lasting, std::size_t committers) {
    done_ = 0;
    const auto began = steady_clock::now();
    const auto end = began + lasting;
    Crew crew(kThreads);
    for (std::size_t at = 0; at < committers; ++at) crew.spawn(at, converse(end));
    crew.run();
    const std::chrono::duration<double> took = steady_clock::now() - began;
    return static_cast<double>(done_) / took.count();
  }
  std::size_t group_size() { return sizes_.average(); }

 private:
  /// What is expected to stand as it was read (route, session) is this committer's own.
  Task<void> converse(steady_clock::time_point end) {
    const auto own = next_++;
    Commit begin;
    std::vector<Key> read;
    for (const auto& [key, version] : text_.expects) {
      if (version == kAbsent) continue;
      auto octets = key.octets();
      make_unique(octets, own);
      read.push_back(Key::from_octets(std::move(octets)));
      begin.put(read.back(), std::string(200, 'r'));
    }
    const auto version = std::get<Committed>(co_await store_->commit(std::move(begin))).version;
    while (steady_clock::now() < end) {
      const auto outcome = co_await store_->commit(commit_of(next_++, read, version));
      if (!std::holds_alternative<Committed>(outcome))
        give_up({.code = "bench.not_committed", .detail = std::to_string(outcome.index())});
      ++done_;
    }
  }

  Commit commit_of(std::uint64_t n, const std::vector<Key>& read, Version version) const {
    Commit commit = text_;
    std::size_t next_read = 0;
    for (auto& [key, expected] : commit.expects) {
      if (expected == kAbsent) {
        key = unique(key, n);
      } else {
        key = read[next_read++];
        expected = version;
      }
    }
    for (auto& put : commit.puts) put.key = unique(put.key, n);
    for (auto& append : commit.appends) {
      if (!is_work_log(append.prefix)) continue;
      auto octets = append.prefix.octets();
      octets.back() = static_cast<char>(static_cast<unsigned char>(n % kPartitions));
      append.prefix = Key::from_octets(std::move(octets));
    }
    return commit;
  }

  static Key unique(const Key& key, std::uint64_t n) {
    auto octets = key.octets();
    make_unique(octets, n);
    return Key::from_octets(std::move(octets));
  }

  const Commit& text_;
  SystemClock clock_;
  GroupSizes sizes_;
  std::unique_ptr<RocksStore> store_;
  std::atomic<std::uint64_t> next_ = 1;
  std::atomic<std::uint64_t> done_ = 0;
};

/// The same octets by one thread that has nothing else to do: a batch, a synced write, the next batch.
class Bare {
 public:
  Bare(std::filesystem::path path, const Commit& text) {
    RocksStoreOptions options;
    options.path = std::move(path);
    database_ = sure(open_database(*rocksdb::Env::Default(), options,
                                   {.filter = nullptr,
                                    .listener = std::make_shared<rocksdb::EventListener>(),
                                    .files = nullptr}));
    const auto framed = [](const std::string& value) {
      return std::string(Frame::kOctets, 'f') + value;
    };
    for (const auto& put : text.puts) records_.emplace_back(put.key.octets(), framed(put.value));
    for (const auto& append : text.appends)
      records_.emplace_back(append.prefix.octets() + std::string(8, 'p'), framed(append.value));
  }

  double texts_per_second(std::chrono::milliseconds lasting, std::size_t group) {
    rocksdb::WriteOptions durably;
    durably.sync = true;
    std::uint64_t done = 0;
    const auto began = steady_clock::now();
    rocksdb::WriteBatch batch;
    while (steady_clock::now() < began + lasting) {
      batch.Clear();
      for (std::size_t at = 0; at < group; ++at, ++next_) {
        for (auto& [key, value] : records_) {
          make_unique(key, next_);
          (void)batch.Put(key, value);
        }
      }
      if (const auto status = database_->Write(durably, &batch); !status.ok())
        give_up({.code = "bench.not_written", .detail = status.ToString()});
      done += group;
    }
    const std::chrono::duration<double> took = steady_clock::now() - began;
    return static_cast<double>(done) / took.count();
  }

  std::size_t octets() const {
    std::size_t sum = 0;
    for (const auto& [key, value] : records_) sum += key.size() + value.size();
    return sum;
  }
  std::size_t records() const { return records_.size(); }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<std::pair<std::string, std::string>> records_;
  std::uint64_t next_ = 1;
};

}  // namespace

int compare_commits(const std::filesystem::path& folder, unsigned rounds,
                    std::chrono::milliseconds lasting, std::size_t committers) {
  const auto text = commit_of_one_text();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Ours ours(folder / "ours", text);
  Bare bare(folder / "bare", text);
  std::vector<double> ours_rates;
  std::vector<double> bare_rates;
  std::vector<std::size_t> groups;
  for (unsigned round = 0; round < rounds; ++round) {
    ours_rates.push_back(ours.texts_per_second(lasting, committers));
    groups.push_back(ours.group_size());
    bare_rates.push_back(bare.texts_per_second(lasting, groups.back()));
  }
  fmt::print(R"({{"ours":[{:.0f}],"reference":[{:.0f}],"group":[{}],"records":{},"octets":{}}})"
             "\n",
             fmt::join(ours_rates, ","), fmt::join(bare_rates, ","), fmt::join(groups, ","),
             bare.records(), bare.octets());
  return 0;
}

}  // namespace bauta::bench
