#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "storage/journal/journal_records.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_same(const bauta::JournalEntry& one, const bauta::JournalEntry& other) {
  return one.at == other.at && one.octets == other.octets;
}

std::string written(const bauta::JournalContent& content) {
  std::string octets = bauta::journal_begin(content.begin.value_or(bauta::JournalFile()));
  for (const auto& entry : content.entries) octets += bauta::journal_record(entry);
  return octets;
}

/// What was read, written again, reads as the same.
void check_foreign(std::string_view octets) {
  const auto content = bauta::read_journal_octets(octets);
  require(content.begin || content.entries.empty());
  if (const auto begin = bauta::read_journal_begin(octets))
    require(content.begin && content.begin->store == begin->store);
  const auto again = bauta::read_journal_octets(written(content));
  require(!again.is_damaged && std::ranges::equal(again.entries, content.entries, is_same));
}

/// One entry a line.  None is empty or ends in a zero, which a file system may show instead of what was to be written there.
bauta::JournalContent content_of(std::string_view text) {
  bauta::JournalContent content;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    content.entries.push_back({.octets = std::string(text.substr(0, end)) + '.'});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return content;
}

/// A file of ours that is cut off has lost what stood behind that place and says nothing; one with a bit flipped anywhere is damaged.
void check_ours(std::size_t place, std::string_view text) {
  const auto content = content_of(text);
  const auto octets = written(content);
  const auto cut = bauta::read_journal_octets(octets.substr(0, place % octets.size()));
  require(!cut.is_damaged && cut.entries.size() <= content.entries.size());
  require(std::equal(cut.entries.begin(), cut.entries.end(), content.entries.begin(), is_same));
  // The first record ends in a zero, and is no entry.
  if (content.entries.empty()) return;
  auto flipped = octets;
  auto& octet = flipped[place / 8 % flipped.size()];
  octet = static_cast<char>(octet ^ (1 << place % 8));
  require(bauta::read_journal_octets(flipped).is_damaged);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kPlace = 2;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  check_foreign(octets);
  if (size < kPlace) return 0;
  check_ours(static_cast<std::size_t>(data[0]) << 8 | data[1], octets.substr(kPlace));
  return 0;
}
