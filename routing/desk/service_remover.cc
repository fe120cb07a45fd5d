#include "routing/desk/service_remover.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bauta {
namespace {

constexpr std::uint32_t kErasedAtOnce = 500;
constexpr std::uint32_t kSessionsPage = 100;

/// Families whose keys begin with a service and that nothing else refers to.  Routes and texts of Bauta's own expire by themselves, and so
/// do events.
constexpr std::array<const char*, 9> kOwned = {"con", "confirm", "cur",  "idem",   "idemof",
                                               "job", "jobopen", "pair", "refused"};

constexpr const char* kLast = "it is the last of its account, which keeps one: make another first";

constexpr std::array kOpen = {SessionStatus::open, SessionStatus::in_progress};

std::unexpected<Error> in_use(std::string detail) {
  return fail("service.in_use", std::move(detail));
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

}  // namespace

Task<Status> ServiceRemover::remove(AccountId account, ServiceId service,
                                    std::function<void(Commit&, const Service&)> also) const {
  BAUTA_CO_TRY(const auto owned, co_await bench_.services.all_of(account));
  if (std::ranges::none_of(owned, [&](const auto& one) { return one.value.id == service; }))
    co_return fail("service.not_found", "this account has no such service");
  if (owned.size() < 2) {
    // From a removal that broke off when there was another one.
    BAUTA_CO_CHECK(co_await open_door(service));
    co_return in_use(kLast);
  }
  BAUTA_CO_TRY(auto closed, co_await close_door(service));
  const auto emptied = co_await empty(service);
  if (!emptied) {
    BAUTA_CO_CHECK(co_await open_door(service));
    co_return emptied;
  }
  co_return co_await erase_itself(std::move(closed), std::move(also));
}

Task<Result<Stored<Service>>> ServiceRemover::close_door(ServiceId service) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto was, co_await bench_.service(service));
    // From a removal that broke off.
    if (was.value.removing) co_return was;
    BAUTA_CO_TRY(auto closed, co_await bench_.services.set_removing(std::move(was), true));
    if (closed) co_return *std::move(closed);
  }
  co_return contended();
}

Task<Status> ServiceRemover::open_door(ServiceId service) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto was, co_await bench_.service(service));
    if (!was.value.removing) co_return Status{};
    BAUTA_CO_TRY(const auto opened, co_await bench_.services.set_removing(std::move(was), false));
    if (opened) co_return Status{};
  }
  co_return contended();
}

Task<Status> ServiceRemover::empty(ServiceId service) const {
  BAUTA_CO_TRY(const auto lives, co_await what_lives(service));
  if (!lives.empty()) co_return in_use("it still has " + joined(lives));
  BAUTA_CO_CHECK(co_await erase_sessions(service));
  co_return co_await erase_rest(service);
}

Task<Result<std::vector<std::string>>> ServiceRemover::what_lives(ServiceId service) const {
  std::vector<std::string> lives;
  BAUTA_CO_TRY(const auto numbers,
               co_await bench_.inventory.list(service, {}, 1, [](const Number&) { return true; }));
  if (!numbers.numbers.empty()) lives.emplace_back("numbers");
  BAUTA_CO_TRY(const bool has_open, co_await has_open_session(service));
  if (has_open) lives.emplace_back("open sessions");
  BAUTA_CO_TRY(const auto webhooks, co_await webhooks_.all_of(service));
  if (!webhooks.empty()) lives.emplace_back("webhooks");
  BAUTA_CO_TRY(const auto waiting, co_await insight_.waiting(service));
  if (!waiting.connections.empty()) lives.emplace_back("texts that wait to be sent");
  if (waiting.connections.empty() && !waiting.is_complete)
    lives.emplace_back("perhaps texts that wait: too many of others do to see now");
  co_return lives;
}

Task<Result<bool>> ServiceRemover::has_open_session(ServiceId service) const {
  for (const SessionStatus status : kOpen) {
    std::string cursor;
    do {
      // A page may end before one is found.
      BAUTA_CO_TRY(const auto page, co_await sessions_.list(
                                        service, {.status = status, .limit = 1, .cursor = cursor}));
      if (!page.data.empty()) co_return true;
      cursor = page.next_cursor;
    } while (!cursor.empty());
  }
  co_return false;
}

Task<Status> ServiceRemover::erase_sessions(ServiceId service) const {
  std::size_t erased = 0;
  std::string cursor;
  do {
    BAUTA_CO_TRY(const auto page,
                 co_await sessions_.list(service, {.limit = kSessionsPage, .cursor = cursor}));
    if (erased >= kSessionsMax && !page.data.empty()) {
      co_return in_use("it had more than " + std::to_string(kSessionsMax) +
                       " ended sessions, of which so many are erased now: ask again for the rest");
    }
    for (const auto& view : page.data) {
      const auto gone = co_await eraser_.erase(service, view.session.id);
      // Somebody else's DELETE was quicker.
      if (!gone && gone.error().code != "session.not_found") co_return gone;
      ++erased;
    }
    cursor = page.next_cursor;
  } while (!cursor.empty());
  co_return Status{};
}

Task<Status> ServiceRemover::erase_rest(ServiceId service) const {
  for (const char* const family : kOwned) {
    auto request = ScanRequest::prefix(Key(family).id(service));
    request.records_max = kErasedAtOnce;
    for (bool more = true; more;) {
      BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(request));
      more = page.more;
      if (page.records.empty()) {
        request.after = page.resume_after;
        continue;
      }
      Commit commit;
      for (const auto& record : page.records) commit.erase(record.key);
      BAUTA_CO_CHECK(co_await commit_once(bench_.parts.store, std::move(commit)));
    }
  }
  co_return Status{};
}

Task<Status> ServiceRemover::erase_itself(Stored<Service> service,
                                          std::function<void(Commit&, const Service&)> also) const {
  const AccountId account = service.value.account;
  const ServiceId id = service.value.id;
  BAUTA_CO_TRY(auto keys, co_await bench_.keys.all_of(account));
  std::erase_if(keys, [&](const ApiKey& key) { return key.service != id; });
  if (keys.size() > ApiKeys::kErasedMax) {
    BAUTA_CO_CHECK(co_await open_door(id));
    co_return in_use("more than " + std::to_string(ApiKeys::kErasedMax) +
                     " keys belong to it: revoke some first");
  }
  BAUTA_CO_TRY(const auto owned, co_await bench_.services.all_of(account));
  // Two who remove the last two at the same time expect each other's: one of them finds it gone.
  const auto staying =
      std::ranges::find_if(owned, [&](const auto& one) { return one.value.id != id; });
  if (staying == owned.end()) {
    BAUTA_CO_CHECK(co_await open_door(id));
    co_return in_use(kLast);
  }
  BAUTA_CO_TRY(auto records, co_await bench_.keys.records_of(std::move(keys)));
  BAUTA_CO_TRY(const bool done,
               co_await bench_.services.remove(std::move(service), std::move(records), *staying,
                                               std::move(also)));
  // The door stays closed, and the same call again finds out what changed.
  if (!done) co_return contended();
  co_return Status{};
}

}  // namespace bauta
