#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "routing/accounts/keys.h"
#include "routing/accounts/services.h"
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

/// An account as it was made: with a service, and a key to all of it.
struct NewAccount {
  Account account;
  Service service;
  NewApiKey key;
};

/// The accounts.  Thread-safe, reads no clock.  Error codes, beside those of the store: account.name_taken, account.name_invalid,
/// service.name_invalid.
/// Keys: `acct/<acct>`, `acctname/<name>`.
class Accounts {
 public:
  Accounts(Store& store, const IndexKey& index_key)
      : store_(store), services_(store), keys_(store, index_key) {}

  /// The account and the service `name` of it, made in one commit.  For `bauta init` and `bauta dev`: found again if they exist.  `also`: further
  /// writes of the commit that makes either; its account is nullptr if that was there before.
  Task<Result<Service>> ensure_with_service(
      std::string account, std::string service, TimePoint now, Random& random,
      std::function<void(Commit&, const Account*, const Service&)> also = {});

  /// An account `name` (named as services are), its service "default", and its first key, which may do all but what the operator's alone may:
  /// made in one commit.  `key_expires_at`: none: never.  `also`: further writes of the commit, which the secret is not for.
  Task<Result<NewAccount>> create(std::string name, std::optional<TimePoint> key_expires_at,
                                  TimePoint now, Random& random,
                                  std::function<void(Commit&, const NewAccount&)> also = {});
  Task<Result<std::vector<Account>>> all() const;

 private:
  Store& store_;
  Services services_;
  ApiKeys keys_;
};

}  // namespace bauta
