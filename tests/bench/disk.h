#pragma once

#include <filesystem>
#include <memory>

#include "storage/rocksdb/rocks_store.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/sealed_store.h"
#include "storage/seal/system_random.h"

namespace bauta::bench {

/// A store on disk as the relay opens it: RocksDB, sealed.  What fails ends the process.
class Disk {
 public:
  /// Of the folder `path`, wrapped by the master key in `master_key_file`; "": by one that nobody keeps.
  Disk(std::filesystem::path path, const std::filesystem::path& master_key_file);

  Store& store() { return *sealed_; }
  RocksStore& rocks() { return *rocks_; }
  const IndexKey& index_key() const { return ring_->index_key(); }
  Random& random() { return random_; }
  SystemClock& clock() { return clock_; }

  /// Leaves nothing to be written or moved.
  void settle();

 private:
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<RocksStore> rocks_;
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<SealedStore> sealed_;
};

/// The value of a result that cannot fail here; else the process ends and says why.
template <class T>
T sure(Result<T> result);
[[noreturn]] void give_up(const Error& error);

template <class T>
T sure(Result<T> result) {
  if (!result) give_up(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace bauta::bench
