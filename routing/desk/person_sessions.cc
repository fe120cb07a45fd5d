#include "routing/desk/person_sessions.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace bauta {
namespace {

/// Those of one spelling, at most `most` of them.
Task<Result<SomeSessions>> sessions_of_one(Store& store, ServiceId service, PersonHash person,
                                           PersonSessions request) {
  auto scan = ScanRequest::prefix(Sessions::person_prefix(service, person));
  if (request.from) scan.from = Sessions::person_key(service, person, *request.from);
  if (request.before) scan.to = Sessions::person_key(service, person, *request.before);
  if (request.after) scan.after = Sessions::person_key(service, person, *request.after);
  scan.direction = request.direction;
  SomeSessions some;
  do {
    scan.records_max = request.most - static_cast<std::uint32_t>(some.ids.size());
    BAUTA_CO_TRY(auto page, co_await store.scan(scan));
    for (const KeyedRecord& entry : page.records) {
      KeyReader reader(entry.key, "who");
      reader.id<ServiceTag>();
      reader.id<PersonTag>();
      some.ids.push_back(reader.id<SessionTag>());
    }
    some.more = page.more;
    scan.after = page.records.empty() ? std::move(page.resume_after)
                                      : std::optional(std::move(page.records.back().key));
  } while (some.more && some.ids.size() < request.most);
  co_return some;
}

}  // namespace

Task<Result<SomeSessions>> sessions_of(Store& store, ServiceId service, PersonSessions request) {
  SomeSessions all;
  for (const PersonHash& person : request.people) {
    BAUTA_CO_TRY(const auto some, co_await sessions_of_one(store, service, person, request));
    all.ids.insert(all.ids.end(), some.ids.begin(), some.ids.end());
    all.more = all.more || some.more;
  }
  if (request.direction == Direction::forward) std::ranges::sort(all.ids);
  if (request.direction == Direction::backward) std::ranges::sort(all.ids, std::greater{});
  all.ids.erase(std::ranges::unique(all.ids).begin(), all.ids.end());
  // Each spelling's own first `most` are here: the first `most` of all are among them, and none between is missing.
  if (all.ids.size() > request.most) {
    all.ids.resize(request.most);
    all.more = true;
  }
  co_return all;
}

}  // namespace bauta
