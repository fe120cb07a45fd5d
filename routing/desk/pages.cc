#include "routing/desk/pages.h"

#include <charconv>
#include <optional>
#include <utility>

#include "routing/desk/cursor.h"

namespace bauta {

Task<Result<std::vector<Event>>> events_after(EventLog& events, ServiceId service, Position after,
                                              std::uint32_t limit) {
  BAUTA_CO_TRY(auto found, co_await events.after(service, after, limit));
  co_return std::move(found.events);
}

Task<Result<Job>> job_of(Store& store, ServiceId service, JobId id) {
  BAUTA_CO_TRY(auto found, co_await Jobs(store).find(service, id));
  if (!found) co_return fail("job.not_found", "this service has no job " + id.str());
  co_return std::move(found->value);
}

Task<Result<Page<Job>>> page_of_jobs(Store& store, ServiceId service, std::uint32_t limit,
                                     std::string cursor) {
  const Key prefix = Key("job").id(service);
  auto request = ScanRequest::prefix(prefix);
  request.direction = Direction::backward;
  request.records_max = limit;
  if (!cursor.empty()) {
    BAUTA_CO_TRY(request.after, read_cursor(cursor, prefix));
  }
  BAUTA_CO_TRY(const auto scanned, co_await store.scan(std::move(request)));
  Page<Job> page;
  for (const KeyedRecord& record : scanned.records) {
    BAUTA_CO_TRY(auto job, Jobs::decode(record.record));
    page.data.push_back(std::move(job.value));
  }
  if (scanned.more && !scanned.records.empty())
    page.next_cursor = write_cursor(scanned.records.back().key, prefix);
  co_return page;
}

Task<Result<Page<Event>>> page_of_events(EventLog& events, ServiceId service, std::uint32_t limit,
                                         std::string cursor) {
  std::optional<Position> before;
  if (!cursor.empty()) {
    Position position = 0;
    const char* const end = cursor.data() + cursor.size();
    const auto [stop, error] = std::from_chars(cursor.data(), end, position);
    if (error != std::errc() || stop != end)
      co_return fail("cursor.malformed", "use the next_cursor of an answer as it stands");
    before = position;
  }
  BAUTA_CO_TRY(auto found, co_await events.newest(service, before, limit));
  Page<Event> page{.data = std::move(found.events), .next_cursor = {}};
  if (found.next) page.next_cursor = std::to_string(*found.next);
  co_return page;
}

}  // namespace bauta
