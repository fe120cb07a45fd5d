#include "routing/accounts/accounts.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "routing/accounts/account.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr int kConflictTries = 3;
constexpr std::size_t kNameCharactersMax = 64;
constexpr std::string_view kSecretPrefix = "bauta_live_";
constexpr std::size_t kSecretOctets = 32;
constexpr std::size_t kSecretCharacters = 43;
constexpr std::size_t kHintCharacters = 4;
constexpr std::uint32_t kListPage = 500;
/// Of an account that is made whole: what is chosen where a request names no service.
constexpr std::string_view kFirstService = "default";
constexpr std::string_view kFirstKey = "first";

constexpr std::array<std::pair<Scope, std::string_view>, 11> kScopes{{
    {Scope::sessions_read, "sessions:read"},
    {Scope::sessions_write, "sessions:write"},
    {Scope::addresses_read, "addresses:read"},
    {Scope::messages_read, "messages:read"},
    {Scope::messages_write, "messages:write"},
    {Scope::numbers_read, "numbers:read"},
    {Scope::numbers_write, "numbers:write"},
    {Scope::events_read, "events:read"},
    {Scope::webhooks_write, "webhooks:write"},
    {Scope::account, "account"},
    {Scope::operator_, "operator"},
}};

std::unexpected<Error> corrupt(std::string_view what) {
  return fail("storage.corrupt",
              "the record of " + std::string(what) + " cannot be read; restore a backup");
}

std::unexpected<Error> contended() {
  return fail("storage.contended", "others change the same account; try again");
}

std::unexpected<Error> invalid_key() {
  return fail("auth.invalid_key", "the API key is missing, unknown, revoked or expired");
}

std::unexpected<Error> name_taken(std::string_view name) {
  return fail("service.name_taken", "there is a service '" + std::string(name) + "' already");
}

template <class Tag>
std::string octets(const Id<Tag>& id) {
  return std::string(id.bytes());
}

Key account_key(AccountId id) { return Key("acct").id(id); }
Key account_name_key(std::string_view name) { return Key("acctname").text(name); }
Key service_names_of(AccountId account) { return Key("svcname").id(account); }
Key service_name_key(AccountId account, std::string_view name) {
  return Key("svcname").id(account).text(name);
}
Key key_key(const Bits128& hash) { return Key("key").bits(hash); }
Key key_ids_of(AccountId account) { return Key("keyid").id(account); }
Key key_id_key(AccountId account, ApiKeyId id) { return Key("keyid").id(account).id(id); }

template <class Tag>
std::string pointer_to(const Id<Tag>& id) {
  records::Pointer pointer;
  pointer.set_id(octets(id));
  return pointer.SerializeAsString();
}

template <class T>
Result<T> follow(const Record& record) {
  records::Pointer pointer;
  if (!pointer.ParseFromString(record.value)) return corrupt("a name");
  return T::from_bytes(pointer.id());
}

Status check_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (!name.empty() && name.size() <= kNameCharactersMax && std::ranges::all_of(name, is_allowed))
    return {};
  return fail("service.name_invalid", "a name has 1 to 64 characters of a-z, 0-9, '-' and '_'");
}

std::string encode(const Account& account) {
  records::Account record;
  record.set_id(octets(account.id));
  record.set_name(account.name);
  record.set_created_at_ms(to_millis(account.created_at));
  return record.SerializeAsString();
}

void write_settings(records::Service& record, const ServiceSettings& settings) {
  record.set_display_name(settings.display_name);
  record.set_cooling_seconds(settings.cooling_seconds.count());
  record.set_deadline_seconds(settings.deadline_seconds.count());
  record.set_unknown(std::string(unknown_policy_name(settings.unknown)));
  record.set_locality_fallback(std::string(tier_name(settings.locality_fallback)));
  record.set_answer_ended(settings.answer_ended);
  record.set_retention_seconds(settings.retention_seconds.count());
  record.set_answer_strangers(settings.answer_strangers);
  record.set_sticky(std::string(sticky_policy_name(settings.sticky)));
  record.set_consent_scope(std::string(consent_scope_name(settings.consent_scope)));
  record.set_mask_addresses(settings.mask_addresses);
  record.set_language(settings.language);
  record.set_default_region(settings.default_region);
  for (const OwnText& text : settings.texts) {
    auto* const own = record.add_texts();
    own->set_name(text.name);
    own->set_language(text.language);
    own->set_text(text.text);
  }
}

std::string encode(const Service& service) {
  records::Service record;
  record.set_id(octets(service.id));
  record.set_account(octets(service.account));
  record.set_name(service.name);
  record.set_created_at_ms(to_millis(service.created_at));
  write_settings(record, service.settings);
  if (service.removing) record.set_removing(true);
  return record.SerializeAsString();
}

/// A setting that an older version did not write keeps its default.
Result<ServiceSettings> settings_of(const records::Service& record) {
  ServiceSettings settings;
  settings.display_name = record.display_name();
  if (record.has_cooling_seconds())
    settings.cooling_seconds = std::chrono::seconds(record.cooling_seconds());
  if (record.has_deadline_seconds())
    settings.deadline_seconds = std::chrono::seconds(record.deadline_seconds());
  if (record.unknown() == unknown_policy_name(UnknownPolicy::dead_letter))
    settings.unknown = UnknownPolicy::dead_letter;
  if (record.has_locality_fallback()) {
    BAUTA_TRY(settings.locality_fallback, parse_tier(record.locality_fallback()));
  }
  if (record.has_answer_ended()) settings.answer_ended = record.answer_ended();
  if (record.has_retention_seconds())
    settings.retention_seconds = std::chrono::seconds(record.retention_seconds());
  settings.answer_strangers = record.answer_strangers();
  for (const StickyPolicy policy : {StickyPolicy::prefer, StickyPolicy::avoid}) {
    if (record.sticky() == sticky_policy_name(policy)) settings.sticky = policy;
  }
  if (record.consent_scope() == consent_scope_name(ConsentScope::line))
    settings.consent_scope = ConsentScope::line;
  if (record.has_mask_addresses()) settings.mask_addresses = record.mask_addresses();
  if (record.has_language()) settings.language = record.language();
  settings.default_region = record.default_region();
  for (const auto& own : record.texts())
    settings.texts.push_back({.name = own.name(), .language = own.language(), .text = own.text()});
  return settings;
}

Result<Stored<Service>> decode_service(const Record& stored) {
  records::Service record;
  if (!record.ParseFromString(stored.value)) return corrupt("a service");
  const auto id = ServiceId::from_bytes(record.id());
  const auto account = AccountId::from_bytes(record.account());
  auto settings = settings_of(record);
  if (!id || !account || !settings) return corrupt("a service");
  return Stored<Service>{.value = {.id = *id,
                                   .account = *account,
                                   .name = record.name(),
                                   .settings = *std::move(settings),
                                   .created_at = from_millis(record.created_at_ms()),
                                   .removing = record.removing()},
                         .version = stored.version};
}

Result<Account> decode_account(const Record& stored) {
  records::Account record;
  if (!record.ParseFromString(stored.value)) return corrupt("an account");
  const auto id = AccountId::from_bytes(record.id());
  if (!id) return corrupt("an account");
  return Account{
      .id = *id, .name = record.name(), .created_at = from_millis(record.created_at_ms())};
}

std::string encode(const ApiKey& key) {
  records::ApiKey record;
  record.set_id(octets(key.id));
  record.set_account(octets(key.account));
  if (key.service) record.set_service(octets(*key.service));
  for (const Scope scope : key.scopes) record.add_scopes(std::string(scope_name(scope)));
  record.set_label(key.label);
  record.set_hint(key.hint);
  record.set_created_at_ms(to_millis(key.created_at));
  if (key.expires_at) record.set_expires_at_ms(to_millis(*key.expires_at));
  return record.SerializeAsString();
}

Result<ApiKey> decode_key(const Record& stored) {
  records::ApiKey record;
  if (!record.ParseFromString(stored.value)) return corrupt("an API key");
  ApiKey key;
  const auto id = ApiKeyId::from_bytes(record.id());
  const auto account = AccountId::from_bytes(record.account());
  if (!id || !account) return corrupt("an API key");
  key.id = *id;
  key.account = *account;
  if (record.has_service()) {
    BAUTA_TRY(key.service, ServiceId::from_bytes(record.service()));
  }
  for (const std::string& name : record.scopes()) {
    // What a later version may grant means nothing here.
    if (const auto scope = parse_scope(name)) key.scopes.push_back(*scope);
  }
  key.label = record.label();
  key.hint = record.hint();
  key.created_at = from_millis(record.created_at_ms());
  if (record.has_expires_at_ms()) key.expires_at = from_millis(record.expires_at_ms());
  return key;
}

/// RFC 4648, 5, without padding.
std::string to_base64url(std::span<const std::byte> octets) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned held = 0;
  unsigned bits = 0;
  for (const std::byte octet : octets) {
    held = held << 8 | std::to_integer<unsigned>(octet);
    for (bits += 8; bits >= 6; bits -= 6) text.push_back(kAlphabet[held >> (bits - 6) & 63U]);
    held &= (1U << bits) - 1U;
  }
  if (bits > 0) text.push_back(kAlphabet[held << (6 - bits) & 63U]);
  return text;
}

Bits128 hash_of(const IndexKey& index_key, std::string_view secret) {
  return index_key.hash("api-key", secret);
}

void write_new(Commit& commit, const Service& service) {
  const Key name = service_name_key(service.account, service.name);
  commit.expect(name, kAbsent).put(name, pointer_to(service.id));
  commit.put(Accounts::service_key(service.id), encode(service));
}

void write_new(Commit& commit, const Account& account) {
  const Key name = account_name_key(account.name);
  commit.expect(name, kAbsent).put(name, pointer_to(account.id));
  commit.put(account_key(account.id), encode(account));
}

/// With a secret of its own.
NewApiKey drawn(ApiKey key, Random& random) {
  std::array<std::byte, kSecretOctets> octets_of_secret;
  random.fill(octets_of_secret);
  std::string secret = std::string(kSecretPrefix) + to_base64url(octets_of_secret);
  key.hint = secret.substr(secret.size() - kHintCharacters);
  if (key.id.is_nil()) key.id = ApiKeyId::make(to_millis(key.created_at), random);
  return {.key = std::move(key), .secret = std::move(secret)};
}

void write_new(Commit& commit, const NewApiKey& made, const Bits128& hash) {
  records::Pointer to_hash;
  to_hash.set_id(std::string(as_bytes(hash)));
  const Key by_id = key_id_key(made.key.account, made.key.id);
  commit.expect(by_id, kAbsent).put(by_id, to_hash.SerializeAsString());
  commit.put(key_key(hash), encode(made.key));
}

}  // namespace

std::string_view unknown_policy_name(UnknownPolicy policy) {
  switch (policy) {
    case UnknownPolicy::resend:
      return "resend";
    case UnknownPolicy::dead_letter:
      return "dead_letter";
  }
  std::unreachable();
}

std::string_view sticky_policy_name(StickyPolicy policy) {
  switch (policy) {
    case StickyPolicy::off:
      return "off";
    case StickyPolicy::prefer:
      return "prefer";
    case StickyPolicy::avoid:
      return "avoid";
  }
  std::unreachable();
}

std::string_view consent_scope_name(ConsentScope scope) {
  switch (scope) {
    case ConsentScope::service:
      return "service";
    case ConsentScope::line:
      return "line";
  }
  std::unreachable();
}

std::string_view scope_name(Scope scope) {
  const auto found = std::ranges::find(kScopes, scope, &std::pair<Scope, std::string_view>::first);
  BAUTA_ASSERT(found != kScopes.end());
  return found->second;
}

Result<Scope> parse_scope(std::string_view name) {
  const auto found = std::ranges::find(kScopes, name, &std::pair<Scope, std::string_view>::second);
  if (found == kScopes.end()) return fail("scope.unknown", "there is no such scope");
  return found->first;
}

const std::vector<Scope>& all_scopes() {
  static const std::vector<Scope> kAll = [] {
    std::vector<Scope> scopes;
    scopes.reserve(kScopes.size());
    for (const auto& [scope, name] : kScopes) scopes.push_back(scope);
    return scopes;
  }();
  return kAll;
}

bool ApiKey::may(Scope scope) const { return std::ranges::find(scopes, scope) != scopes.end(); }

Key Accounts::service_key(ServiceId id) { return Key("svc").id(id); }

Task<Result<Service>> Accounts::ensure_account_with_service(std::string account,
                                                            std::string service, TimePoint now,
                                                            Random& random) {
  BAUTA_CO_CHECK(check_name(account));
  BAUTA_CO_CHECK(check_name(service));
  for (int attempt = 0; attempt < kConflictTries; ++attempt) {
    BAUTA_CO_TRY(const auto known, co_await store_.get(account_name_key(account)));
    if (known) {
      BAUTA_CO_TRY(const auto id, follow<AccountId>(*known));
      BAUTA_CO_TRY(auto found, co_await find_service(id, service));
      if (found) co_return std::move(found->value);
      auto created = co_await create_service(id, service, {}, now, random);
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
    write_new(commit, first);
    BAUTA_CO_TRY(const auto done,
                 co_await commit_settled(store_, std::move(commit), account_key(added.id)));
    if (done) co_return first;
  }
  co_return contended();
}

Task<Result<NewAccount>> Accounts::create_account(
    std::string name, TimePoint now, Random& random,
    std::function<void(Commit&, const NewAccount&)> also) {
  if (!check_name(name)) {
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
  NewApiKey key = drawn(std::move(wanted), random);
  const Bits128 hash = hash_of(index_key_, key.secret);

  NewAccount made{
      .account = account, .service = std::move(service), .key = {.key = key.key, .secret = {}}};
  Commit commit;
  write_new(commit, made.account);
  write_new(commit, made.service);
  write_new(commit, key, hash);
  if (also) also(commit, made);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(store_, std::move(commit), account_key(account.id)));
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

Task<Result<std::optional<Stored<Service>>>> Accounts::find_service(ServiceId id) const {
  BAUTA_CO_TRY(const auto record, co_await store_.get(service_key(id)));
  if (!record) co_return std::optional<Stored<Service>>{};
  BAUTA_CO_TRY(auto service, decode_service(*record));
  co_return std::optional(std::move(service));
}

Task<Result<std::optional<Stored<Service>>>> Accounts::find_service(AccountId account,
                                                                    std::string name) const {
  if (!check_name(name)) co_return std::optional<Stored<Service>>{};
  BAUTA_CO_TRY(const auto record, co_await store_.get(service_name_key(account, name)));
  if (!record) co_return std::optional<Stored<Service>>{};
  BAUTA_CO_TRY(const auto id, follow<ServiceId>(*record));
  co_return co_await find_service(id);
}

Task<Result<std::vector<Stored<Service>>>> Accounts::services_of(AccountId account) const {
  std::vector<Stored<Service>> services;
  auto request = ScanRequest::prefix(service_names_of(account));
  request.records_max = kListPage;
  for (;;) {
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));
    std::vector<Key> keys;
    for (const KeyedRecord& name : page.records) {
      BAUTA_CO_TRY(const auto id, follow<ServiceId>(name.record));
      keys.push_back(service_key(id));
    }
    BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
    for (const auto& record : records) {
      if (!record) continue;  // removed since the scan
      BAUTA_CO_TRY(auto service, decode_service(*record));
      services.push_back(std::move(service));
    }
    if (!page.more) co_return services;
    request.after = page.records.empty() ? std::move(page.resume_after)
                                         : std::optional(std::move(page.records.back().key));
  }
}

Task<Result<Service>> Accounts::create_service(AccountId account, std::string name,
                                               ServiceSettings settings, TimePoint now,
                                               Random& random,
                                               std::function<void(Commit&, const Service&)> also) {
  BAUTA_CO_CHECK(check_name(name));
  Service service{.id = ServiceId::make(to_millis(now), random),
                  .account = account,
                  .name = name,
                  .settings = std::move(settings),
                  .created_at = now};
  Commit commit;
  write_new(commit, service);
  if (also) also(commit, service);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(store_, std::move(commit), service_key(service.id)));
  if (!done) co_return name_taken(name);
  co_return service;
}

Task<Result<std::optional<Service>>> Accounts::change_service(Stored<Service> was,
                                                              ServiceSettings settings) {
  const Key key = service_key(was.value.id);
  BAUTA_CO_TRY(auto stored, co_await load<records::Service>(store_, key));
  if (version_of(stored) != was.version) co_return std::optional<Service>{};
  Service changed = was.value;
  changed.settings = std::move(settings);
  // Into the record as it was read, so that what a later version wrote besides survives.
  write_settings(stored->value, changed.settings);
  Commit commit;
  commit.expect(key, was.version).put(key, stored->value.SerializeAsString());
  auto outcome = co_await store_.commit(std::move(commit));
  if (std::holds_alternative<Conflict>(outcome)) co_return std::optional<Service>{};
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return std::unexpected(std::move(refused->error));
  if (auto* unknown = std::get_if<Unknown>(&outcome)) {
    // The record tells by what it says: whoever else wrote the same settings did the same.
    BAUTA_CO_TRY(const auto found, co_await find_service(was.value.id));
    if (!found || found->value.settings != changed.settings)
      co_return std::unexpected(std::move(unknown->error));
  }
  co_return std::optional(std::move(changed));
}

Task<Result<Version>> Accounts::open_door(Store& store, ServiceId id) {
  BAUTA_CO_TRY(const auto record, co_await store.get(service_key(id)));
  if (!record) co_return fail("service.not_found", "there is no service " + id.str());
  BAUTA_CO_TRY(const auto service, decode_service(*record));
  if (service.value.removing)
    co_return fail("service.removing", "this service is being removed: nothing new is given to it");
  co_return service.version;
}

Task<Result<std::optional<Stored<Service>>>> Accounts::set_removing(Stored<Service> was,
                                                                    bool removing) const {
  const ServiceId id = was.value.id;
  BAUTA_CO_TRY(auto stored, co_await load<records::Service>(store_, service_key(id)));
  if (version_of(stored) != was.version) co_return std::optional<Stored<Service>>{};
  stored->value.set_removing(removing);
  Commit commit;
  commit.expect(service_key(id), was.version);
  commit.put(service_key(id), stored->value.SerializeAsString());
  BAUTA_CO_TRY(const auto done, co_await commit_once(store_, std::move(commit)));
  if (!done) co_return std::optional<Stored<Service>>{};
  co_return co_await find_service(id);
}

Task<Result<bool>> Accounts::remove_service(Stored<Service> was, std::vector<ApiKey> keys,
                                            Stored<Service> staying) const {
  BAUTA_ASSERT(was.value.removing && keys.size() <= kKeysRemovedMax);
  const Service& service = was.value;
  Commit commit;
  commit.expect(service_key(service.id), was.version).erase(service_key(service.id));
  commit.expect(service_key(staying.value.id), staying.version);
  commit.erase(service_name_key(service.account, service.name));
  for (const ApiKey& key : keys) {
    const Key by_id = key_id_key(key.account, key.id);
    BAUTA_CO_TRY(const auto pointer, co_await load<records::Pointer>(store_, by_id));
    if (!pointer) continue;  // revoked since it was listed
    BAUTA_CO_TRY(const auto hash, bits128_from_bytes(pointer->value.id()));
    commit.erase(key_key(hash)).erase(by_id);
  }
  BAUTA_CO_TRY(const auto done, co_await commit_once(store_, std::move(commit)));
  co_return done.has_value();
}

Task<Result<NewApiKey>> Accounts::create_key(ApiKey key, Random& random,
                                             std::function<void(Commit&, const ApiKey&)> also) {
  NewApiKey made = drawn(std::move(key), random);
  const Bits128 hash = hash_of(index_key_, made.secret);
  Commit commit;
  if (made.key.service) {
    BAUTA_CO_TRY(const auto guard, co_await open_door(store_, *made.key.service));
    commit.expect(service_key(*made.key.service), guard);
  }
  write_new(commit, made, hash);
  if (also) also(commit, made.key);
  BAUTA_CO_TRY(const auto done, co_await commit_settled(store_, std::move(commit), key_key(hash)));
  if (!done) co_return contended();
  co_return made;
}

Task<Result<std::vector<ApiKey>>> Accounts::keys_of(AccountId account) const {
  std::vector<ApiKey> all;
  auto request = ScanRequest::prefix(key_ids_of(account));
  request.records_max = kListPage;
  for (;;) {
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));
    std::vector<Key> keys;
    for (const KeyedRecord& by_id : page.records) {
      BAUTA_CO_TRY(const auto pointer, decode<records::Pointer>(by_id.record));
      BAUTA_CO_TRY(const auto hash, bits128_from_bytes(pointer.value.id()));
      keys.push_back(key_key(hash));
    }
    BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
    for (const auto& record : records) {
      if (!record) continue;  // revoked since the scan
      BAUTA_CO_TRY(auto key, decode_key(*record));
      all.push_back(std::move(key));
    }
    if (!page.more) co_return all;
    request.after = page.records.empty() ? std::move(page.resume_after)
                                         : std::optional(std::move(page.records.back().key));
  }
}

Task<Status> Accounts::revoke_key(AccountId account, ApiKeyId id) {
  const Key by_id = key_id_key(account, id);
  BAUTA_CO_TRY(const auto pointer, co_await load<records::Pointer>(store_, by_id));
  if (!pointer) co_return fail("key.not_found", "this account has no key " + id.str());
  BAUTA_CO_TRY(const auto hash, bits128_from_bytes(pointer->value.id()));
  Commit commit;
  commit.erase(key_key(hash)).erase(by_id);
  auto outcome = co_await store_.commit(std::move(commit));
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return std::unexpected(std::move(refused->error));
  if (auto* unknown = std::get_if<Unknown>(&outcome)) {
    BAUTA_CO_TRY(const auto left, co_await store_.get(key_key(hash)));
    if (left) co_return std::unexpected(std::move(unknown->error));
  }
  co_return Status{};
}

Task<Result<ApiKey>> Accounts::authenticate(std::string secret, TimePoint now) const {
  if (!secret.starts_with(kSecretPrefix) ||
      secret.size() != kSecretPrefix.size() + kSecretCharacters)
    co_return invalid_key();
  BAUTA_CO_TRY(const auto record, co_await store_.get(key_key(hash_of(index_key_, secret))));
  if (!record) co_return invalid_key();
  BAUTA_CO_TRY(auto key, decode_key(*record));
  if (key.expires_at && *key.expires_at <= now) co_return invalid_key();
  co_return key;
}

}  // namespace bauta
