#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/store/random.h"
#include "storage/store/store.h"

namespace bauta {

/// A record as it was read: what it says, and the version that a commit expects of it.
template <class T>
struct Stored {
  T value;
  Version version = kAbsent;
};

/// The version to expect of something that may be absent.
template <class T>
Version version_of(const std::optional<Stored<T>>& stored) {
  return stored ? stored->version : kAbsent;
}

/// `T` is a protobuf message.  storage.corrupt if the octets are none.
template <class T>
Result<Stored<T>> decode(const Record& record) {
  Stored<T> stored{.value = {}, .version = record.version};
  if (!stored.value.ParseFromString(record.value))
    return fail("storage.corrupt", "a record cannot be read; restore a backup");
  return stored;
}

template <class T>
Task<Result<std::optional<Stored<T>>>> load(Store& store, Key key) {
  BAUTA_CO_TRY(const auto record, co_await store.get(std::move(key)));
  if (!record) co_return std::optional<Stored<T>>{};
  BAUTA_CO_TRY(auto stored, decode<T>(*record));
  co_return std::optional<Stored<T>>(std::move(stored));
}

template <class T>
Task<Result<std::vector<std::optional<Stored<T>>>>> load_all(Store& store, std::vector<Key> keys) {
  BAUTA_CO_TRY(const auto records, co_await store.multi_get(std::move(keys)));
  std::vector<std::optional<Stored<T>>> all;
  all.reserve(records.size());
  for (const auto& record : records) {
    if (!record) {
      all.emplace_back();
      continue;
    }
    BAUTA_CO_TRY(auto stored, decode<T>(*record));
    all.emplace_back(std::move(stored));
  }
  co_return all;
}

/// nullopt: a conflict, read again and try again.  An outcome that nobody knows is the error storage.unknown: for who can safely do the same
/// again and meets its own work as a conflict.  Errors: storage.overloaded, storage.full, storage.unknown.
Task<Result<std::optional<Committed>>> commit_once(Store& store, Commit commit);

/// How a commit ended once `unknown` has been settled by reading `witness`, a key that only this commit writes.
/// nullopt: a conflict, read again and try again.  Errors: storage.overloaded, storage.full, storage.unknown, storage.unavailable.
Task<Result<std::optional<Committed>>> commit_settled(Store& store, Commit commit, Key witness);

/// Adds to `commit` a witness, where it writes nothing else that is only its own.  Forgotten after an hour; `now` is the real time.
Key add_witness(Commit& commit, TimePoint now, Random& random);

}  // namespace bauta
