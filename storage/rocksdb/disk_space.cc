#include "storage/rocksdb/disk_space.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr auto kLookEvery = 100ms;
constexpr std::uint64_t kLooksPerReserve = 16;
/// More than any disk has: what is allowed on top, so that only compactions are held back, which are asked to leave as much.  RocksDB ends
/// itself where a flush meets its limit.
constexpr std::uint64_t kBeyond = std::uint64_t{1} << 60;

}  // namespace

DiskSpace::DiskSpace(rocksdb::Env& env, const RocksStoreOptions& options)
    : env_(env), options_(options), files_(rocksdb::NewSstFileManager(&env)) {
  files_->SetCompactionBufferSize(kBeyond + options.free_bytes_min);
}

DiskState DiskSpace::look() {
  looked_at_ = Monotonic::now();
  written_ = 0;
  DiskState state{.free = 0, .reserve = options_.free_bytes_min, .full = false};
  // What cannot be asked is not full: the next write will tell.
  if (!env_.GetFreeSpace(options_.path.string(), &state.free).ok()) return state;
  state.full = state.free < state.reserve;
  full_ = state.full;
  files_->SetMaxAllowedSpaceUsage(files_->GetTotalSize() + state.free + kBeyond);
  if (options_.observer != nullptr) options_.observer->disk_looked_at(state);
  return state;
}

bool DiskSpace::is_full() {
  const bool recent = Monotonic::now() - looked_at_.load() < kLookEvery &&
                      written_ < options_.free_bytes_min / kLooksPerReserve;
  if (!full_ && recent) return false;
  return look().full;
}

RocksStoreOptions fit_to_disk(RocksStoreOptions options) {
  std::error_code error;
  // The folder may not be there yet: then its parent is, or making it will fail.
  auto path = std::filesystem::absolute(options.path, error);
  while (!std::filesystem::exists(path, error) && path.has_relative_path())
    path = path.parent_path();
  const auto space = std::filesystem::space(path, error);
  if (error) return options;
  options.free_bytes_min = std::min<std::uint64_t>(options.free_bytes_min, space.capacity / 4);
  constexpr std::uint64_t kSmallestBuffer = std::uint64_t{1} << 20;
  const auto bearable = std::max(options.free_bytes_min / 4, kSmallestBuffer);
  options.write_buffer_bytes =
      std::min(options.write_buffer_bytes, static_cast<std::size_t>(bearable));
  return options;
}

}  // namespace bauta
