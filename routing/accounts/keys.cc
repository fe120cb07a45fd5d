#include "routing/accounts/keys.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "routing/accounts/account.pb.h"
#include "routing/accounts/names.h"
#include "routing/accounts/services.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::string_view kSecretPrefix = "bauta_live_";
constexpr std::size_t kSecretOctets = 32;
constexpr std::size_t kSecretCharacters = 43;
constexpr std::size_t kHintCharacters = 4;
constexpr std::uint32_t kListPage = 500;

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

std::unexpected<Error> corrupt() {
  return fail("storage.corrupt", "the record of an API key cannot be read; restore a backup");
}

std::unexpected<Error> invalid_key() {
  return fail("auth.invalid_key", "the API key is missing, unknown, revoked or expired");
}

Key key_key(const Bits128& hash) { return Key("key").bits(hash); }
Key ids_of(AccountId account) { return Key("keyid").id(account); }
Key id_key(AccountId account, ApiKeyId id) { return Key("keyid").id(account).id(id); }

std::string encode(const ApiKey& key) {
  records::ApiKey record;
  record.set_id(std::string(key.id.bytes()));
  record.set_account(std::string(key.account.bytes()));
  if (key.service) record.set_service(std::string(key.service->bytes()));
  for (const Scope scope : key.scopes) record.add_scopes(std::string(scope_name(scope)));
  record.set_label(key.label);
  record.set_hint(key.hint);
  record.set_created_at_ms(to_millis(key.created_at));
  if (key.expires_at) record.set_expires_at_ms(to_millis(*key.expires_at));
  return record.SerializeAsString();
}

Result<ApiKey> decode_key(const Record& stored) {
  records::ApiKey record;
  if (!record.ParseFromString(stored.value)) return corrupt();
  ApiKey key;
  const auto id = ApiKeyId::from_bytes(record.id());
  const auto account = AccountId::from_bytes(record.account());
  if (!id || !account) return corrupt();
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

}  // namespace

std::string_view scope_name(Scope scope) {
  const auto found = std::ranges::find(kScopes, scope, &std::pair<Scope, std::string_view>::first);
  BAUTA_ASSERT(found != kScopes.end());
  return found->second;
}

Result<Scope> parse_scope(std::string_view name) {
  const auto found = std::ranges::find(kScopes, name, &std::pair<Scope, std::string_view>::second);
  if (found == kScopes.end()) {
    std::string all;
    for (const auto& [scope, known] : kScopes) all.append(all.empty() ? "" : ", ").append(known);
    return fail("scope.unknown", "there is no such scope; there are " + all);
  }
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

Bits128 ApiKeys::hash_of(std::string_view secret) const {
  return index_key_.hash("api-key", secret);
}

NewApiKey ApiKeys::draw(ApiKey key, Random& random) {
  std::array<std::byte, kSecretOctets> octets_of_secret;
  random.fill(octets_of_secret);
  std::string secret = std::string(kSecretPrefix) + to_base64url(octets_of_secret);
  key.hint = secret.substr(secret.size() - kHintCharacters);
  if (key.id.is_nil()) key.id = ApiKeyId::make(to_millis(key.created_at), random);
  return {.key = std::move(key), .secret = std::move(secret)};
}

Key ApiKeys::witness_of(const NewApiKey& made) const { return key_key(hash_of(made.secret)); }

void ApiKeys::write_new(Commit& commit, const NewApiKey& made) const {
  const Bits128 hash = hash_of(made.secret);
  const Key by_id = id_key(made.key.account, made.key.id);
  commit.expect(by_id, kAbsent).put(by_id, pointer_to(as_bytes(hash)));
  commit.put(key_key(hash), encode(made.key));
}

Task<Result<NewApiKey>> ApiKeys::create(ApiKey key, Random& random,
                                        std::function<void(Commit&, const ApiKey&)> also) {
  NewApiKey made = draw(std::move(key), random);
  Commit commit;
  if (made.key.service) {
    BAUTA_CO_TRY(const auto guard, co_await Services::open_door(store_, *made.key.service));
    commit.expect(Services::key_of(*made.key.service), guard);
  }
  write_new(commit, made);
  if (also) also(commit, made.key);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(store_, std::move(commit), witness_of(made)));
  if (!done) co_return fail("storage.contended", "others change the same account; try again");
  co_return made;
}

Task<Result<std::vector<ApiKey>>> ApiKeys::all_of(AccountId account) const {
  std::vector<ApiKey> all;
  auto request = ScanRequest::prefix(ids_of(account));
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

Task<Status> ApiKeys::revoke(AccountId account, ApiKeyId id, std::function<void(Commit&)> also) {
  const Key by_id = id_key(account, id);
  BAUTA_CO_TRY(const auto pointer, co_await load<records::Pointer>(store_, by_id));
  if (!pointer) co_return fail("key.not_found", "this account has no key " + id.str());
  BAUTA_CO_TRY(const auto hash, bits128_from_bytes(pointer->value.id()));
  Commit commit;
  commit.erase(key_key(hash)).erase(by_id);
  if (also) also(commit);
  auto outcome = co_await store_.commit(std::move(commit));
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return std::unexpected(std::move(refused->error));
  if (auto* unknown = std::get_if<Unknown>(&outcome)) {
    BAUTA_CO_TRY(const auto left, co_await store_.get(key_key(hash)));
    if (left) co_return std::unexpected(std::move(unknown->error));
  }
  co_return Status{};
}

Task<Result<ApiKey>> ApiKeys::authenticate(std::string secret, TimePoint now) const {
  if (!secret.starts_with(kSecretPrefix) ||
      secret.size() != kSecretPrefix.size() + kSecretCharacters)
    co_return invalid_key();
  BAUTA_CO_TRY(const auto record, co_await store_.get(key_key(hash_of(secret))));
  if (!record) co_return invalid_key();
  BAUTA_CO_TRY(auto key, decode_key(*record));
  if (key.expires_at && *key.expires_at <= now) co_return invalid_key();
  co_return key;
}

Task<Result<std::vector<Key>>> ApiKeys::records_of(std::vector<ApiKey> keys) const {
  BAUTA_ASSERT(keys.size() <= kErasedMax);
  std::vector<Key> records;
  for (const ApiKey& key : keys) {
    Key by_id = id_key(key.account, key.id);
    BAUTA_CO_TRY(const auto pointer, co_await load<records::Pointer>(store_, by_id));
    if (!pointer) continue;  // revoked since it was listed
    BAUTA_CO_TRY(const auto hash, bits128_from_bytes(pointer->value.id()));
    records.push_back(key_key(hash));
    records.push_back(std::move(by_id));
  }
  co_return records;
}

}  // namespace bauta
