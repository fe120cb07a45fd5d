#include "routing/outbox/partition.h"

#include <algorithm>
#include <utility>

#include "routing/outbox/departure.h"
#include "routing/outbox/ending.h"
#include "routing/outbox/lanes.h"
#include "routing/outbox/log_progress.h"
#include "routing/outbox/work_log.h"
#include "storage/store/assert.h"
#include "storage/store/planted.h"

namespace bauta {
namespace {

constexpr TimePoint kAtOnce{};
constexpr std::size_t kMovedPerCommit = 100;
constexpr std::size_t kLanesWoken = 100;

}  // namespace

class Partition::Impl {
 public:
  Impl(std::uint32_t partition, RelayParts parts, CarrierPort& carriers, std::vector<Stage*> stages,
       Position span_max)
      : partition_(partition),
        parts_(parts),
        log_(parts.store, partition, span_max),
        departure_(partition, parts, carriers, std::move(stages), lanes_, log_) {}

  ~Impl() { count_waiting(-static_cast<std::int64_t>(texts_waiting_)); }

  Task<Status> start();
  Task<Status> read_on();
  std::vector<LaneKey> take_ready(TimePoint now, std::size_t most) {
    wake_barred();
    return lanes_.take_ready(now, most);
  }
  Task<void> step(LaneKey key);
  std::optional<TimePoint> next_due() const {
    if (parts_.breakers->closings() != closings_seen_) return kAtOnce;
    return lanes_.next_due();
  }
  std::size_t texts_waiting() const { return texts_waiting_; }
  std::optional<TimePoint> oldest_waiting() const { return lanes_.oldest_text(); }

 private:
  Task<Status> recover(LogProgress::Entries entries);
  Task<Status> recover_claimed(Stored<Delivery> cut_off);
  void add(Position position, const WorkEntry& entry);
  void moved(Position position, const WorkEntry& entry);
  void wake_what_holds_mark_back();
  Task<void> append_old_ones_again(LaneKey key);
  void pop(Lane& lane);
  Task<void> end_surplus(LaneKey key);
  Task<Result<bool>> end_one_too_many(WaitingText surplus);
  void count_waiting(std::int64_t by);

  Task<TimePoint> step_head(LaneKey key);
  void wake_barred();

  std::uint32_t partition_;
  RelayParts parts_;
  LogProgress log_;
  Lanes lanes_;
  Departure departure_;
  std::size_t texts_waiting_ = 0;
  /// When lanes were last looked through for those that waited for a breaker.
  std::uint64_t closings_seen_ = 0;
  bool started_ = false;
  bool reading_ = false;
  bool read_again_ = false;
};

// ---- The log -------------------------------------------------------------------------------------------------------------------------

Task<Status> Partition::Impl::start() {
  BAUTA_CO_CHECK(co_await log_.find_mark());
  for (;;) {
    BAUTA_CO_TRY(auto entries, co_await log_.read_page());
    if (entries.empty()) {
      started_ = true;
      co_return Status();
    }
    BAUTA_CO_CHECK(co_await recover(std::move(entries)));
  }
}

Task<Status> Partition::Impl::recover(LogProgress::Entries entries) {
  std::vector<Key> keys;
  keys.reserve(entries.size());
  for (const auto& [position, entry] : entries) {
    keys.push_back(delivery_key(entry.lane.service, entry.message, entry.seat));
  }
  BAUTA_CO_TRY(const auto deliveries, co_await parts_.store.multi_get(std::move(keys)));
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const auto& [position, entry] = entries[at];
    if (entry.nudge || !deliveries[at]) {
      log_.spend(position);
      log_.has_read(position);
      continue;
    }
    BAUTA_CO_TRY(auto delivery, decode_delivery(*deliveries[at]));
    if (delivery.value.state == DeliveryState::sent || is_final(delivery.value.state)) {
      log_.spend(position);
      log_.has_read(position);
      continue;
    }
    // After a crash exactly the claimed ones are unknown.
    if (delivery.value.state == DeliveryState::claimed) {
      BAUTA_CO_CHECK(co_await recover_claimed(std::move(delivery)));
    }
    add(position, entry);
    log_.has_read(position);
  }
  co_return Status();
}

Task<Status> Partition::Impl::recover_claimed(Stored<Delivery> cut_off) {
  const auto now = parts_.clock.now(cut_off.value.service);
  Delivery changed = cut_off.value;
  if (!planted(PlantedBug::crash_not_counted)) ++changed.crash_count;
  if (planted(PlantedBug::crash_counted_twice)) ++changed.crash_count;
  changed.updated_at = now;
  const bool poison = changed.crash_count >= parts_.limits.crash_count_max;
  changed.state = poison ? DeliveryState::failed : DeliveryState::unknown;
  changed.error_code = poison ? "poison" : "";
  Commit commit;
  write_change(commit, changed, cut_off.value, cut_off.version, parts_.random);
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  // A conflict: a receipt came first, and what it wrote is better than what we know.
  if (!committed) co_return Status();
  parts_.metrics.crashed_claim();
  if (poison) parts_.metrics.dead_letter("poison");
  co_return Status();
}

Task<Status> Partition::Impl::read_on() {
  if (reading_) {
    read_again_ = true;
    co_return Status();
  }
  reading_ = true;
  Status status;
  for (bool more = true; more && status;) {
    read_again_ = false;
    const auto page = co_await log_.read_page();
    if (!page) {
      status = std::unexpected(page.error());
      break;
    }
    for (const auto& [position, entry] : *page) {
      log_.has_read(position);
      add(position, entry);
    }
    more = page->size() == LogProgress::kPage || read_again_;
  }
  reading_ = false;
  wake_what_holds_mark_back();
  co_return status;
}

void Partition::Impl::add(Position position, const WorkEntry& entry) {
  if (entry.nudge) {
    log_.spend(position);
    const auto [key, lane] = lanes_.find(entry.lane);
    if (lane == nullptr) return;
    if (lane->running) {
      lane->look_again = true;
    } else {
      lanes_.schedule(*key, *lane, kAtOnce);
    }
    return;
  }
  if (entry.first_position != 0 && started_) return moved(position, entry);
  const auto [key, found] = lanes_.find_or_add(entry.lane);
  auto& lane = *found;
  log_.open(position, key);
  put_in_order(lane.texts, {.position = position,
                            .order = entry.first_position == 0 ? position : entry.first_position,
                            .message = entry.message,
                            .seat = entry.seat});
  const bool full = lane.texts.size() > parts_.limits.lane_texts_max;
  if (full) {
    put_in_order(lane.surplus, lane.texts.back());
    lane.texts.pop_back();
  }
  count_waiting(1);
  if (lane.running) {
    lane.look_again = lane.look_again || full;
  } else if (full || lane.texts.size() == 1) {
    lanes_.schedule(*key, lane, kAtOnce);
  }
}

/// We appended this entry again ourselves: the text has its place in its lane, and lies elsewhere in the log.
void Partition::Impl::moved(Position position, const WorkEntry& entry) {
  if (const auto [key, lane] = lanes_.find(entry.lane); lane != nullptr) {
    const auto text = std::ranges::find(lane->texts, entry.first_position, &WaitingText::order);
    if (text != lane->texts.end()) {
      log_.close(text->position);
      log_.open(position, key);
      text->position = position;
      return;
    }
  }
  log_.spend(position);  // through meanwhile
}

void Partition::Impl::wake_what_holds_mark_back() {
  for (const auto* const key : log_.holding_back(kLanesWoken)) {
    auto& lane = lanes_.at(*key);
    if (!lane.running) lanes_.schedule(*key, lane, kAtOnce);
  }
}

/// Not only what holds the mark back by now, but the older half, so that a lane's texts go together.
/// Where they lie then is learned by reading on, as of any entry: what we know of the log is never ahead of what we read.
Task<void> Partition::Impl::append_old_ones_again(LaneKey key) {
  std::vector<std::pair<Position, Position>> entries;
  for (const auto& text : lanes_.at(key).texts) {
    if (log_.is_old(text.position) && entries.size() < kMovedPerCommit)
      entries.emplace_back(text.position, text.order);
  }
  if (entries.empty()) co_return;
  // If it fails nothing has changed, or reading on tells: the lane's next step tries again what is still where it was.
  static_cast<void>(co_await append_again(parts_.store, partition_, std::move(entries)));
}

void Partition::Impl::count_waiting(std::int64_t by) {
  texts_waiting_ += static_cast<std::size_t>(by);
  parts_.metrics.lane_texts_changed(by);
  parts_.backlog->change(by);
}

// ---- Lanes ---------------------------------------------------------------------------------------------------------------------------

Task<void> Partition::Impl::step(LaneKey key) {
  auto& lane = lanes_.at(key);
  BAUTA_ASSERT(lane.running && !lane.is_empty());
  if (!lane.surplus.empty()) co_await end_surplus(key);
  if (log_.is_held_back()) co_await append_old_ones_again(key);
  TimePoint due = parts_.clock.now(key.service) + kLookAgain;
  if (!lane.texts.empty()) due = co_await step_head(key);
  lane.running = false;
  if (std::exchange(lane.look_again, false)) due = kAtOnce;
  // It closed while the lane looked at it.
  if (lane.barred_at && *lane.barred_at != parts_.breakers->closings()) due = kAtOnce;
  if (lane.is_empty()) {
    lanes_.erase(key);
  } else {
    lanes_.schedule(key, lane, due);
  }
}

/// What waits for a breaker need not wait until it is tried again, if another text has found that the carrier is there.
void Partition::Impl::wake_barred() {
  const auto closings = parts_.breakers->closings();
  if (std::exchange(closings_seen_, closings) != closings) lanes_.wake_barred(closings);
}

/// When the lane is to be looked at again, if there is anything left in it.
Task<TimePoint> Partition::Impl::step_head(LaneKey key) {
  const Position position = lanes_.at(key).texts.front().position;
  const auto progress = co_await departure_.advance(key);
  const TimePoint now = parts_.clock.now(key.service);
  // After a failure of the store nothing was decided: the same step again.
  if (!progress) co_return now + kLookAgain;
  if (const auto* const due = std::get_if<TimePoint>(&*progress)) co_return *due;
  auto& lane = lanes_.at(key);
  departure_.give_turn_back(key);
  // Moved while it ended: its end erased the entry where it lay before.
  if (lane.texts.front().position != position) log_.spend(lane.texts.front().position);
  pop(lane);
  co_return now;  // behind the lanes that wait already: they take turns
}

void Partition::Impl::pop(Lane& lane) {
  log_.close(lane.texts.front().position);
  lane.texts.pop_front();
  count_waiting(-1);
}

/// What came beyond the lane's limit ends at once: the carrier was answered with success, and so nothing ends silently (promise 3).
Task<void> Partition::Impl::end_surplus(LaneKey key) {
  auto& lane = lanes_.at(key);
  while (!lane.surplus.empty()) {
    const auto ended = co_await end_one_too_many(lane.surplus.front());
    if (!ended || !*ended) co_return;  // with the lane's next step
    log_.close(lane.surplus.front().position);
    lane.surplus.pop_front();
    count_waiting(-1);
  }
}

/// False: a conflict.
Task<Result<bool>> Partition::Impl::end_one_too_many(WaitingText surplus) {
  BAUTA_CO_TRY(const auto entry,
               co_await parts_.store.get(work_log_entry(partition_, surplus.position)));
  if (!entry) co_return true;
  BAUTA_CO_TRY(const auto work, decode_work_entry(*entry));
  BAUTA_CO_TRY(const auto record, co_await parts_.store.get(delivery_key(
                                      work.lane.service, surplus.message, surplus.seat)));
  if (!record) {  // erased with its session
    log_.spend(surplus.position);
    co_return true;
  }
  BAUTA_CO_TRY(auto delivery, decode_delivery(*record));
  // A dead letter that is tried again comes as queued.
  if (delivery.value.state != DeliveryState::received &&
      delivery.value.state != DeliveryState::queued) {
    log_.spend(surplus.position);
    co_return true;
  }
  BAUTA_CO_TRY(const auto progress,
               co_await departure_.end(surplus, std::move(delivery), "lane.full"));
  co_return std::holds_alternative<Through>(progress);
}

// ---- The face ------------------------------------------------------------------------------------------------------------------------

Partition::Partition(std::uint32_t partition, RelayParts parts, CarrierPort& carriers,
                     std::vector<Stage*> stages, Position span_max)
    : impl_(std::make_unique<Impl>(partition, std::move(parts), carriers, std::move(stages),
                                   span_max)) {}
Partition::~Partition() = default;
Task<Status> Partition::start() { return impl_->start(); }
Task<Status> Partition::read_on() { return impl_->read_on(); }
std::vector<LaneKey> Partition::take_ready(TimePoint now, std::size_t most) {
  return impl_->take_ready(now, most);
}
Task<void> Partition::step(LaneKey lane) { return impl_->step(std::move(lane)); }
std::optional<TimePoint> Partition::next_due() const { return impl_->next_due(); }
std::size_t Partition::texts_waiting() const { return impl_->texts_waiting(); }
std::optional<TimePoint> Partition::oldest_waiting() const { return impl_->oldest_waiting(); }

}  // namespace bauta
