#include "storage/rocksdb/status.h"

namespace bauta {

Error error_of(const rocksdb::Status& status, std::string_view doing) {
  const auto detail = std::string(doing) + ": " + status.ToString();
  if (status.IsCorruption()) {
    return {.code = "storage.corrupt", .detail = detail + "; restore a backup"};
  }
  if (status.IsNoSpace()) return {.code = "storage.full", .detail = detail};
  return {.code = "storage.unavailable", .detail = detail};
}

}  // namespace bauta
