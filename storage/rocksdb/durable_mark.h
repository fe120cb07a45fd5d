#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "storage/store/result.h"

namespace bauta {

/// The last sequence that is known to be durable, beside the database: RocksDB opens without a word after damage in the middle of its log, and
/// drops what follows; only this file tells.  Written after each group of commits, so that it is exact after kill -9, and
/// flushed every 100 ms, so that it lags by no more after power loss.  Not thread-safe.
///
///     <folder>/DURABLE:  "bautamrk" | sequence (8 octets, big-endian) | its complement (8)      on disk: never change
class DurableMark {
 public:
  /// nullopt: there is none (a new store, or a restored one).  Codes: storage.corrupt (it cannot be read).
  static Result<std::optional<std::uint64_t>> read(const std::filesystem::path& folder);
  /// Starts to write it; `sequence` is durable.  Codes: storage.unavailable.
  static Result<DurableMark> start(const std::filesystem::path& folder, std::uint64_t sequence);

  DurableMark(DurableMark&& other) noexcept;
  DurableMark& operator=(DurableMark&&) = delete;
  ~DurableMark();

  /// Everything up to `sequence` is durable.  Codes: storage.unavailable.
  Status advance(std::uint64_t sequence);
  /// Flushes what advance() may have left to the next time.  Codes: storage.unavailable.
  Status flush();

 private:
  using Monotonic = std::chrono::steady_clock;

  explicit DurableMark(int fd) : fd_(fd) {}

  int fd_;
  bool flushed_ = true;
  Monotonic::time_point flushed_at_ = Monotonic::now();
};

}  // namespace bauta
