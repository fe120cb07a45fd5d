#include "routing/desk/account_desk.h"

#include <utility>

namespace bauta {

Task<Result<Service>> AccountDesk::create_service(
    Caller caller, std::string name, ServiceSettings settings,
    std::optional<Idempotent<Service>> idempotent) const {
  auto made = co_await bench_.services.create(
      caller.key.account, std::move(name), std::move(settings), bench_.parts.clock.now(),
      bench_.parts.random, recorded<Service>(caller, idempotent));
  if (!made && idempotent)
    BAUTA_CO_CHECK(co_await answers_.refuse_if_written(caller.service.id, idempotent->mark));
  co_return made;
}

Task<Result<NewAccount>> AccountDesk::create_account(
    Caller caller, std::string name, std::optional<TimePoint> key_expires_at,
    std::optional<Idempotent<NewAccount>> idempotent) const {
  // It stands in both logs: the operator's, and that of the account, whose first entry it is.
  auto made = co_await bench_.accounts.create(
      std::move(name), key_expires_at, bench_.parts.clock.now(), bench_.parts.random,
      [this, caller, record = recorded<NewAccount>(caller, idempotent)](Commit& commit,
                                                                        const NewAccount& made) {
        record(commit, made);
        auditor_.write_to(commit, made.account.id, caller, note_of(made));
      });
  if (!made && idempotent)
    BAUTA_CO_CHECK(co_await answers_.refuse_if_written(caller.service.id, idempotent->mark));
  co_return made;
}

Task<Result<NewApiKey>> AccountDesk::create_key(
    Caller caller, ApiKey key, std::string service,
    std::optional<Idempotent<ApiKey>> idempotent) const {
  const auto tell = [service](const ApiKey& made) { return note_of(made, service); };
  auto made = co_await bench_.keys.create(std::move(key), bench_.parts.random,
                                          recorded<ApiKey>(caller, idempotent, tell));
  if (!made && idempotent)
    BAUTA_CO_CHECK(co_await answers_.refuse_if_written(caller.service.id, idempotent->mark));
  co_return made;
}

}  // namespace bauta
