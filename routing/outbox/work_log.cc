#include "routing/outbox/work_log.h"

#include "routing/outbox/delivery.h"
#include "storage/store/records.h"

namespace bauta {

Key work_log_entry(std::uint32_t partition, Position position) {
  return Key(work_log(partition)).u64(position);
}

Task<Status> append_again(Store& store, std::uint32_t partition,
                          std::vector<std::pair<Position, Position>> entries) {
  std::vector<Key> keys;
  keys.reserve(entries.size());
  for (const auto& [position, first] : entries) keys.push_back(work_log_entry(partition, position));
  BAUTA_CO_TRY(const auto records, co_await store.multi_get(keys));
  Commit commit;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (!records[at]) continue;
    BAUTA_CO_TRY(auto entry, decode_work_entry(*records[at]));
    entry.first_position = entries[at].second;
    commit.expect(keys[at], records[at]->version);
    commit.erase(keys[at]);
    commit.append(work_log(partition), encode_work_entry(entry));
  }
  if (commit.appends.empty()) co_return Status();
  BAUTA_CO_CHECK(co_await commit_once(store, std::move(commit)));
  co_return Status();
}

}  // namespace bauta
