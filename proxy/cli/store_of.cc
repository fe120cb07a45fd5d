#include "proxy/cli/store_of.h"

#include "proxy/cli/accepted_loss.h"
#include "proxy/cli/journal_observer.h"
#include "proxy/cli/run_task.h"
#include "proxy/config/log.h"
#include "routing/inspection/inspection.h"
#include "routing/recovery/journal_words.h"
#include "storage/journal/journaled_store.h"
#include "storage/memory/memory_store.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/store/clear_keys.h"
#include "storage/store/records.h"

namespace bauta {
namespace {

/// Of what holds a few texts: the commands of an afternoon, not a pool's traffic.
constexpr std::size_t kModestCache = std::size_t{8} << 20;
constexpr std::size_t kModestBuffer = std::size_t{4} << 20;
constexpr std::size_t kModestVersions = std::size_t{1} << 14;

/// What the committer does, counted.
class CountCommits final : public CommitObserver {
 public:
  explicit CountCommits(metrics::Instruments& metrics) : metrics_(metrics) {}

  void group_done(const CommitGroup& group) override {
    count("committed", group.committed);
    count("conflict", group.conflicts);
    count("refused", group.refused);
    count("unknown", group.unknown);
    if (group.writes > 0) metrics_.group_committed(group.committed, group.write);
    metrics_.commit_queue(group.waiting);
  }
  void refused_at_once() override { metrics_.commit_done("refused"); }
  void disk_looked_at(const DiskState& disk) override {
    metrics_.store_disk(disk.free, disk.reserve, disk.full);
  }
  void compacted(bool done, std::chrono::nanoseconds took) override {
    metrics_.store_compacted(done, took);
    if (!done) log::warn("what was erased could not yet be taken off the disk");
  }

 private:
  void count(std::string_view outcome, std::size_t times) {
    for (; times > 0; --times) metrics_.commit_done(outcome);
  }
  metrics::Instruments& metrics_;
};

}  // namespace

struct OpenStore::Parts {
  explicit Parts(metrics::Instruments& metrics) : commits(metrics), journal_counts(metrics) {}

  CountCommits commits;
  SystemRandom random;
  std::unique_ptr<MemoryStore> memory;
  std::unique_ptr<RocksStore> rocks;
  std::unique_ptr<KeyRing> ring;
  std::unique_ptr<SealedStore> sealed;
  /// Backups are stamped by the machine's clock, and compared with it.
  SystemClock machine_clock;
  CountJournal journal_counts;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<JournaledStore> journaled;
  bool was_journaled = false;

  /// Below what seals.
  Store& engine() {
    if (rocks) return *rocks;
    return *memory;
  }

  void open_in_memory(const Clock& clock) {
    memory = std::make_unique<MemoryStore>(clock);
    ring = KeyRing::ephemeral(random);
    sealed = std::make_unique<SealedStore>(*memory, *ring, random);
  }
  Status open_on_disk(const Config& config, MasterKey master, OpenStoreOptions wanted,
                      const Clock& clock) {
    RocksStoreOptions options;
    options.path = config.storage_path;
    options.accept_loss = wanted.accept_loss;
    // Asked while the store is opened, and never again.
    options.loss_mark = LossMark{.key = recovery_key(), .value = [&config](const auto& loss) {
                                   return recovery_after_loss(config, loss, SystemClock().now());
                                 }};
    if (wanted.size == StoreSize::modest) {
      options.block_cache_bytes = kModestCache;
      options.write_buffer_bytes = kModestBuffer;
      options.known_versions_max = kModestVersions;
    }
    options.queue_commits_max = static_cast<std::size_t>(config.storage_queue_max);
    options.free_bytes_min = static_cast<std::uint64_t>(config.storage_reserve_bytes_max);
    options.erasable_families = personal_families();
    options.compact_every = config.storage_compaction;
    options.observer = &commits;
    options.on_failure = std::move(wanted.on_failure);
    BAUTA_TRY(rocks, RocksStore::open(fit_to_disk(std::move(options)), clock));
    // Not `clock`, which tells no time before what the store knows of it was read.
    BAUTA_TRY(ring,
              run_here(KeyRing::open(*rocks, std::move(master), random, SystemClock().now())));
    sealed = std::make_unique<SealedStore>(*rocks, *ring, random);
    return open_journal(config);
  }

  Status open_journal(const Config& config) {
    BAUTA_TRY(const auto mark, run_here(sealed->get(journal_mark_key())));
    was_journaled = mark.has_value();
    if (config.backup_journal.empty()) {
      return was_journaled ? end_journaling() : Status{};
    }
    BAUTA_TRY(journal, Journal::open({.folder = config.backup_journal,
                                      .store = ring->index_key().tag("journal", "store"),
                                      .follows_gap = !was_journaled,
                                      .observer = &journal_counts},
                                     machine_clock));
    const bool is_written = !journal->failure();
    const bool is_marked =
        is_written == was_journaled || mark_journaled(is_written) ? is_written : was_journaled;
    journaled = std::make_unique<JournaledStore>(*sealed, *journal, journal_entries_of, is_marked);
    return {};
  }

  /// No later commit would take the mark away, and who switches the journal on again would be told that it has no gap.
  Status end_journaling() {
    const auto done = run_here(take_journal_mark_away(*sealed));
    if (done) return {};
    return fail(done.error().code,
                "the journal was switched off ([backup] journal), and the store cannot note it, so "
                "that a restore would believe in a journal without a gap: " +
                    done.error().detail + "; mend that, or switch the journal on again");
  }

  /// False: it is as it was, on a disk that is full.  Then the next commit that concerns the journal tries again.
  bool mark_journaled(bool is_journaled) {
    Commit commit;
    if (is_journaled)
      commit.put(journal_mark_key(), {});
    else
      commit.erase(journal_mark_key());
    const auto done = run_here(commit_once(*sealed, std::move(commit)));
    if (!done) log::warn("whether there is a journal is not noted code={}", done.error().code);
    return done.has_value();
  }
};

OpenStore::OpenStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
OpenStore::~OpenStore() = default;

Result<std::optional<MasterKey>> master_key_of(const Config& config) {
  if (config.storage_engine == "memory") return std::optional<MasterKey>{};
  BAUTA_TRY(auto master, MasterKey::load({.file = config.master_key_file.value_or("").string()}));
  return std::optional(std::move(master));
}

Result<std::unique_ptr<OpenStore>> OpenStore::open(const Config& config,
                                                   std::optional<MasterKey> master,
                                                   OpenStoreOptions options, const Clock& clock,
                                                   metrics::Instruments& metrics) {
  auto parts = std::make_unique<Parts>(metrics);
  if (!master) {
    parts->open_in_memory(clock);
  } else {
    BAUTA_CHECK(parts->open_on_disk(config, *std::move(master), std::move(options), clock));
  }
  return std::unique_ptr<OpenStore>(new OpenStore(std::move(parts)));
}

Store& OpenStore::store() {
  if (parts_->journaled) return *parts_->journaled;
  return *parts_->sealed;
}
const Journal* OpenStore::journal() const { return parts_->journal.get(); }
bool OpenStore::was_journaled() const { return parts_->was_journaled; }
const IndexKey& OpenStore::index_key() const { return parts_->ring->index_key(); }
Random& OpenStore::random() { return parts_->random; }

bool OpenStore::is_full() { return parts_->rocks && parts_->rocks->disk().full; }

Result<Backup> OpenStore::back_up(BackupRequest request) {
  if (!parts_->rocks) return fail("backup.not_configured", "a store in memory cannot be backed up");
  // Before anything is copied: what is committed from now on is in the backup, or behind the place.
  if (parts_->journaled) request.journal = parts_->journaled->settled_place();
  return parts_->rocks->back_up(request);
}

Task<Result<std::optional<Recovery>>> OpenStore::recovery() {
  return recovery_of(parts_->engine());
}
Task<Status> OpenStore::note_replayed(Recovery recovery) {
  return bauta::note_replayed(parts_->engine(), recovery);
}
Task<Status> OpenStore::end_recovery() { return bauta::end_recovery(parts_->engine()); }

void OpenStore::close() {
  if (parts_->journal) parts_->journal->close();
  if (parts_->rocks) parts_->rocks->drain();
}

}  // namespace bauta
