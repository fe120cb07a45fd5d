#pragma once

#include <rocksdb/status.h>

#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// What RocksDB said, in our words: storage.corrupt, storage.full, or storage.unavailable.  Names files, never keys or values.
Error error_of(const rocksdb::Status& status, std::string_view doing);

}  // namespace bauta
