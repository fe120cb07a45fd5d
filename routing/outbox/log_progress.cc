#include "routing/outbox/log_progress.h"

#include <algorithm>

#include "routing/outbox/outbox.pb.h"
#include "routing/outbox/work_log.h"

namespace bauta {
namespace {

/// The mark is written with every so many-th outcome; reading a little twice after a restart costs less than a put a text.
constexpr std::uint32_t kOutcomesPerMark = 64;
constexpr std::size_t kSpentPerCommit = 100;

Key mark_key(std::uint32_t partition) { return Key("mark").u64(partition); }

}  // namespace

Task<Status> LogProgress::find_mark() {
  BAUTA_CO_TRY(const auto mark, co_await load<records::LowWaterMark>(store_, mark_key(partition_)));
  if (read_to_ == 0 && mark) read_to_ = mark->value.position() - 1;
  co_return Status();
}

Task<Result<LogProgress::Entries>> LogProgress::read_page() {
  auto request = ScanRequest::prefix(work_log(partition_));
  request.after = work_log_entry(partition_, read_to_);
  request.records_max = kPage;
  BAUTA_CO_TRY(const auto page, co_await store_.scan(std::move(request)));
  Entries entries;
  entries.reserve(page.records.size());
  for (const auto& record : page.records) {
    KeyReader reader(record.key, "out");
    reader.u64();
    const auto position = reader.u64();
    BAUTA_CO_TRY(auto entry, decode_work_entry(record.record));
    entries.emplace_back(position, std::move(entry));
  }
  co_return entries;
}

std::vector<const LaneKey*> LogProgress::holding_back(std::size_t most) const {
  std::vector<const LaneKey*> lanes;
  for (const auto& [position, lane] : open_) {
    if (!is_holding_back(position) || lanes.size() == most) break;
    lanes.push_back(lane);
  }
  return lanes;
}

/// With very many open it may be more, or they would be appended again in turn without end.
Position LogProgress::span() const { return std::max<Position>(span_max_, 4 * open_.size()); }

std::vector<Position> LogProgress::ride_along(Commit& commit) {
  std::vector<Position> carried;
  for (const auto position : spent_) {
    if (carried.size() == kSpentPerCommit) break;
    carried.push_back(position);
    commit.erase(work_log_entry(partition_, position));
  }
  if (++outcomes_since_mark_ < kOutcomesPerMark) return carried;
  outcomes_since_mark_ = 0;
  // Below the mark nobody looks: what is not erased by then would never be.
  const auto rest = carried.empty() ? spent_.begin() : spent_.upper_bound(carried.back());
  auto lowest = open_.empty() ? read_to_ + 1 : open_.begin()->first;
  if (rest != spent_.end()) lowest = std::min(lowest, *rest);
  records::LowWaterMark mark;
  mark.set_position(lowest);
  commit.put(mark_key(partition_), mark.SerializeAsString());
  return carried;
}

void LogProgress::landed(const std::vector<Position>& carried) {
  for (const auto position : carried) spent_.erase(position);
}

}  // namespace bauta
