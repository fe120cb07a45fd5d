#include "tests/conformance/ground/ground.h"

#include "storage/memory/memory_store.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/sealed_store.h"
#include "tests/conformance/ground/seeded_random.h"

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
  return {{"Memory", make<MemoryGround>}, {"SealedMemory", make<SealedGround<MemoryGround>>}};
}

}  // namespace bauta
