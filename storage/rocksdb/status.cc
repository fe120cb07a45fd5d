#include "storage/rocksdb/status.h"

namespace bauta {

Error error_of(const rocksdb::Status& status, std::string_view doing) {
  const auto detail = std::string(doing) + ": " + status.ToString();
  if (status.IsCorruption()) {
    return {.code = "storage.corrupt", .detail = detail + "; restore a backup"};
  }
  // Where RocksDB wraps an error in another one, its kind is lost and its words stay.
  if (status.IsNoSpace() || detail.contains("No space left on device"))
    return {.code = "storage.full", .detail = detail};
  return {.code = "storage.unavailable", .detail = detail};
}

}  // namespace bauta
