#include "routing/accounts/account.pb.h"
#include "routing/accounts/audit.h"
#include "routing/accounts/services.h"
#include "routing/desk/desk.pb.h"
#include "routing/inspection/inspector.h"

namespace bauta {
namespace {

/// What a name or a list points to.
Result<std::string> pointed_at(const Record& record) {
  records::Pointer pointer;
  if (!pointer.ParseFromString(record.value)) return fail("storage.corrupt", "");
  return pointer.id();
}

template <class T>
Result<T> parse(const Record& record) {
  T message;
  if (!message.ParseFromString(record.value)) return fail("storage.corrupt", "");
  return message;
}

}  // namespace

Task<Status> Inspector::account(KeyedRecord record) {
  const auto account = parsed<records::Account>(record);
  if (!account) co_return Status{};
  const auto id = AccountId::from_bytes(account->id());
  if (!id || Key("acct").id(*id) != record.key) {
    report(record.key, "says that it is another account");
    co_return Status{};
  }
  BAUTA_CO_TRY(const auto name,
               co_await look_up(Key("acctname").text(account->name()), pointed_at));
  if (name.is_missing()) report(record.key, "has a name that is not filed");
  if (name.value && *name.value != account->id()) {
    report(record.key, "has a name that is filed as another account's");
  }
  co_return Status{};
}

Task<Status> Inspector::account_name(KeyedRecord record) {
  const auto pointer = parsed<records::Pointer>(record);
  if (!pointer) co_return Status{};
  const auto id = AccountId::from_bytes(pointer->id());
  if (!id) {
    report(record.key, "cannot be decoded");
    co_return Status{};
  }
  BAUTA_CO_TRY(const bool there, co_await exists(Key("acct").id(*id)));
  if (!there) report(record.key, "is the name of an account that does not exist");
  co_return Status{};
}

Task<Status> Inspector::service(KeyedRecord record) {
  const auto service = parsed<records::Service>(record);
  if (!service) co_return Status{};
  const auto id = ServiceId::from_bytes(service->id());
  const auto account = AccountId::from_bytes(service->account());
  if (!id || !account || Services::key_of(*id) != record.key) {
    report(record.key, "says that it is another service");
    co_return Status{};
  }
  BAUTA_CO_TRY(const bool owned, co_await exists(Key("acct").id(*account)));
  if (!owned) report(record.key, "is of an account that does not exist");
  BAUTA_CO_TRY(const auto name,
               co_await look_up(Key("svcname").id(*account).text(service->name()), pointed_at));
  if (name.is_missing()) report(record.key, "has a name that is not filed");
  if (name.value && *name.value != service->id()) {
    report(record.key, "has a name that is filed as another service's");
  }
  co_return Status{};
}

Task<Status> Inspector::service_name(KeyedRecord record) {
  const auto pointer = parsed<records::Pointer>(record);
  if (!pointer) co_return Status{};
  const auto id = ServiceId::from_bytes(pointer->id());
  if (!id) {
    report(record.key, "cannot be decoded");
    co_return Status{};
  }
  BAUTA_CO_TRY(const bool there, co_await exists(Services::key_of(*id)));
  if (!there) report(record.key, "is the name of a service that does not exist");
  co_return Status{};
}

Task<Status> Inspector::api_key(KeyedRecord record) {
  const auto key = parsed<records::ApiKey>(record);
  if (!key) co_return Status{};
  const auto id = ApiKeyId::from_bytes(key->id());
  const auto account = AccountId::from_bytes(key->account());
  if (!id || !account) {
    report(record.key, "cannot be decoded");
    co_return Status{};
  }
  BAUTA_CO_TRY(const bool owned, co_await exists(Key("acct").id(*account)));
  if (!owned) report(record.key, "is of an account that does not exist");
  BAUTA_CO_TRY(const auto listed, co_await look_up(Key("keyid").id(*account).id(*id), pointed_at));
  if (listed.is_missing()) report(record.key, "is not in its account's list of keys");
  if (listed.value && Key("key").octets() + *listed.value != record.key.octets()) {
    report(record.key, "stands in its account's list as another key");
  }
  co_return Status{};
}

Task<Status> Inspector::api_key_id(KeyedRecord record) {
  const auto pointer = parsed<records::Pointer>(record);
  if (!pointer) co_return Status{};
  const auto parts = *read_shape(record.key, "ak");
  BAUTA_CO_TRY(const auto key,
               co_await look_up(Key::from_octets(Key("key").octets() + pointer->id()),
                                parse<records::ApiKey>));
  if (key.is_missing()) report(record.key, "lists a key that does not exist");
  if (key.value && (key.value->account() != parts[0] || key.value->id() != parts[1])) {
    report(record.key, "lists a key of another name");
  }
  co_return Status{};
}

/// Its account may be gone: the entries stay until their time.
Task<Status> Inspector::audit_entry(KeyedRecord record) {
  entry_of_log(record);
  static_cast<void>(readable(record.key, AuditLog::decode(record)));
  co_return Status{};
}

Task<Status> Inspector::kept_answer(KeyedRecord record) {
  static_cast<void>(parsed<records::KeptAnswer>(record));
  co_return Status{};
}

}  // namespace bauta
