#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/seal/index_key.h"
#include "storage/store/clock.h"
#include "storage/store/random.h"
#include "storage/store/records.h"

namespace bauta {

enum class Scope : std::uint8_t {
  sessions_read,
  sessions_write,
  addresses_read,
  messages_read,
  messages_write,
  numbers_read,
  numbers_write,
  events_read,
  webhooks_write,
  account,
  operator_  // NOLINT(readability-identifier-naming): the word without it is the language's
};
std::string_view scope_name(Scope scope);  // "sessions:read", …, "account", "operator"
Result<Scope> parse_scope(std::string_view name);
const std::vector<Scope>& all_scopes();

struct ApiKey {
  ApiKeyId id;
  AccountId account;
  /// None: every service of the account, chosen by the `Bauta-Service` header.
  std::optional<ServiceId> service;
  std::vector<Scope> scopes;
  std::string label;
  /// The last four characters, to tell keys apart in a list.
  std::string hint;
  TimePoint created_at;
  std::optional<TimePoint> expires_at;

  bool may(Scope scope) const;
};

/// A new key: `secret` ("bauta_live_" and 43 characters) is shown once, only its keyed hash is stored.
struct NewApiKey {
  ApiKey key;
  std::string secret;
};

/// The API keys of all accounts.  Thread-safe, reads no clock.  Error codes, beside those of the store: key.not_found, auth.invalid_key,
/// service.not_found, service.removing.
/// Keys: `key/<hash>`, `keyid/<acct>/<key>`.
class ApiKeys {
 public:
  ApiKeys(Store& store, const IndexKey& index_key) : store_(store), index_key_(index_key) {}

  /// With a secret of its own, and an id if it has none; nothing is written.
  static NewApiKey draw(ApiKey key, Random& random);
  /// Adds a new one to the commit, which expects that there is no other of its id.
  void write_new(Commit& commit, const NewApiKey& made) const;
  /// What only the commit that makes this key writes.
  Key witness_of(const NewApiKey& made) const;
  /// `also`: further writes of the same commit, which the secret is not for.
  Task<Result<NewApiKey>> create(ApiKey key, Random& random,
                                 std::function<void(Commit&, const ApiKey&)> also = {});
  Task<Result<std::vector<ApiKey>>> all_of(AccountId account) const;
  Task<Status> revoke(AccountId account, ApiKeyId id, std::function<void(Commit&)> also = {});
  /// The records of `keys` that there still are, for who erases them: at most kErasedMax keys.
  Task<Result<std::vector<Key>>> records_of(std::vector<ApiKey> keys) const;
  static constexpr std::size_t kErasedMax = 400;
  /// auth.invalid_key for a malformed, unknown, revoked or expired secret, always the same words; compared by keyed hash, so
  /// timing says nothing about a stored key.
  Task<Result<ApiKey>> authenticate(std::string secret, TimePoint now) const;

 private:
  Bits128 hash_of(std::string_view secret) const;

  Store& store_;
  const IndexKey& index_key_;
};

}  // namespace bauta
