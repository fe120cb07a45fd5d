#include "storage/seal/sealed_store.h"

#include <utility>

#include "storage/seal/seal.h"
#include "storage/store/assert.h"
#include "storage/store/clear_keys.h"

namespace bauta {

Task<Result<std::optional<Record>>> SealedStore::get(Key key) {
  BAUTA_CO_TRY(auto record, co_await inner_.get(key));
  if (record) BAUTA_CO_CHECK(open(key, *record));
  co_return record;
}

Task<Result<std::vector<std::optional<Record>>>> SealedStore::multi_get(std::vector<Key> keys) {
  BAUTA_CO_TRY(auto records, co_await inner_.multi_get(keys));
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (records[at]) BAUTA_CO_CHECK(open(keys[at], *records[at]));
  }
  co_return records;
}

Task<Result<ScanPage>> SealedStore::scan(ScanRequest request) {
  BAUTA_CO_TRY(auto page, co_await inner_.scan(std::move(request)));
  for (auto& [key, record] : page.records) BAUTA_CO_CHECK(open(key, record));
  co_return page;
}

Task<CommitOutcome> SealedStore::commit(Commit commit) {
  for (auto& put : commit.puts) {
    BAUTA_ASSERT(!is_in_clear(put.key));
    put.value = seal(keys_, nonces_, SealBinding::key, put.key, put.expiry, put.value);
  }
  for (const auto& key : commit.erases) BAUTA_ASSERT(!is_in_clear(key));
  for (auto& append : commit.appends) {
    append.value =
        seal(keys_, nonces_, SealBinding::prefix, append.prefix, append.expiry, append.value);
  }
  co_return co_await inner_.commit(std::move(commit));
}

std::unique_ptr<Subscription> SealedStore::subscribe(Key prefix, Executor executor,
                                                     std::function<void()> hint) {
  return inner_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
}

Status SealedStore::open(const Key& key, Record& record) const {
  if (is_in_clear(key)) return Status{};
  BAUTA_TRY(record.value, open_seal(keys_, key, record));
  return Status{};
}

}  // namespace bauta
