#include "proxy/cli/first_key.h"

#include <optional>
#include <utility>

#include "metrics/instruments/instruments.h"
#include "proxy/cli/relay_engine.h"
#include "proxy/cli/relay_sandbox.h"
#include "proxy/cli/run_task.h"
#include "proxy/cli/store_of.h"
#include "proxy/cli/version.h"

namespace bauta {
namespace {

/// As the configuration has it by default: who makes these has no request, and none of a relay's settings is known to whom they are made for.
void write_audit(Commit& commit, AccountId account, AuditEntry entry, TimePoint now) {
  entry.at = now;
  AuditLog::append(commit, account, entry, RelayLimits{}.audit_keep);
}

struct LiveKey {
  std::string secret;
  /// Under which it stands in the sandbox too.
  AccountId account;
};
Task<Result<LiveKey>> create_key(Accounts& accounts, ApiKeys& keys, TimePoint now, Random& random) {
  const auto write_made = [now](Commit& commit, const Account* account, const Service& service) {
    if (account != nullptr) {
      write_audit(commit, service.account,
                  {.action = AuditAction::account_created,
                   .object = account->id.str(),
                   .details = {{"name", account->name}}},
                  now);
    }
    write_audit(commit, service.account,
                {.action = AuditAction::service_created,
                 .object = service.id.str(),
                 .details = {{"name", service.name}}},
                now);
  };
  BAUTA_CO_TRY(const auto service, co_await accounts.ensure_with_service("default", "default", now,
                                                                         random, write_made));
  ApiKey key;
  key.account = service.account;
  key.scopes = all_scopes();
  key.label = "first";
  key.created_at = now;
  BAUTA_CO_TRY(
      auto made,
      co_await keys.create(std::move(key), random, [now](Commit& commit, const ApiKey& made) {
        const AuditNote note = note_of(made, "");
        write_audit(commit, made.account,
                    {.action = note.action, .object = note.object, .details = note.details}, now);
      }));
  co_return LiveKey{.secret = std::move(made.secret), .account = service.account};
}

}  // namespace

Result<FirstKey> make_first_key(const Config& config) {
  SystemClock clock;
  metrics::Instruments metrics(version(), revision());
  BAUTA_TRY(auto master, master_key_of(config));
  auto master_of_sandbox = master ? std::optional(master->copy()) : std::nullopt;
  BAUTA_TRY(const auto store, OpenStore::open(config, std::move(master),
                                              {.on_failure = [](const Error&) {}}, clock, metrics));
  Accounts accounts(store->store(), store->index_key());
  ApiKeys keys(store->store(), store->index_key());
  BAUTA_TRY(auto live, run_here(create_key(accounts, keys, clock.now(), store->random())));
  store->close();
  FirstKey key{.secret = std::move(live.secret)};
  if (config.sandbox_enabled) {
    BAUTA_TRY(const auto sandbox, RelaySandbox::open(config, std::move(master_of_sandbox), false,
                                                     {.time = clock, .wall = clock}));
    BAUTA_TRY(key.test_secret, run_here(sandbox->make_key(live.account.str(), "default")));
    sandbox->close();
  }
  return key;
}

Result<FirstKey> make_first_key(const Executor& executor, RelayEngine& engine,
                                RelaySandbox* sandbox, TimePoint now) {
  BAUTA_TRY(auto live, wait_for(executor, create_key(engine.desk().accounts(), engine.desk().keys(),
                                                     now, engine.store().random())));
  FirstKey key{.secret = std::move(live.secret)};
  if (sandbox != nullptr) {
    BAUTA_TRY(key.test_secret,
              wait_for(executor, sandbox->make_key(live.account.str(), "default")));
  }
  return key;
}

}  // namespace bauta
