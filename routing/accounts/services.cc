#include "routing/accounts/services.h"

#include <utility>

#include "routing/accounts/account.pb.h"
#include "routing/accounts/names.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::uint32_t kListPage = 500;

std::unexpected<Error> corrupt() {
  return fail("storage.corrupt", "the record of a service cannot be read; restore a backup");
}

std::unexpected<Error> name_taken(std::string_view name) {
  return fail("service.name_taken", "there is a service '" + std::string(name) + "' already");
}

Key names_of(AccountId account) { return Key("svcname").id(account); }
Key name_key(AccountId account, std::string_view name) {
  return Key("svcname").id(account).text(name);
}

std::string encode(const Service& service) {
  records::Service record;
  record.set_id(std::string(service.id.bytes()));
  record.set_account(std::string(service.account.bytes()));
  record.set_name(service.name);
  record.set_created_at_ms(to_millis(service.created_at));
  write_settings(record, service.settings);
  if (service.removing) record.set_removing(true);
  return record.SerializeAsString();
}

Result<Stored<Service>> decode_service(const Record& stored) {
  records::Service record;
  if (!record.ParseFromString(stored.value)) return corrupt();
  const auto id = ServiceId::from_bytes(record.id());
  const auto account = AccountId::from_bytes(record.account());
  auto settings = read_settings(record);
  if (!id || !account || !settings) return corrupt();
  return Stored<Service>{.value = {.id = *id,
                                   .account = *account,
                                   .name = record.name(),
                                   .settings = *std::move(settings),
                                   .created_at = from_millis(record.created_at_ms()),
                                   .removing = record.removing()},
                         .version = stored.version};
}

}  // namespace

Key Services::key_of(ServiceId id) { return Key("svc").id(id); }

Status Services::check_name(std::string_view name) {
  if (is_name(name)) return {};
  return fail("service.name_invalid", "a name has 1 to 64 characters of a-z, 0-9, '-' and '_'");
}

void Services::write_new(Commit& commit, const Service& service) {
  const Key name = name_key(service.account, service.name);
  commit.expect(name, kAbsent).put(name, pointer_to(service.id.bytes()));
  commit.put(key_of(service.id), encode(service));
}

Task<Result<std::optional<Stored<Service>>>> Services::find(ServiceId id) const {
  BAUTA_CO_TRY(const auto record, co_await store_.get(key_of(id)));
  if (!record) co_return std::optional<Stored<Service>>{};
  BAUTA_CO_TRY(auto service, decode_service(*record));
  co_return std::optional(std::move(service));
}

Task<Result<std::optional<Stored<Service>>>> Services::find(AccountId account,
                                                            std::string name) const {
  if (!is_name(name)) co_return std::optional<Stored<Service>>{};
  BAUTA_CO_TRY(const auto record, co_await store_.get(name_key(account, name)));
  if (!record) co_return std::optional<Stored<Service>>{};
  BAUTA_CO_TRY(const auto id, follow<ServiceId>(*record));
  co_return co_await find(id);
}

Task<Result<std::vector<Stored<Service>>>> Services::all_of(AccountId account) const {
  std::vector<Stored<Service>> services;
  auto request = ScanRequest::prefix(names_of(account));
  request.records_max = kListPage;
  for (;;) {
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));
    std::vector<Key> keys;
    for (const KeyedRecord& name : page.records) {
      BAUTA_CO_TRY(const auto id, follow<ServiceId>(name.record));
      keys.push_back(key_of(id));
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

Task<Result<Service>> Services::create(AccountId account, std::string name,
                                       ServiceSettings settings, TimePoint now, Random& random,
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
               co_await commit_settled(store_, std::move(commit), key_of(service.id)));
  if (!done) co_return name_taken(name);
  co_return service;
}

Task<Result<std::optional<Service>>> Services::change(
    Stored<Service> was, ServiceSettings settings,
    std::function<void(Commit&, const Service&)> also) {
  const Key key = key_of(was.value.id);
  BAUTA_CO_TRY(auto stored, co_await load<records::Service>(store_, key));
  if (version_of(stored) != was.version) co_return std::optional<Service>{};
  Service changed = was.value;
  changed.settings = std::move(settings);
  // Into the record as it was read, so that what a later version wrote besides survives.
  write_settings(stored->value, changed.settings);
  Commit commit;
  commit.expect(key, was.version).put(key, stored->value.SerializeAsString());
  if (also) also(commit, changed);
  auto outcome = co_await store_.commit(std::move(commit));
  if (std::holds_alternative<Conflict>(outcome)) co_return std::optional<Service>{};
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return std::unexpected(std::move(refused->error));
  if (auto* unknown = std::get_if<Unknown>(&outcome)) {
    // The record tells by what it says: whoever else wrote the same settings did the same.
    BAUTA_CO_TRY(const auto found, co_await find(was.value.id));
    if (!found || found->value.settings != changed.settings)
      co_return std::unexpected(std::move(unknown->error));
  }
  co_return std::optional(std::move(changed));
}

Task<Result<Version>> Services::open_door(Store& store, ServiceId id) {
  BAUTA_CO_TRY(const auto record, co_await store.get(key_of(id)));
  if (!record) co_return fail("service.not_found", "there is no service " + id.str());
  BAUTA_CO_TRY(const auto service, decode_service(*record));
  if (service.value.removing)
    co_return fail("service.removing", "this service is being removed: nothing new is given to it");
  co_return service.version;
}

Task<Result<std::optional<Stored<Service>>>> Services::set_removing(Stored<Service> was,
                                                                    bool removing) const {
  const ServiceId id = was.value.id;
  BAUTA_CO_TRY(auto stored, co_await load<records::Service>(store_, key_of(id)));
  if (version_of(stored) != was.version) co_return std::optional<Stored<Service>>{};
  stored->value.set_removing(removing);
  Commit commit;
  commit.expect(key_of(id), was.version);
  commit.put(key_of(id), stored->value.SerializeAsString());
  BAUTA_CO_TRY(const auto done, co_await commit_once(store_, std::move(commit)));
  if (!done) co_return std::optional<Stored<Service>>{};
  co_return co_await find(id);
}

Task<Result<bool>> Services::remove(Stored<Service> was, std::vector<Key> keys,
                                    Stored<Service> staying,
                                    std::function<void(Commit&, const Service&)> also) const {
  BAUTA_ASSERT(was.value.removing);
  const Service& service = was.value;
  Commit commit;
  commit.expect(key_of(service.id), was.version).erase(key_of(service.id));
  commit.expect(key_of(staying.value.id), staying.version);
  commit.erase(name_key(service.account, service.name));
  for (Key& key : keys) commit.erase(std::move(key));
  if (also) also(commit, service);
  BAUTA_CO_TRY(const auto done, co_await commit_once(store_, std::move(commit)));
  co_return done.has_value();
}

}  // namespace bauta
