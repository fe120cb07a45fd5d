#include "routing/accounts/accounts.h"

#include <utility>

#include "routing/accounts/account.pb.h"
#include "routing/accounts/names.h"

namespace bauta {
namespace {

constexpr int kConflictTries = 3;
constexpr std::uint32_t kListPage = 500;
/// Of an account that is made whole: what is chosen where a request names no service.
constexpr std::string_view kFirstService = "default";
constexpr std::string_view kFirstKey = "first";

std::unexpected<Error> corrupt() {
  return fail("storage.corrupt", "the record of an account cannot be read; restore a backup");
}

Key key_of(AccountId id) { return Key("acct").id(id); }
Key name_key(std::string_view name) { return Key("acctname").text(name); }

std::string encode(const Account& account) {
  records::Account record;
  record.set_id(std::string(account.id.bytes()));
  record.set_name(account.name);
  record.set_created_at_ms(to_millis(account.created_at));
  return record.SerializeAsString();
}

Result<Account> decode_account(const Record& stored) {
  records::Account record;
  if (!record.ParseFromString(stored.value)) return corrupt();
  const auto id = AccountId::from_bytes(record.id());
  if (!id) return corrupt();
  return Account{
      .id = *id, .name = record.name(), .created_at = from_millis(record.created_at_ms())};
}

void write_new(Commit& commit, const Account& account) {
  const Key name = name_key(account.name);
  commit.expect(name, kAbsent).put(name, pointer_to(account.id.bytes()));
  commit.put(key_of(account.id), encode(account));
}

}  // namespace

Task<Result<Service>> Accounts::ensure_with_service(
    std::string account, std::string service, TimePoint now, Random& random,
    std::function<void(Commit&, const Account*, const Service&)> also) {
  BAUTA_CO_CHECK(Services::check_name(account));
  BAUTA_CO_CHECK(Services::check_name(service));
  for (int attempt = 0; attempt < kConflictTries; ++attempt) {
    BAUTA_CO_TRY(const auto known, co_await store_.get(name_key(account)));
    if (known) {
      BAUTA_CO_TRY(const auto id, follow<AccountId>(*known));
      BAUTA_CO_TRY(auto found, co_await services_.find(id, service));
      if (found) co_return std::move(found->value);
      auto created = co_await services_.create(id, service, {}, now, random,
                                               [&also](Commit& commit, const Service& made) {
                                                 if (also) also(commit, nullptr, made);
                                               });
      if (created || created.error().code != "service.name_taken") co_return created;
      continue;
    }
    const Account added{
        .id = AccountId::make(to_millis(now), random), .name = account, .created_at = now};
    Service first{.id = ServiceId::make(to_millis(now), random),
                  .account = added.id,
                  .name = service,
                  .settings = {},
                  .created_at = now};
    Commit commit;
    write_new(commit, added);
    Services::write_new(commit, first);
    if (also) also(commit, &added, first);
    BAUTA_CO_TRY(const auto done,
                 co_await commit_settled(store_, std::move(commit), key_of(added.id)));
    if (done) co_return first;
  }
  co_return fail("storage.contended", "others change the same account; try again");
}

Task<Result<NewAccount>> Accounts::create(std::string name, std::optional<TimePoint> key_expires_at,
                                          TimePoint now, Random& random,
                                          std::function<void(Commit&, const NewAccount&)> also) {
  if (!is_name(name)) {
    co_return fail("account.name_invalid",
                   "a name has 1 to 64 characters of a-z, 0-9, '-' and '_'");
  }
  const Account account{
      .id = AccountId::make(to_millis(now), random), .name = std::move(name), .created_at = now};
  Service service{.id = ServiceId::make(to_millis(now), random),
                  .account = account.id,
                  .name = std::string(kFirstService),
                  .settings = {},
                  .created_at = now};
  ApiKey wanted;
  wanted.account = account.id;
  wanted.scopes = all_scopes();
  std::erase(wanted.scopes, Scope::operator_);
  wanted.label = std::string(kFirstKey);
  wanted.created_at = now;
  wanted.expires_at = key_expires_at;
  NewApiKey key = ApiKeys::draw(std::move(wanted), random);

  NewAccount made{
      .account = account, .service = std::move(service), .key = {.key = key.key, .secret = {}}};
  Commit commit;
  write_new(commit, made.account);
  Services::write_new(commit, made.service);
  keys_.write_new(commit, key);
  if (also) also(commit, made);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(store_, std::move(commit), key_of(account.id)));
  if (!done)
    co_return fail("account.name_taken", "there is an account '" + account.name + "' already");
  made.key.secret = std::move(key.secret);
  co_return made;
}

Task<Result<std::vector<Account>>> Accounts::all() const {
  std::vector<Account> accounts;
  auto request = ScanRequest::prefix(Key("acct"));
  request.records_max = kListPage;
  for (bool more = true; more;) {
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(auto account, decode_account(record.record));
      accounts.push_back(std::move(account));
    }
    more = page.more;
    if (more) {
      request.after = page.records.empty() ? std::move(page.resume_after)
                                           : std::optional(std::move(page.records.back().key));
    }
  }
  co_return accounts;
}

}  // namespace bauta
