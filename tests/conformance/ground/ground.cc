#include "tests/conformance/ground/ground.h"

#include "storage/memory/memory_store.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/sealed_store.h"
#include "storage/store/assert.h"
#include "tests/conformance/ground/seeded_random.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

class MemoryGround final : public Ground {
 public:
  explicit MemoryGround(const SetClock& clock)
      : clock_(clock), store_(std::make_unique<MemoryStore>(clock)) {}
  Store& store() override { return *store_; }
  void restart() override { store_ = std::make_unique<MemoryStore>(clock_, store_->contents()); }

 private:
  const SetClock& clock_;
  std::unique_ptr<MemoryStore> store_;
};

class RocksGround final : public Ground {
 public:
  explicit RocksGround(const SetClock& clock) : clock_(clock) { open(); }
  Store& store() override { return *store_; }
  void restart() override {
    store_.reset();
    open();
  }
  void free_space() override {
    const auto everything =
        store_->compact(Key::from_octets(std::string(1, '\0')), Key::from_octets("\xff"));
    BAUTA_ASSERT(everything.has_value());
  }

 private:
  void open() {
    RocksStoreOptions options;
    options.path = folder_.path() / "store";
    options.expiry_slack = {};
    options.free_bytes_min = 0;
    auto opened = RocksStore::open(std::move(options), clock_);
    BAUTA_ASSERT(opened.has_value());
    store_ = *std::move(opened);
  }

  const SetClock& clock_;
  TemporaryFolder folder_;
  std::unique_ptr<RocksStore> store_;
};

/// Any other engine, sealed.
template <class Inner>
class SealedGround final : public Ground {
 public:
  explicit SealedGround(const SetClock& clock) : inner_(clock) { seal(); }
  Store& store() override { return *sealed_; }
  void restart() override {
    inner_.restart();
    seal();
  }
  void free_space() override { inner_.free_space(); }

 private:
  void seal() { sealed_ = std::make_unique<SealedStore>(inner_.store(), *keys_, nonces_); }

  Inner inner_;
  SeededRandom nonces_{1};
  std::unique_ptr<KeyRing> keys_ = KeyRing::ephemeral(nonces_);
  std::unique_ptr<SealedStore> sealed_;
};

template <class T>
std::unique_ptr<Ground> make(const SetClock& clock) {
  return std::make_unique<T>(clock);
}

}  // namespace

std::vector<Engine> engines() {
  return {{"Memory", make<MemoryGround>},
          {"SealedMemory", make<SealedGround<MemoryGround>>},
          {"Rocks", make<RocksGround>},
          {"SealedRocks", make<SealedGround<RocksGround>>}};
}

}  // namespace bauta
