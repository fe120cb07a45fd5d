#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store/records.h"

namespace bauta {

struct JobTag {
  static constexpr const char* kPrefix = "job_";
};
using JobId = Id<JobTag>;

/// On disk by number: never renumber.
enum class JobKind : std::uint8_t { erasure = 1, import_of_numbers = 2 };
std::string_view job_kind_name(JobKind kind);  // "erasure", "import"

/// Work that is longer than a commit may be, in steps: each step's effect is committed with what the job says of it, or can be done twice.  So a
/// job goes on after a crash where it was, and what it counts is what was done.
struct Job {
  JobId id{};
  ServiceId service{};
  JobKind kind = JobKind::erasure;
  TimePoint created_at{};
  std::optional<TimePoint> done_at = {};
  /// Which part of its work it is at, and where in it; what they mean is the kind's to say.
  std::uint32_t phase = 0;
  std::string cursor = {};
  std::map<std::string, std::uint64_t> counts = {};
  /// Whose records an erasure erases, one for each spelling of their address, and whom the ledger knows them as; none and nil once it is done.
  std::vector<PersonHash> people = {};
  PersonHash consenting = {};
  std::string unknown_fields = {};
};

/// `job/<svc>/<id>`, and `jobopen/<svc>/<id>` without a value as long as it has something to do by itself.  Thread-safe, reads no clock.
class Jobs {
 public:
  /// After its end a job is told for so long.
  static constexpr std::chrono::days kRemembered{30};

  explicit Jobs(Store& store) : store_(store) {}

  static Key key_of(ServiceId service, JobId id);
  /// Adds the job to `commit`, as it is now; expects `was`.
  static void write(Commit& commit, const Job& job, Version was);
  static Result<Stored<Job>> decode(const Record& record);

  Task<Result<std::optional<Stored<Job>>>> find(ServiceId service, JobId id) const;
  /// Those that are not done, of all services; at most `most`.
  Task<Result<std::vector<Stored<Job>>>> open(std::uint32_t most) const;

 private:
  Store& store_;
};

}  // namespace bauta
