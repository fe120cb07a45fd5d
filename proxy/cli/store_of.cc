#include "proxy/cli/store_of.h"

#include "proxy/cli/run_task.h"
#include "proxy/config/log.h"
#include "routing/inspection/inspection.h"
#include "storage/memory/memory_store.h"
#include "storage/rocksdb/rocks_store.h"

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
  explicit Parts(metrics::Instruments& metrics) : commits(metrics) {}

  CountCommits commits;
  SystemRandom random;
  std::unique_ptr<MemoryStore> memory;
  std::unique_ptr<RocksStore> rocks;
  std::unique_ptr<KeyRing> ring;
  std::unique_ptr<SealedStore> sealed;

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
    return {};
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

Store& OpenStore::store() { return *parts_->sealed; }
const IndexKey& OpenStore::index_key() const { return parts_->ring->index_key(); }
Random& OpenStore::random() { return parts_->random; }

bool OpenStore::is_full() { return parts_->rocks && parts_->rocks->disk().full; }

Result<Backup> OpenStore::back_up(const BackupRequest& request) {
  if (!parts_->rocks) return fail("backup.not_configured", "a store in memory cannot be backed up");
  return parts_->rocks->back_up(request);
}

Task<Result<std::optional<Recovery>>> OpenStore::recovery() {
  return recovery_of(parts_->engine());
}
Task<Status> OpenStore::end_recovery() { return bauta::end_recovery(parts_->engine()); }

void OpenStore::close() {
  if (parts_->rocks) parts_->rocks->drain();
}

}  // namespace bauta
