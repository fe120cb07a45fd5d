#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/seal/index_key.h"
#include "storage/seal/master_key.h"
#include "storage/seal/secret.h"
#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// The keys of one store: data keys, which seal its values, and the index key.  They stand in its record `meta/keyring`, wrapped by the
/// master key, which is not kept.  Values name their data key, so a new one is taken up without rewriting anything: what is written
/// again is sealed anew.  Thread-safe.
class KeyRing {
 public:
  /// The ring of `store` (the engine itself, not a SealedStore); made, with fresh keys, if the store is empty.
  /// Codes: seal.wrong_master_key (nothing was changed), storage.corrupt (the ring is damaged, or missing from a store that has
  /// records), and those of the store.
  static Task<Result<std::unique_ptr<KeyRing>>> open(Store& store, MasterKey master, Random& random,
                                                     TimePoint now);
  /// Keys that are stored nowhere, for stores that die with the process: the same random octets make the same keys.
  static std::unique_ptr<KeyRing> ephemeral(Random& random);

  /// Adds a data key, and seals with it from now on.  Codes: as open(), and storage.contended (somebody else changed the ring).
  Task<Status> add_data_key(Store& store, MasterKey master, Random& random, TimePoint now);
  /// Wraps the ring of `store` by another master key; the keys in it stay.  Codes: as add_data_key().
  static Task<Status> change_master_key(Store& store, MasterKey from, MasterKey to, Random& random);

  const IndexKey& index_key() const { return index_key_; }
  /// The data key that seals now, with its id.
  std::pair<std::uint32_t, const Secret&> sealing() const;
  /// nullptr: no key of this ring.
  const Secret* find(std::uint32_t id) const;

 private:
  struct DataKey {
    std::uint32_t id;
    TimePoint since;
    Secret key;
  };
  /// The ring as its record says; never changed once others see it.
  struct Keys {
    std::vector<DataKey> data;
    std::uint32_t sealing_id;
    Secret index;
  };

  explicit KeyRing(Keys keys);
  static DataKey make_data_key(std::uint32_t id, Random& random, TimePoint now);
  static Keys make_keys(Random& random, TimePoint now);
  static Result<Keys> unwrap(const Record& record, const MasterKey& master);
  static std::string wrap(const Keys& keys, const MasterKey& master, Random& random);
  static Task<Result<Record>> load_record(Store& store);
  static Task<Status> replace_record(Store& store, std::string value, Version expected);
  void publish(Keys keys);

  const IndexKey index_key_;
  std::atomic<const Keys*> current_ = nullptr;
  Mutex mutex_;
  /// Every ring there was since the start, one a rotation: readers take no lock, so an old one may be in use.
  std::vector<std::unique_ptr<const Keys>> published_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
