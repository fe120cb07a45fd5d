#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "routing/desk/calls.h"
#include "routing/desk/job.h"
#include "routing/events/event_log.h"
#include "storage/store/store.h"
#include "storage/store/task.h"

namespace bauta {

// What a service did and what is done for it, read and never written here.  Codes: cursor.malformed, storage.*.

/// The oldest events above `after`, at most `limit`.
Task<Result<std::vector<Event>>> events_after(EventLog& events, ServiceId service, Position after,
                                              std::uint32_t limit);
/// Newest first.
Task<Result<Page<Event>>> page_of_events(EventLog& events, ServiceId service, std::uint32_t limit,
                                         std::string cursor);
/// Codes: also job.not_found.
Task<Result<Job>> job_of(Store& store, ServiceId service, JobId id);
/// Newest first.
Task<Result<Page<Job>>> page_of_jobs(Store& store, ServiceId service, std::uint32_t limit,
                                     std::string cursor);

}  // namespace bauta
