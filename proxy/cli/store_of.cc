#include "proxy/cli/store_of.h"

#include "proxy/cli/run_task.h"
#include "storage/memory/memory_store.h"
#include "storage/seal/master_key.h"

namespace bauta {

struct OpenStore::Parts {
  SystemRandom random;
  std::unique_ptr<Store> engine;
  std::unique_ptr<KeyRing> ring;
  std::unique_ptr<SealedStore> sealed;
};

OpenStore::OpenStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
OpenStore::~OpenStore() = default;

Result<std::unique_ptr<OpenStore>> OpenStore::open(const Config& config, bool, const Clock& clock, metrics::Instruments&,
                                                   std::function<void(const Error&)>) {
  auto parts = std::make_unique<Parts>();
  if (config.storage_engine == "memory") {
    parts->engine = std::make_unique<MemoryStore>(clock);
    parts->ring = KeyRing::ephemeral(parts->random);
  }
  parts->sealed = std::make_unique<SealedStore>(*parts->engine, *parts->ring, parts->random);
  return std::unique_ptr<OpenStore>(new OpenStore(std::move(parts)));
}

Store& OpenStore::store() { return *parts_->sealed; }
const IndexKey& OpenStore::index_key() const { return parts_->ring->index_key(); }
Random& OpenStore::random() { return parts_->random; }
void OpenStore::close() {}

}  // namespace bauta
