#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pool/address/locality.h"
#include "storage/seal/index_key.h"
#include "storage/store/clock.h"
#include "storage/store/random.h"
#include "storage/store/records.h"

namespace bauta {

struct Account {
  AccountId id;
  std::string name;
  TimePoint created_at;
};

/// What becomes of a send whose outcome stayed unknown.
enum class UnknownPolicy : std::uint8_t { resend, dead_letter };
std::string_view unknown_policy_name(UnknownPolicy policy);

/// What becomes of the number that two people had when they meet again.
enum class StickyPolicy : std::uint8_t { off, prefer, avoid };
std::string_view sticky_policy_name(StickyPolicy policy);

/// What a STOP closes: everything of the service, or the line that it was texted to.
enum class ConsentScope : std::uint8_t { service, line };
std::string_view consent_scope_name(ConsentScope scope);

/// A platform's own words for what Bauta says: SystemText's name, language ("en", "de"), text.
struct OwnText {
  std::string name;
  std::string language;
  std::string text;
  friend bool operator==(const OwnText&, const OwnText&) = default;
};

/// Every setting has the same name in the API (`GET/PATCH /api/v1/services/{name}`), with the same unit and range.
struct ServiceSettings {
  /// The name people read in what Bauta itself says; "" leaves it out.  At most 40 characters.
  std::string display_name;
  std::chrono::seconds cooling_seconds{24 * 3600};  // 0 … 90 days
  std::chrono::seconds deadline_seconds{4 * 3600};  // 60 s … 48 h
  UnknownPolicy unknown = UnknownPolicy::resend;
  /// The farthest tier a seat may be served from.
  Tier locality_fallback = Tier::country;
  /// Whether a text on an ended line is answered.
  bool answer_ended = true;
  /// Whether somebody without a conversation is told so.
  bool answer_strangers = false;
  StickyPolicy sticky = StickyPolicy::off;
  ConsentScope consent_scope = ConsentScope::service;
  /// Whether participants' own addresses are masked in what they write to each other.
  bool mask_addresses = true;
  /// Of what Bauta says to people whose own is not known.
  std::string language = "en";
  std::vector<OwnText> texts = {};
  /// The country (ISO 3166-1 alpha-2) whose people the platform may write without a calling code; "": all are written internationally.
  std::string default_region = {};
  /// After the session's end.
  std::chrono::seconds retention_seconds{7 * 24 * 3600};  // 0 … 3650 days

  friend bool operator==(const ServiceSettings&, const ServiceSettings&) = default;
};

struct Service {
  ServiceId id;
  AccountId account;
  /// 1 to 64 characters of a-z, 0-9, '-', '_'; unique in its account.
  std::string name;
  ServiceSettings settings;
  TimePoint created_at;
  /// Its removal was begun: nothing new is given to it, and what it has goes on.
  bool removing = false;
};

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

/// An account as it was made: with a service, and a key to all of it.
struct NewAccount {
  Account account;
  Service service;
  NewApiKey key;
};

/// Accounts, their services and keys.  Thread-safe, reads no clock.  Error codes, beside those of the store:
/// account.name_taken, account.name_invalid, service.not_found, service.name_taken, service.name_invalid, service.removing, key.not_found, auth.invalid_key.
/// Keys: `acct/<acct>`, `acctname/<name>`, `svc/<svc>` (guard of a service's existence), `svcname/<acct>/<name>`, `key/<hash>`, `keyid/<acct>/<key>`.
class Accounts {
 public:
  Accounts(Store& store, const IndexKey& index_key) : store_(store), index_key_(index_key) {}

  /// The account and the service `name` of it, made in one commit.  For `bauta init` and `bauta dev`: found again if they exist.
  Task<Result<Service>> ensure_account_with_service(std::string account, std::string service,
                                                    TimePoint now, Random& random);

  /// An account `name` (named as services are), its service "default", and its first key, which may do all but what the operator's alone may:
  /// made in one commit.  `also`: further writes of it, which the secret is not for.
  Task<Result<NewAccount>> create_account(
      std::string name, TimePoint now, Random& random,
      std::function<void(Commit&, const NewAccount&)> also = {});
  Task<Result<std::vector<Account>>> all() const;

  Task<Result<std::optional<Stored<Service>>>> find_service(ServiceId id) const;
  Task<Result<std::optional<Stored<Service>>>> find_service(AccountId account,
                                                            std::string name) const;
  Task<Result<std::vector<Stored<Service>>>> services_of(AccountId account) const;
  static Key service_key(ServiceId id);
  /// `also`: further writes of the same commit.
  Task<Result<Service>> create_service(AccountId account, std::string name,
                                       ServiceSettings settings, TimePoint now, Random& random,
                                       std::function<void(Commit&, const Service&)> also = {});
  /// Expects `was`; nullopt: somebody else changed it meanwhile.
  Task<Result<std::optional<Service>>> change_service(Stored<Service> was,
                                                      ServiceSettings settings);

  /// For commits that give a service something of its own, which expect this version.  Codes: service.not_found, service.removing.
  static Task<Result<Version>> open_door(Store& store, ServiceId id);
  /// Closes the door to what is new, or opens it again; how it stands then.  nullopt: somebody else changed it meanwhile.
  Task<Result<std::optional<Stored<Service>>>> set_removing(Stored<Service> was,
                                                            bool removing) const;
  /// Removes a service whose door is closed, with its name and the keys that are its own, `keys`, unless `staying` was removed meanwhile:
  /// an account keeps one.  False: a conflict.  At most kKeysRemovedMax keys.
  Task<Result<bool>> remove_service(Stored<Service> was, std::vector<ApiKey> keys,
                                    Stored<Service> staying) const;
  static constexpr std::size_t kKeysRemovedMax = 400;

  /// `also`: further writes of the same commit, which the secret is not for.
  Task<Result<NewApiKey>> create_key(ApiKey key, Random& random,
                                     std::function<void(Commit&, const ApiKey&)> also = {});
  Task<Result<std::vector<ApiKey>>> keys_of(AccountId account) const;
  Task<Status> revoke_key(AccountId account, ApiKeyId id);
  /// auth.invalid_key for a malformed, unknown, revoked or expired secret, always the same words; compared by keyed hash, so
  /// timing says nothing about a stored key.
  Task<Result<ApiKey>> authenticate(std::string secret, TimePoint now) const;

 private:
  Store& store_;
  const IndexKey& index_key_;
};

}  // namespace bauta
