#include "storage/seal/salvage.h"

#include <utility>

#include "storage/seal/seal.h"
#include "storage/store/clear_keys.h"

namespace bauta {
namespace {

std::unexpected<Error> unopened() {
  return fail("storage.corrupt", "a record does not open; restore a backup");
}

}  // namespace

Task<Result<std::optional<Record>>> SalvageStore::get(Key key) {
  BAUTA_CO_TRY(auto record, co_await inner_.get(key));
  if (record && !open(key, *record)) co_return unopened();
  co_return record;
}

Task<Result<std::vector<std::optional<Record>>>> SalvageStore::multi_get(std::vector<Key> keys) {
  BAUTA_CO_TRY(auto records, co_await inner_.multi_get(keys));
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (records[at] && !open(keys[at], *records[at])) co_return unopened();
  }
  co_return records;
}

Task<Result<ScanPage>> SalvageStore::scan(ScanRequest request) {
  BAUTA_CO_TRY(auto page, co_await inner_.scan(std::move(request)));
  if (page.more && !page.resume_after) page.resume_after = page.records.back().key;
  std::erase_if(page.records, [&](KeyedRecord& keyed) {
    if (open(keyed.key, keyed.record)) return false;
    unreadable_(keyed.key);
    return true;
  });
  co_return page;
}

Task<CommitOutcome> SalvageStore::commit(Commit) {
  co_return Refused{{.code = "storage.closed", .detail = "the store was opened to be read"}};
}

std::unique_ptr<Subscription> SalvageStore::subscribe(Key prefix, Executor executor,
                                                      std::function<void()> hint) {
  return inner_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
}

bool SalvageStore::open(const Key& key, Record& record) const {
  if (is_in_clear(key)) return true;
  auto value = open_seal(keys_, key, record);
  if (!value) return false;
  record.value = *std::move(value);
  return true;
}

}  // namespace bauta
