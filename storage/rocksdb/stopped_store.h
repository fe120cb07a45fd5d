#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/store/store.h"

namespace bauta {

/// The store of a relay that does not run, as it stood at one moment: held against other processes, read, and not written to (only its
/// lock file is touched).  Thread-safe.
class StoppedStore final : public Store {
 public:
  /// `now`: by which expiry is judged, for as long as this lives.
  /// Codes: storage.locked (a relay runs on it), storage.corrupt (its log is damaged, or ends before what had been durable, or its format
  /// cannot be read), storage.newer_format, storage.unavailable.
  static Result<std::unique_ptr<StoppedStore>> open(const std::filesystem::path& path,
                                                    TimePoint now);
  ~StoppedStore() override;

  /// What is wrong with what the engine keeps, whatever the values mean.
  struct Flaw {
    /// None: of a file.
    std::optional<Key> key;
    std::string what;
  };
  struct Verdict {
    std::vector<Flaw> flaws;
    std::uint64_t flaws_left_out = 0;
    /// Of the last write.
    std::uint64_t last_sequence = 0;
    /// Records on the disk, expired ones included.
    std::uint64_t records = 0;
  };
  /// Reads every block of every table and compares its checksum, and every record's frame.  Takes as long as reading the whole store.
  Verdict verify(std::size_t flaws_max = 1'000);

  Task<Result<std::optional<Record>>> get(Key key) override;
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override;
  Task<Result<ScanPage>> scan(ScanRequest request) override;
  /// Refused: storage.closed.
  Task<CommitOutcome> commit(Commit commit) override;
  /// Nothing changes: `hint` is never called.
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override;

 private:
  struct Parts;
  explicit StoppedStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bauta
