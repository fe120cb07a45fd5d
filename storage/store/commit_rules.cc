#include "storage/store/commit_rules.h"

#include <set>
#include <string_view>

#include "storage/store/assert.h"

namespace bauta {

void assert_commit_is_bounded(const Commit& commit) {
  const auto writes = commit.puts.size() + commit.erases.size() + commit.appends.size();
  BAUTA_ASSERT(writes <= Commit::kWritesMax);
  std::size_t bytes = 0;
  std::set<std::string_view> keys;
  for (const auto& put : commit.puts) {
    bytes += put.key.octets().size() + put.value.size();
    BAUTA_ASSERT(keys.insert(put.key.octets()).second);
  }
  for (const auto& key : commit.erases) BAUTA_ASSERT(keys.insert(key.octets()).second);
  for (const auto& append : commit.appends) bytes += append.prefix.octets().size() + append.value.size();
  BAUTA_ASSERT(bytes <= Commit::kBytesMax);
}

}  // namespace bauta
