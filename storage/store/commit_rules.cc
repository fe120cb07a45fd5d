#include "storage/store/commit_rules.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "storage/store/assert.h"

namespace bauta {

void assert_commit_is_bounded(const Commit& commit) {
  const auto writes = commit.puts.size() + commit.erases.size() + commit.appends.size();
  BAUTA_ASSERT(writes <= Commit::kWritesMax);
  std::size_t bytes = 0;
  std::vector<std::string_view> keys;
  keys.reserve(commit.puts.size() + commit.erases.size());
  for (const auto& put : commit.puts) {
    bytes += put.key.octets().size() + put.value.size();
    keys.emplace_back(put.key.octets());
  }
  for (const auto& key : commit.erases) {
    bytes += key.octets().size();
    keys.emplace_back(key.octets());
  }
  for (const auto& append : commit.appends) {
    bytes += append.prefix.octets().size() + append.value.size();
  }
  BAUTA_ASSERT(bytes <= Commit::kBytesMax + writes * kWrapOctetsMax);
  std::ranges::sort(keys);
  BAUTA_ASSERT(std::ranges::adjacent_find(keys) == keys.end());
}

bool is_empty(const Commit& commit) {
  return commit.puts.empty() && commit.erases.empty() && commit.appends.empty();
}

Key position_key(const Key& prefix, Position position) {
  return Key::from_octets(prefix.octets()).u64(position);
}

}  // namespace bauta
