#include "storage/seal/key_ring.h"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "storage/seal/aead.h"
#include "storage/seal/key_ring.pb.h"
#include "storage/store/assert.h"
#include "storage/store/clear_keys.h"
#include "storage/store/records.h"

namespace bauta {
namespace {

// What wrapped keys are bound to; on disk: never change.
constexpr std::string_view kIndexBinding = "bauta/keyring/index";
std::string data_binding(std::uint32_t id) { return "bauta/keyring/data/" + std::to_string(id); }

/// The same for the same master key, and tells nothing about it.  On disk: never change.
std::string check_of(const MasterKey& master) {
  constexpr std::string_view kLabel = "bauta/keyring/check";
  std::string check(16, '\0');
  const auto octets_of = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  crypto_generichash(reinterpret_cast<unsigned char*>(check.data()), check.size(),
                     octets_of(kLabel), kLabel.size(), octets_of(master.secret().reveal()),
                     master.secret().size());
  return check;
}

Secret random_key(Random& random) {
  Secret key(kAeadKeyOctets);
  random.fill(key.octets());
  return key;
}

std::string wrap_key(const Secret& key, std::string_view binding, const MasterKey& master,
                     Random& random) {
  std::string wrapped;
  aead_seal(master.secret(), random, key.reveal(), binding, wrapped);
  return wrapped;
}

std::unexpected<Error> damaged() {
  return fail("storage.corrupt", "the key ring is damaged; restore a backup");
}

Result<Secret> unwrap_key(std::string_view wrapped, std::string_view binding,
                          const MasterKey& master) {
  auto key = aead_open(master.secret(), wrapped, binding);
  if (!key || key->size() != kAeadKeyOctets) return damaged();
  return Secret::take(*key);
}

/// Whether the store holds anything but what stands in clear.
Task<Result<bool>> holds_records(Store& store) {
  const Key meta("meta");
  for (const auto& [from, to] : {std::pair(Key::from_octets(""), meta),
                                 std::pair(meta.end_of_prefix(), Key::from_octets("\xff"))}) {
    BAUTA_CO_TRY(const auto page, co_await store.scan({.from = from, .to = to, .records_max = 1}));
    if (!page.records.empty() || page.more) co_return true;
  }
  co_return false;
}

}  // namespace

KeyRing::KeyRing(Keys keys) : index_key_(keys.index.octets().first<IndexKey::kOctets>()) {
  publish(std::move(keys));
}

std::unique_ptr<KeyRing> KeyRing::ephemeral(Random& random) {
  return std::unique_ptr<KeyRing>(new KeyRing(make_keys(random, TimePoint{})));
}

Task<Result<std::unique_ptr<KeyRing>>> KeyRing::open(Store& store, MasterKey master, Random& random,
                                                     TimePoint now) {
  BAUTA_CO_TRY(const auto record, co_await store.get(key_ring_key()));
  if (record) {
    BAUTA_CO_TRY(auto keys, unwrap(*record, master));
    co_return std::unique_ptr<KeyRing>(new KeyRing(std::move(keys)));
  }
  BAUTA_CO_TRY(const auto in_use, co_await holds_records(store));
  if (in_use) {
    // A new ring would open nothing of what is there.
    co_return fail("storage.corrupt", "the store has records but no key ring; restore a backup");
  }
  auto keys = make_keys(random, now);
  BAUTA_CO_CHECK(co_await replace_record(store, wrap(keys, master, random), kAbsent));
  co_return std::unique_ptr<KeyRing>(new KeyRing(std::move(keys)));
}

Task<Status> KeyRing::add_data_key(Store& store, MasterKey master, Random& random, TimePoint now) {
  BAUTA_CO_TRY(const auto record, co_await load_record(store));
  BAUTA_CO_TRY(auto keys, unwrap(record, master));
  const auto id = std::ranges::max_element(keys.data, {}, &DataKey::id)->id + 1;
  keys.data.push_back(make_data_key(id, random, now));
  keys.sealing_id = id;
  // Nothing is sealed with a key that is not yet durable.
  BAUTA_CO_CHECK(co_await replace_record(store, wrap(keys, master, random), record.version));
  publish(std::move(keys));
  co_return Status{};
}

Task<Status> KeyRing::change_master_key(Store& store, MasterKey from, MasterKey to,
                                        Random& random) {
  BAUTA_CO_TRY(const auto record, co_await load_record(store));
  BAUTA_CO_TRY(const auto keys, unwrap(record, from));
  co_return co_await replace_record(store, wrap(keys, to, random), record.version);
}

std::pair<std::uint32_t, const Secret&> KeyRing::sealing() const {
  const auto& keys = *current_.load(std::memory_order_acquire);
  return {keys.sealing_id, *find(keys.sealing_id)};
}

const Secret* KeyRing::find(std::uint32_t id) const {
  const auto& keys = *current_.load(std::memory_order_acquire);
  const auto found = std::ranges::find(keys.data, id, &DataKey::id);
  return found == keys.data.end() ? nullptr : &found->key;
}

KeyRing::DataKey KeyRing::make_data_key(std::uint32_t id, Random& random, TimePoint now) {
  return {.id = id, .since = now, .key = random_key(random)};
}

KeyRing::Keys KeyRing::make_keys(Random& random, TimePoint now) {
  Keys keys{.data = {}, .sealing_id = 1, .index = random_key(random)};
  keys.data.push_back(make_data_key(1, random, now));
  return keys;
}

Result<KeyRing::Keys> KeyRing::unwrap(const Record& record, const MasterKey& master) {
  records::KeyRing ring;
  if (!ring.ParseFromString(record.value)) return damaged();
  if (ring.master_check() != check_of(master)) {
    return fail("seal.wrong_master_key",
                "this store was sealed under another master key; nothing was changed");
  }
  BAUTA_TRY(auto index, unwrap_key(ring.index_key(), kIndexBinding, master));
  Keys keys{.data = {}, .sealing_id = ring.sealing_id(), .index = std::move(index)};
  for (const auto& wrapped : ring.data_keys()) {
    BAUTA_TRY(auto key, unwrap_key(wrapped.wrapped(), data_binding(wrapped.id()), master));
    keys.data.push_back(
        {.id = wrapped.id(), .since = from_millis(wrapped.since_ms()), .key = std::move(key)});
  }
  if (std::ranges::find(keys.data, keys.sealing_id, &DataKey::id) == keys.data.end()) {
    return damaged();
  }
  return keys;
}

std::string KeyRing::wrap(const Keys& keys, const MasterKey& master, Random& random) {
  records::KeyRing ring;
  ring.set_master_check(check_of(master));
  ring.set_sealing_id(keys.sealing_id);
  ring.set_index_key(wrap_key(keys.index, kIndexBinding, master, random));
  for (const auto& key : keys.data) {
    auto& wrapped = *ring.add_data_keys();
    wrapped.set_id(key.id);
    wrapped.set_since_ms(to_millis(key.since));
    wrapped.set_wrapped(wrap_key(key.key, data_binding(key.id), master, random));
  }
  return ring.SerializeAsString();
}

Task<Result<Record>> KeyRing::load_record(Store& store) {
  BAUTA_CO_TRY(auto record, co_await store.get(key_ring_key()));
  if (!record) co_return fail("storage.corrupt", "the store has no key ring; restore a backup");
  co_return std::move(*record);
}

Task<Status> KeyRing::replace_record(Store& store, std::string value, Version expected) {
  Commit commit;
  commit.expect(key_ring_key(), expected).put(key_ring_key(), std::move(value));
  BAUTA_CO_TRY(const auto committed, co_await commit_once(store, std::move(commit)));
  if (!committed)
    co_return fail("storage.contended", "somebody else changed the key ring; try again");
  co_return Status{};
}

void KeyRing::publish(Keys keys) {
  const MutexLock lock(mutex_);
  published_.push_back(std::make_unique<const Keys>(std::move(keys)));
  current_.store(published_.back().get(), std::memory_order_release);
}

}  // namespace bauta
