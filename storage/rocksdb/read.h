#pragma once

#include <rocksdb/db.h>

#include <optional>
#include <string_view>
#include <vector>

#include "storage/rocksdb/known_versions.h"
#include "storage/store/store.h"

namespace bauta {

// Reads of the database, on any thread.  What they find is noted for the committer, who is likely to be asked about it next.
// Codes: storage.unavailable, storage.corrupt.

Result<KnownVersions::Known> read_version(rocksdb::DB& database, KnownVersions& known,
                                          std::string_view key);
Result<std::optional<Record>> read_record(rocksdb::DB& database, KnownVersions& known,
                                          const Key& key, TimePoint now);
/// All from one snapshot.
Result<std::vector<std::optional<Record>>> read_records(rocksdb::DB& database, KnownVersions& known,
                                                        const std::vector<Key>& keys,
                                                        TimePoint now);
Result<ScanPage> read_page(rocksdb::DB& database, const ScanRequest& request, TimePoint now);

}  // namespace bauta
