#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "routing/accounts/service_settings.h"
#include "storage/store/clock.h"
#include "storage/store/random.h"
#include "storage/store/records.h"

namespace bauta {

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

/// The services of all accounts.  Thread-safe, reads no clock.  Error codes, beside those of the store: service.not_found,
/// service.name_taken, service.name_invalid, service.removing.
/// Keys: `svc/<svc>` (guard of a service's existence), `svcname/<acct>/<name>`.
class Services {
 public:
  explicit Services(Store& store) : store_(store) {}

  Task<Result<std::optional<Stored<Service>>>> find(ServiceId id) const;
  Task<Result<std::optional<Stored<Service>>>> find(AccountId account, std::string name) const;
  Task<Result<std::vector<Stored<Service>>>> all_of(AccountId account) const;
  static Key key_of(ServiceId id);

  /// Codes: service.name_invalid.
  static Status check_name(std::string_view name);
  /// Adds a new one to the commit, which expects that its name is free.
  static void write_new(Commit& commit, const Service& service);
  /// `also`: further writes of the same commit.
  Task<Result<Service>> create(AccountId account, std::string name, ServiceSettings settings,
                               TimePoint now, Random& random,
                               std::function<void(Commit&, const Service&)> also = {});
  /// Expects `was`; nullopt: somebody else changed it meanwhile.
  Task<Result<std::optional<Service>>> change(
      Stored<Service> was, ServiceSettings settings,
      std::function<void(Commit&, const Service&)> also = {});

  /// For commits that give a service something of its own, which expect this version.  Codes: service.not_found, service.removing.
  static Task<Result<Version>> open_door(Store& store, ServiceId id);
  /// Closes the door to what is new, or opens it again; how it stands then.  nullopt: somebody else changed it meanwhile.
  Task<Result<std::optional<Stored<Service>>>> set_removing(Stored<Service> was,
                                                            bool removing) const;
  /// Removes a service whose door is closed, with its name and its keys, whose records are `keys`, unless `staying` was removed meanwhile:
  /// an account keeps one.  False: a conflict.
  Task<Result<bool>> remove(Stored<Service> was, std::vector<Key> keys, Stored<Service> staying,
                            std::function<void(Commit&, const Service&)> also = {}) const;

 private:
  Store& store_;
};

}  // namespace bauta
