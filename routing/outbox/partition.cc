#include "routing/outbox/partition.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "routing/accounts/accounts.h"
#include "routing/outbox/asking.h"
#include "routing/outbox/circumstances.h"
#include "routing/outbox/ending.h"
#include "routing/outbox/opt_out.h"
#include "routing/outbox/outbox.pb.h"
#include "routing/outbox/own_words.h"
#include "routing/outbox/receipt_word.h"
#include "routing/outbox/reference.h"
#include "routing/outbox/token_bucket.h"
#include "routing/outbox/work_log.h"
#include "storage/store/assert.h"
#include "storage/store/planted.h"

namespace bauta {
namespace {

constexpr TimePoint kAtOnce{};
/// After a failure of the store, or while a connection is missing: soon, and not in a spin.
constexpr std::chrono::seconds kLookAgain{1};
/// The mark is written with every so many-th outcome; reading a little twice after a restart costs less than a put a text.
constexpr std::uint32_t kOutcomesPerMark = 64;
constexpr std::uint32_t kPage = 200;
constexpr std::size_t kSpentPerCommit = 100;
constexpr std::size_t kMovedPerCommit = 100;
constexpr std::size_t kLanesWoken = 100;

Key mark_key(std::uint32_t partition) { return Key("mark").u64(partition); }

TimePoint received_at(const MessageId& id) {
  // The first 48 bits of an id are its time.
  std::int64_t ms = 0;
  for (std::size_t at = 0; at < 6; ++at)
    ms = ms << 8 | std::to_integer<std::int64_t>(id.bits()[at]);
  return from_millis(ms);
}

/// Their counterpart gets one neutral word, the platform an event.
std::optional<OwnWords::Saying> cannot_be_reached(const Circumstances& seen, TimePoint now) {
  auto told = who_is_told(seen);
  if (!told || !seen.service) return std::nullopt;
  return OwnWords::Saying{.service = *seen.service,
                          .listener = *std::move(told),
                          .what = SystemText::cannot_be_reached,
                          .now = now};
}

}  // namespace

class Partition::Impl {
 public:
  Impl(std::uint32_t partition, RelayParts parts, CarrierPort& carriers, std::vector<Stage*> stages,
       Position span_max)
      : partition_(partition),
        parts_(parts),
        carriers_(carriers),
        stages_(std::move(stages)),
        span_max_(span_max),
        accounts_(parts.store, parts.index_key),
        own_words_(parts) {}

  ~Impl() { count_waiting(-static_cast<std::int64_t>(texts_waiting_)); }

  Task<Status> start();
  Task<Status> read_on();
  std::vector<LaneKey> take_ready(TimePoint now, std::size_t most);
  Task<void> step(LaneKey key);

  std::optional<TimePoint> next_due() const {
    std::optional<TimePoint> first;
    for (const auto& [service, lanes] : due_) {
      if (!first || lanes.begin()->first < *first) first = lanes.begin()->first;
    }
    return first;
  }
  std::size_t texts_waiting() const { return texts_waiting_; }
  std::optional<TimePoint> oldest_waiting() const {
    std::optional<TimePoint> oldest;
    for (const auto& [key, lane] : lanes_) {
      if (lane.texts.empty()) continue;
      const auto at = received_at(lane.texts.front().message);
      if (!oldest || at < *oldest) oldest = at;
    }
    return oldest;
  }

 private:
  struct Waiting {
    Position position;
    /// Where it was appended first: its place in the lane, wherever it lies in the log by now.
    Position order;
    MessageId message;
    SeatId seat;
  };
  /// What a carrier answered and what it answered to: kept until it is durable, whatever the store says meanwhile.
  struct Answered {
    Stored<Delivery> claimed;
    SubmitOutcome outcome;
    TimePoint at;
  };
  struct Lane {
    std::deque<Waiting> texts;
    /// Came when the lane was full: to be ended.
    std::deque<Waiting> surplus;
    /// When its head may leave, by the rates of its number and of its connection; none: not asked for yet.
    std::optional<SteadyPoint> number_turn;
    std::optional<SteadyPoint> connection_turn;
    /// When it may use each, once both have come.
    std::optional<SteadyPoint> number_used;
    std::optional<SteadyPoint> connection_used;
    std::optional<Answered> answered;
    bool running = false;
    /// Something about the head changed while it ran: look at once.
    bool look_again = false;
    TimePoint due = kAtOnce;

    bool is_empty() const { return texts.empty() && surplus.empty(); }
  };
  /// The head is through with this lane, or is to be looked at again then.
  struct Done {};
  using Progress = std::variant<Done, TimePoint>;

  Task<Result<std::vector<KeyedRecord>>> read_page();
  Task<Status> recover(std::vector<std::pair<Position, WorkEntry>> entries);
  Task<Status> recover_claimed(Stored<Delivery> cut_off);
  void add(Position position, const WorkEntry& entry);
  void moved(Position position, const WorkEntry& entry);
  Position span() const;
  bool is_held_back() const;
  void wake_what_holds_mark_back();
  Task<void> append_old_ones_again(LaneKey key);
  static void put_in_order(std::deque<Waiting>& queue, Waiting waiting);
  void schedule(const LaneKey& key, Lane& lane, TimePoint due);
  std::optional<LaneKey> take_next(TimePoint now);
  void pop(Lane& lane);
  Task<void> end_surplus(LaneKey key);
  Task<Result<bool>> end_one_too_many(Waiting surplus);
  std::optional<TimePoint> wait_for_turn(Lane& lane, const VirtualNumber& number, double rate,
                                         const std::string& connection, TimePoint now);
  void give_turn_back(Lane& lane, const VirtualNumber& number);
  void count_waiting(std::int64_t by);
  [[nodiscard]] std::vector<Position> ride_along(Commit& commit);
  void landed(const std::vector<Position>& carried);

  Task<TimePoint> step_head(LaneKey key);
  Task<Result<Progress>> advance(LaneKey key);
  Task<Result<Progress>> look_at_head(LaneKey key, Waiting head);
  Task<Result<Progress>> resolve_unknown(LaneKey key, Waiting head, Stored<Delivery> delivery,
                                         TimePoint now);
  Task<Result<Progress>> pass_stages(LaneKey key, Waiting head, Stored<Delivery> delivery,
                                     TimePoint now);
  Task<Result<Progress>> claim(LaneKey key, Waiting head, Stored<Delivery> delivery, bool again);
  Task<Result<Progress>> finish(Waiting head, Stored<Delivery> delivery, DeliveryState state,
                                std::string code, std::optional<OwnWords::Saying> also_say = {});
  Task<Result<Progress>> settle(LaneKey key, Waiting head);
  Task<Status> keep_opt_out(Answered answered);
  Task<Result<std::optional<Progress>>> settle_once(Waiting head, Stored<Delivery> current,
                                                    Answered answered);
  Delivery after(const Delivery& claimed, const SubmitOutcome& outcome, TimePoint now);
  TimePoint next_attempt(const Delivery& delivery, const SubmitLater& later, TimePoint now);
  void count(const Delivery& delivery, const SubmitOutcome& outcome, TimePoint now);

  std::uint32_t partition_;
  RelayParts parts_;
  CarrierPort& carriers_;
  std::vector<Stage*> stages_;
  Position span_max_;
  Accounts accounts_;
  OwnWords own_words_;

  std::map<LaneKey, Lane> lanes_;
  std::map<VirtualNumber, TokenBucket> buckets_;
  /// Lanes that do not run, by service (none without any) and by when they are due.
  std::map<ServiceId, std::set<std::pair<TimePoint, LaneKey>>> due_;
  /// Whose lane was taken last.
  ServiceId served_last_{};
  /// Entries read and not yet through, and whose they are: the lowest is the mark.
  std::map<Position, const LaneKey*> open_;
  /// Entries that are through without a commit of their own: erased along with the next one.
  std::set<Position> spent_;
  Position read_to_ = 0;
  std::uint32_t outcomes_since_mark_ = 0;
  std::size_t texts_waiting_ = 0;
  bool started_ = false;
  bool reading_ = false;
  bool read_again_ = false;
};

// ---- The log -------------------------------------------------------------------------------------------------------------------------

Task<Status> Partition::Impl::start() {
  BAUTA_CO_TRY(const auto mark,
               co_await load<records::LowWaterMark>(parts_.store, mark_key(partition_)));
  if (read_to_ == 0 && mark) read_to_ = mark->value.position() - 1;
  for (;;) {
    BAUTA_CO_TRY(const auto page, co_await read_page());
    if (page.empty()) {
      started_ = true;
      co_return Status();
    }
    std::vector<std::pair<Position, WorkEntry>> entries;
    for (const auto& record : page) {
      KeyReader reader(record.key, "out");
      reader.u64();
      const auto position = reader.u64();
      BAUTA_CO_TRY(auto entry, decode_work_entry(record.record));
      entries.emplace_back(position, std::move(entry));
    }
    BAUTA_CO_CHECK(co_await recover(std::move(entries)));
  }
}

Task<Status> Partition::Impl::recover(std::vector<std::pair<Position, WorkEntry>> entries) {
  std::vector<Key> keys;
  keys.reserve(entries.size());
  for (const auto& [position, entry] : entries) {
    keys.push_back(delivery_key(entry.lane.service, entry.message, entry.seat));
  }
  BAUTA_CO_TRY(const auto deliveries, co_await parts_.store.multi_get(std::move(keys)));
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const auto& [position, entry] = entries[at];
    if (entry.nudge || !deliveries[at]) {
      spent_.insert(position);
      read_to_ = position;
      continue;
    }
    BAUTA_CO_TRY(auto delivery, decode_delivery(*deliveries[at]));
    if (delivery.value.state == DeliveryState::sent || is_final(delivery.value.state)) {
      spent_.insert(position);
      read_to_ = position;
      continue;
    }
    // After a crash exactly the claimed ones are unknown.
    if (delivery.value.state == DeliveryState::claimed) {
      BAUTA_CO_CHECK(co_await recover_claimed(std::move(delivery)));
    }
    add(position, entry);
    read_to_ = position;
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

Task<Result<std::vector<KeyedRecord>>> Partition::Impl::read_page() {
  auto request = ScanRequest::prefix(work_log(partition_));
  request.after = work_log_entry(partition_, read_to_);
  request.records_max = kPage;
  BAUTA_CO_TRY(auto page, co_await parts_.store.scan(std::move(request)));
  co_return std::move(page.records);
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
    auto page = co_await read_page();
    if (!page) {
      status = std::unexpected(std::move(page).error());
      break;
    }
    for (const auto& record : *page) {
      KeyReader reader(record.key, "out");
      reader.u64();
      const auto position = reader.u64();
      auto entry = decode_work_entry(record.record);
      if (!entry) {
        status = std::unexpected(std::move(entry).error());
        break;
      }
      read_to_ = position;
      add(position, *entry);
    }
    more = page->size() == kPage || read_again_;
  }
  reading_ = false;
  wake_what_holds_mark_back();
  co_return status;
}

void Partition::Impl::add(Position position, const WorkEntry& entry) {
  if (entry.nudge) {
    spent_.insert(position);
    const auto found = lanes_.find(entry.lane);
    if (found == lanes_.end()) return;
    if (found->second.running) {
      found->second.look_again = true;
    } else {
      schedule(entry.lane, found->second, kAtOnce);
    }
    return;
  }
  if (entry.first_position != 0 && started_) return moved(position, entry);
  const auto found = lanes_.try_emplace(entry.lane).first;
  open_.emplace(position, &found->first);
  auto& lane = found->second;
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
    schedule(entry.lane, lane, kAtOnce);
  }
}

/// Behind all that came before it: only an entry that was appended again, read at a start, goes further ahead than to the end.
void Partition::Impl::put_in_order(std::deque<Waiting>& queue, Waiting waiting) {
  const auto behind = std::ranges::upper_bound(queue, waiting.order, {}, &Waiting::order);
  queue.insert(behind, waiting);
}

/// We appended this entry again ourselves: the text has its place in its lane, and lies elsewhere in the log.
void Partition::Impl::moved(Position position, const WorkEntry& entry) {
  const auto lane = lanes_.find(entry.lane);
  if (lane != lanes_.end()) {
    auto& texts = lane->second.texts;
    const auto text = std::ranges::find(texts, entry.first_position, &Waiting::order);
    if (text != texts.end()) {
      open_.erase(text->position);
      open_.emplace(position, &lane->first);
      text->position = position;
      return;
    }
  }
  spent_.insert(position);  // through meanwhile
}

/// By how much the log may grow before a text that waits is appended again: a start reads it from the mark, and must not read what thousands
/// left there since because one text waits for hours.  With very many waiting it may grow by more, or they would be appended again in
/// turn without end.
Position Partition::Impl::span() const { return std::max<Position>(span_max_, 4 * open_.size()); }

bool Partition::Impl::is_held_back() const {
  return !open_.empty() && open_.begin()->first + span() < read_to_;
}

void Partition::Impl::wake_what_holds_mark_back() {
  std::size_t woken = 0;
  for (const auto& [position, key] : open_) {
    if (position + span() >= read_to_ || ++woken > kLanesWoken) return;
    auto& lane = lanes_.at(*key);
    if (!lane.running) schedule(*key, lane, kAtOnce);
  }
}

/// Not only what holds the mark back by now, but the older half, so that a lane's texts go together.
/// Where they lie then is learned by reading on, as of any entry: what we know of the log is never ahead of what we read.
Task<void> Partition::Impl::append_old_ones_again(LaneKey key) {
  std::vector<std::pair<Position, Position>> entries;
  for (const auto& text : lanes_.at(key).texts) {
    if (text.position + span() / 2 < read_to_ && entries.size() < kMovedPerCommit)
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

void Partition::Impl::schedule(const LaneKey& key, Lane& lane, TimePoint due) {
  auto& lanes = due_[key.service];
  lanes.erase({lane.due, key});
  lane.due = due;
  lanes.emplace(due, key);
}

std::vector<LaneKey> Partition::Impl::take_ready(TimePoint now, std::size_t most) {
  std::vector<LaneKey> ready;
  while (ready.size() < most) {
    auto lane = take_next(now);
    if (!lane) break;
    lanes_.at(*lane).running = true;
    ready.push_back(*std::move(lane));
  }
  return ready;
}

/// Services take turns, so that one with many lanes does not keep the others waiting; none: nothing is due.
std::optional<LaneKey> Partition::Impl::take_next(TimePoint now) {
  auto service = due_.upper_bound(served_last_);
  for (std::size_t looked_at = 0; looked_at < due_.size(); ++looked_at, ++service) {
    if (service == due_.end()) service = due_.begin();
    auto& lanes = service->second;
    if (lanes.begin()->first > now) continue;
    LaneKey lane = lanes.begin()->second;
    served_last_ = service->first;
    lanes.erase(lanes.begin());
    if (lanes.empty()) due_.erase(service);
    return lane;
  }
  return std::nullopt;
}

Task<void> Partition::Impl::step(LaneKey key) {
  auto& lane = lanes_.at(key);
  BAUTA_ASSERT(lane.running && !lane.is_empty());
  if (!lane.surplus.empty()) co_await end_surplus(key);
  if (is_held_back()) co_await append_old_ones_again(key);
  TimePoint due = parts_.clock.now(key.service) + kLookAgain;
  if (!lane.texts.empty()) due = co_await step_head(key);
  lane.running = false;
  if (std::exchange(lane.look_again, false)) due = kAtOnce;
  if (lane.is_empty()) {
    lanes_.erase(key);
  } else {
    schedule(key, lane, due);
  }
}

/// When the lane is to be looked at again, if there is anything left in it.
Task<TimePoint> Partition::Impl::step_head(LaneKey key) {
  const Position position = lanes_.at(key).texts.front().position;
  const auto progress = co_await advance(key);
  const TimePoint now = parts_.clock.now(key.service);
  // After a failure of the store nothing was decided: the same step again.
  if (!progress) co_return now + kLookAgain;
  if (const auto* const due = std::get_if<TimePoint>(&*progress)) co_return *due;
  auto& lane = lanes_.at(key);
  give_turn_back(lane, key.number);
  // Moved while it ended: its end erased the entry where it lay before.
  if (lane.texts.front().position != position) spent_.insert(lane.texts.front().position);
  pop(lane);
  co_return now;  // behind the lanes that wait already: they take turns
}

void Partition::Impl::pop(Lane& lane) {
  open_.erase(lane.texts.front().position);
  lane.texts.pop_front();
  count_waiting(-1);
}

/// What came beyond the lane's limit ends at once: the carrier was answered with success, and so nothing ends silently (promise 3).
Task<void> Partition::Impl::end_surplus(LaneKey key) {
  auto& lane = lanes_.at(key);
  while (!lane.surplus.empty()) {
    const auto ended = co_await end_one_too_many(lane.surplus.front());
    if (!ended || !*ended) co_return;  // with the lane's next step
    open_.erase(lane.surplus.front().position);
    lane.surplus.pop_front();
    count_waiting(-1);
  }
}

/// False: a conflict.
Task<Result<bool>> Partition::Impl::end_one_too_many(Waiting surplus) {
  BAUTA_CO_TRY(const auto entry,
               co_await parts_.store.get(work_log_entry(partition_, surplus.position)));
  if (!entry) co_return true;
  BAUTA_CO_TRY(const auto work, decode_work_entry(*entry));
  BAUTA_CO_TRY(const auto record, co_await parts_.store.get(delivery_key(
                                      work.lane.service, surplus.message, surplus.seat)));
  if (!record) {  // erased with its session
    spent_.insert(surplus.position);
    co_return true;
  }
  BAUTA_CO_TRY(auto delivery, decode_delivery(*record));
  // A dead letter that is tried again comes as queued.
  if (delivery.value.state != DeliveryState::received &&
      delivery.value.state != DeliveryState::queued) {
    spent_.insert(surplus.position);
    co_return true;
  }
  BAUTA_CO_TRY(const auto progress,
               co_await finish(surplus, std::move(delivery), DeliveryState::failed, "lane.full"));
  co_return std::holds_alternative<Done>(progress);
}

/// None: the head may leave now.
std::optional<TimePoint> Partition::Impl::wait_for_turn(Lane& lane, const VirtualNumber& number,
                                                        double rate, const std::string& connection,
                                                        TimePoint now) {
  // By a clock that nobody sets: one that leaps would make all that wait leave at once.
  const auto steady = planted(PlantedBug::turns_by_the_wall_clock)
                          ? SteadyPoint(now.time_since_epoch())
                          : parts_.clock.steady();
  const auto at = [&](SteadyPoint turn) {
    return now + std::chrono::ceil<Duration>(turn - steady);
  };
  auto& bucket = buckets_[number];
  if (!lane.number_turn) lane.number_turn = bucket.take(steady, rate);
  // Those of this number that wait for the connection leave when it lets them: this one's turn is reckoned from there, or all whose turns
  // came meanwhile would leave with them, faster than the number may send.
  if (!lane.connection_turn && *lane.number_turn <= steady && bucket.is_held_up(steady, rate))
    lane.number_turn = bucket.take(steady, rate);
  if (*lane.number_turn > steady) return at(*lane.number_turn);
  if (!lane.connection_turn) {
    lane.connection_turn = carriers_.take_turn(connection, steady);
    if (*lane.connection_turn > steady) bucket.hold_up(*lane.connection_turn, rate);
  }
  if (*lane.connection_turn > steady) return at(*lane.connection_turn);
  // So would those whose turns came while the store let nobody go, or there was no place.
  if (!lane.number_used) lane.number_used = bucket.use(steady, rate);
  if (*lane.number_used > steady) return at(*lane.number_used);
  if (!lane.connection_used) lane.connection_used = carriers_.use_turn(connection, steady);
  if (*lane.connection_used > steady) return at(*lane.connection_used);
  // Used by one claim, whatever becomes of it.
  lane.number_used.reset();
  lane.connection_used.reset();
  return std::nullopt;
}

/// A head that ended without leaving leaves its turn to another lane.
void Partition::Impl::give_turn_back(Lane& lane, const VirtualNumber& number) {
  if (lane.number_turn) buckets_[number].give_back(*lane.number_turn);
  lane.number_turn.reset();
  lane.connection_turn.reset();
  lane.number_used.reset();
  lane.connection_used.reset();
}

/// What costs nothing beside a commit that is made anyway: entries that are through, and now and then the mark.  Returns the entries, for
/// `landed` once the commit is made.
std::vector<Position> Partition::Impl::ride_along(Commit& commit) {
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

void Partition::Impl::landed(const std::vector<Position>& carried) {
  for (const auto position : carried) spent_.erase(position);
}

Task<Result<Partition::Impl::Progress>> Partition::Impl::advance(LaneKey key) {
  const auto& lane = lanes_.at(key);
  const Waiting head = lane.texts.front();
  if (lane.answered) co_return co_await settle(key, head);
  co_return co_await look_at_head(key, head);
}

Task<Result<Partition::Impl::Progress>> Partition::Impl::look_at_head(LaneKey key, Waiting head) {
  BAUTA_CO_TRY(const auto record,
               co_await parts_.store.get(delivery_key(key.service, head.message, head.seat)));
  if (!record) {  // erased with its session
    spent_.insert(head.position);
    co_return Progress(Done());
  }
  BAUTA_CO_TRY(auto delivery, decode_delivery(*record));
  const auto now = parts_.clock.now(key.service);
  switch (delivery.value.state) {
    case DeliveryState::received:
    case DeliveryState::held:
    case DeliveryState::queued:
      if (now >= delivery.value.deadline) {
        co_return co_await finish(head, std::move(delivery), DeliveryState::failed,
                                  "delivery.deadline_passed");
      }
      if (delivery.value.not_before && now < *delivery.value.not_before) {
        co_return Progress(std::min(*delivery.value.not_before, delivery.value.deadline));
      }
      co_return co_await pass_stages(key, head, std::move(delivery), now);
    case DeliveryState::claimed:
      // We hold no answer to this claim, so whether it left is not known: as after a crash, but nobody died.
    case DeliveryState::unknown:
      if (now < delivery.value.updated_at + parts_.limits.unknown_wait) {
        co_return Progress(delivery.value.updated_at + parts_.limits.unknown_wait);
      }
      co_return co_await resolve_unknown(key, head, std::move(delivery), now);
    case DeliveryState::sent:
    case DeliveryState::delivered:
    case DeliveryState::unconfirmed:
    case DeliveryState::undelivered:
    case DeliveryState::failed:
    case DeliveryState::blocked:
      spent_.insert(head.position);
      co_return Progress(Done());
  }
  BAUTA_ASSERT(false);
}

Task<Result<Partition::Impl::Progress>> Partition::Impl::pass_stages(LaneKey key, Waiting head,
                                                                     Stored<Delivery> delivery,
                                                                     TimePoint now) {
  if (stages_.empty()) co_return co_await claim(key, head, std::move(delivery), false);
  const auto& value = delivery.value;
  BAUTA_CO_TRY(const auto record,
               co_await parts_.store.get(message_key(value.service, value.session, value.message)));
  if (!record) {
    spent_.insert(head.position);
    co_return Progress(Done());
  }
  BAUTA_CO_TRY(const auto message, decode_message(*record));
  for (auto* const stage : stages_) {
    BAUTA_CO_TRY(const auto verdict, co_await stage->look_at(message, value, now));
    if (const auto* block = std::get_if<Block>(&verdict)) {
      co_return co_await finish(head, std::move(delivery), DeliveryState::blocked, block->code);
    }
    const auto* hold = std::get_if<HoldUntil>(&verdict);
    if (hold == nullptr) continue;
    Delivery held = value;
    held.state = DeliveryState::held;
    held.not_before = hold->at;
    held.updated_at = now;
    Commit commit;
    write_change(commit, held, value, delivery.version, parts_.random);
    BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
    if (!committed) co_return Progress(kAtOnce);
    co_return Progress(std::min(hold->at, held.deadline));
  }
  co_return co_await claim(key, head, std::move(delivery), false);
}

// ---- The claim -----------------------------------------------------------------------------------------------------------------------

Task<Result<Partition::Impl::Progress>> Partition::Impl::claim(LaneKey key, Waiting head,
                                                               Stored<Delivery> delivery,
                                                               bool again) {
  BAUTA_CO_TRY(const auto seen, co_await read_circumstances(parts_, accounts_, delivery.value));
  const auto now = parts_.clock.now(key.service);
  if (!seen.message) {
    spent_.insert(head.position);
    co_return Progress(Done());
  }
  if (auto reason = reason_against(delivery.value, seen, now)) {
    // Whether the first attempt left is not known: a text that may have gone out was not blocked.
    if (again)
      co_return co_await finish(head, std::move(delivery), DeliveryState::failed,
                                "outcome_unknown");
    const bool is_out = *reason == kOptedOut;
    co_return co_await finish(head, std::move(delivery), DeliveryState::blocked, std::move(*reason),
                              is_out ? cannot_be_reached(seen, now) : std::nullopt);
  }
  const auto connection = seen.number->value.connection;
  if (!carriers_.has(connection))
    co_return Progress(std::min(now + kLookAgain * 10, delivery.value.deadline));
  if (const auto turn = wait_for_turn(lanes_.at(key), key.number,
                                      seen.number->value.rate_per_second, connection, now))
    co_return Progress(std::min(*turn, delivery.value.deadline));

  Delivery claimed = delivery.value;
  claimed.state = DeliveryState::claimed;
  ++claimed.attempt;
  if (again) ++claimed.resends;
  claimed.connection = connection;
  claimed.not_before.reset();
  claimed.error_code.clear();
  claimed.error_detail.clear();
  claimed.updated_at = now;

  Commit commit;
  write_change(commit, claimed, delivery.value, delivery.version, parts_.random);
  expect(commit, claimed, seen);
  // If its outcome is unknown nothing has left, and a claim that stands after all is looked at as one whose answer we do not hold.
  BAUTA_CO_TRY(const auto committed, planted(PlantedBug::send_without_claim)
                                         ? Result<std::optional<Committed>>(Committed{
                                               .positions = {}, .version = delivery.version})
                                         : co_await commit_once(parts_.store, std::move(commit)));
  // Something that the claim hangs on changed: look again with what is true now.
  if (!committed) co_return Progress(kAtOnce);
  lanes_.at(key).number_turn.reset();
  lanes_.at(key).connection_turn.reset();

  if (again) parts_.metrics.possible_double(connection);
  const bool swapped = planted(PlantedBug::swapped_seats) && seen.session &&
                       seen.session->value.is_group() &&
                       seen.session->value.seat(seen.message->from) != nullptr;
  OutboundMessage message{
      .from = swapped ? seen.session->value.seat(seen.message->from)->number : claimed.from,
      .to = claimed.to,
      .text = text_sent(*seen.message),
      .reference = write_reference({.service = claimed.service,
                                    .message = claimed.message,
                                    .seat = claimed.seat,
                                    .attempt = claimed.attempt},
                                   parts_.index_key),
      .deadline = claimed.deadline};
  auto answer = co_await carriers_.submit(connection, std::move(message));
  const auto at = parts_.clock.now(key.service);
  count(claimed, answer, at);
  lanes_.at(key).answered =
      Answered{.claimed = {.value = std::move(claimed), .version = committed->version},
               .outcome = std::move(answer),
               .at = at};
  co_return co_await settle(key, head);
}

void Partition::Impl::count(const Delivery& delivery, const SubmitOutcome& outcome, TimePoint now) {
  auto& metrics = parts_.metrics;
  if (std::holds_alternative<SubmitAccepted>(outcome)) {
    metrics.text_out(delivery.connection, "accepted");
    metrics.segments_out(delivery.connection, encoding_name(delivery.encoding), delivery.segments);
    metrics.relayed_after(now - delivery.received_at);
  } else if (std::holds_alternative<SubmitRefused>(outcome)) {
    metrics.text_out(delivery.connection, "refused");
  } else if (std::holds_alternative<SubmitLater>(outcome)) {
    metrics.text_out(delivery.connection, "later");
  } else {
    metrics.text_out(delivery.connection, "unknown");
  }
}

// ---- The outcome ---------------------------------------------------------------------------------------------------------------------

Task<Result<Partition::Impl::Progress>> Partition::Impl::settle(LaneKey key, Waiting head) {
  auto current = lanes_.at(key).answered->claimed;
  for (std::uint32_t tries = 0; tries < parts_.limits.conflict_tries; ++tries) {
    const Answered answered = *lanes_.at(key).answered;
    BAUTA_CO_TRY(const auto progress, co_await settle_once(head, current, answered));
    if (progress) {
      auto& lane = lanes_.at(key);
      lane.answered.reset();
      if (planted(PlantedBug::reorder_on_retry) && lane.texts.size() > 1 &&
          std::holds_alternative<SubmitLater>(answered.outcome))
        std::swap(lane.texts[0], lane.texts[1]);
      co_return *progress;
    }
    BAUTA_CO_TRY(const auto record,
                 co_await parts_.store.get(delivery_key(key.service, head.message, head.seat)));
    if (!record) {  // erased while it was on its way
      BAUTA_CO_CHECK(co_await keep_opt_out(answered));
      lanes_.at(key).answered.reset();
      spent_.insert(head.position);
      co_return Progress(Done());
    }
    BAUTA_CO_TRY(current, decode_delivery(*record));
  }
  co_return Progress(parts_.clock.now(key.service) + kLookAgain);
}

/// Of a text that was erased on its way nothing is left to write; what the carrier said of its recipient, or will say, counts all the same
/// (promise 6).
Task<Status> Partition::Impl::keep_opt_out(Answered answered) {
  Delivery erased = answered.claimed.value;
  Commit commit;
  const auto* refused = std::get_if<SubmitRefused>(&answered.outcome);
  bool opted_out = refused != nullptr && refused->opted_out;
  const auto* accepted = std::get_if<SubmitAccepted>(&answered.outcome);
  if (accepted != nullptr && !carriers_.receipts_carry_reference(erased.connection)) {
    erased.provider_ids = accepted->provider_ids;
    BAUTA_CO_TRY(
        const auto early,
        co_await register_provider_ids(
            parts_.store, commit, provider_id_keys(parts_.index_key, erased), erased, answered.at));
    opted_out = early && early->opted_out;
  }
  if (opted_out) BAUTA_CO_CHECK(co_await believe_opt_out(parts_, commit, erased, answered.at));
  if (commit.puts.empty()) co_return Status();  // nothing was said, or the ledger knows
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed)
    co_return fail("storage.contended", "somebody wrote this person's word meanwhile");
  co_return Status();
}

/// nullopt: a conflict, somebody wrote the delivery or one of its provider ids meanwhile.
Task<Result<std::optional<Partition::Impl::Progress>>> Partition::Impl::settle_once(
    Waiting head, Stored<Delivery> current, Answered answered) {
  const auto& before = current.value;
  // A receipt that came before the answer has said more than the answer can.
  const auto& asked = answered.claimed.value;
  const bool overtaken = before.state != asked.state || before.attempt != asked.attempt;
  Delivery changed = overtaken ? before : after(before, answered.outcome, answered.at);
  Commit commit;
  const auto* accepted = std::get_if<SubmitAccepted>(&answered.outcome);
  if (accepted != nullptr) {
    changed.provider_ids = accepted->provider_ids;
    if (!carriers_.receipts_carry_reference(changed.connection)) {
      BAUTA_CO_TRY(const auto early,
                   co_await register_provider_ids(parts_.store, commit,
                                                  provider_id_keys(parts_.index_key, changed),
                                                  changed, answered.at));
      if (early) apply_word(changed, *early, changed.attempt, answered.at);
    }
  }
  const auto* refused = std::get_if<SubmitRefused>(&answered.outcome);
  if (refused != nullptr && refused->opted_out) {
    BAUTA_CO_CHECK(co_await believe_opt_out(parts_, commit, changed, answered.at));
  }
  write_change(commit, changed, before, current.version, parts_.random);
  const bool through = changed.state == DeliveryState::sent || is_final(changed.state);
  std::vector<Position> carried;
  if (through) {
    commit.erase(work_log_entry(partition_, head.position));
    carried = ride_along(commit);
  }
  // If its outcome is unknown, trying again meets its own work as a conflict, and then as a delivery that needs nothing more.
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed) co_return std::optional<Progress>();
  landed(carried);
  if (is_dead(changed.state) && !is_dead(before.state))
    parts_.metrics.dead_letter(changed.error_code);
  if (through) co_return std::optional<Progress>(Done());
  if (changed.state == DeliveryState::unknown) {
    co_return std::optional<Progress>(changed.updated_at + parts_.limits.unknown_wait);
  }
  co_return std::optional<Progress>(
      std::min(changed.not_before.value_or(kAtOnce), changed.deadline));
}

Delivery Partition::Impl::after(const Delivery& claimed, const SubmitOutcome& outcome,
                                TimePoint now) {
  Delivery changed = claimed;
  changed.updated_at = now;
  if (std::holds_alternative<SubmitAccepted>(outcome)) {
    changed.state = DeliveryState::sent;
    changed.error_code.clear();  // of the answer that was lost, if the carrier had to be asked
    changed.error_detail.clear();
  } else if (const auto* refused = std::get_if<SubmitRefused>(&outcome)) {
    changed.state = DeliveryState::failed;
    changed.error_code = refused->code;
    changed.error_detail = refused->detail;
  } else if (const auto* later = std::get_if<SubmitLater>(&outcome)) {
    changed.state = DeliveryState::queued;
    changed.error_code = later->code;
    changed.not_before = next_attempt(claimed, *later, now);
  } else {
    changed.state = DeliveryState::unknown;
    changed.error_code = std::get<SubmitUnknown>(outcome).code;
  }
  return changed;
}

TimePoint Partition::Impl::next_attempt(const Delivery& delivery, const SubmitLater& later,
                                        TimePoint now) {
  if (later.retry_after)
    return now +
           std::clamp<Duration>(*later.retry_after, Duration{1}, parts_.limits.retry_backoff_max);
  const auto doublings = std::min(delivery.attempt, 20U) - 1;
  const auto backoff = std::min(parts_.limits.retry_backoff_first * (std::int64_t{1} << doublings),
                                parts_.limits.retry_backoff_max);
  // Up to a quarter on top, so that lanes that were put off together do not come back together.
  return now + backoff + backoff * static_cast<std::int64_t>(parts_.random.next() % 256) / 1024;
}

Task<Result<Partition::Impl::Progress>> Partition::Impl::resolve_unknown(LaneKey key, Waiting head,
                                                                         Stored<Delivery> delivery,
                                                                         TimePoint now) {
  const auto& value = delivery.value;
  const auto& limits = parts_.limits;
  // Who waits for the turn of another send has been asked about before.
  std::optional<AskedFound> found;
  if (!lanes_.at(key).number_turn) {
    BAUTA_CO_TRY(found, co_await ask_about(parts_, carriers_, value));
    now = parts_.clock.now(key.service);
  }
  if (found) {
    lanes_.at(key).answered = Answered{.claimed = std::move(delivery),
                                       .outcome = SubmitAccepted{std::move(found->provider_ids)},
                                       .at = now};
    co_return co_await settle(key, head);
  }
  BAUTA_CO_TRY(const auto service, co_await accounts_.find_service(key.service));
  const bool may_resend = service && service->value.settings.unknown == UnknownPolicy::resend &&
                          now < value.deadline && value.crash_count < limits.crash_count_max &&
                          value.resends < limits.unknown_resends_max;
  if (!may_resend)
    co_return co_await finish(head, std::move(delivery), DeliveryState::failed, "outcome_unknown");
  co_return co_await claim(key, head, std::move(delivery), true);
}

Task<Result<Partition::Impl::Progress>> Partition::Impl::finish(
    Waiting head, Stored<Delivery> delivery, DeliveryState state, std::string code,
    std::optional<OwnWords::Saying> also_say) {
  Delivery changed = delivery.value;
  changed.state = state;
  changed.error_code = std::move(code);
  changed.updated_at = parts_.clock.now(changed.service);
  Commit commit;
  write_change(commit, changed, delivery.value, delivery.version, parts_.random);
  if (also_say) BAUTA_CO_CHECK(co_await own_words_.say_once_a_day(commit, *std::move(also_say)));
  commit.erase(work_log_entry(partition_, head.position));
  const auto carried = ride_along(commit);
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed) co_return Progress(kAtOnce);
  landed(carried);
  parts_.metrics.dead_letter(changed.error_code);
  parts_.metrics.text_out(changed.connection.empty() ? "none" : changed.connection,
                          delivery_state_name(state));
  co_return Progress(Done());
}

// ---- The face ------------------------------------------------------------------------------------------------------------------------

Partition::Partition(std::uint32_t partition, RelayParts parts, CarrierPort& carriers,
                     std::vector<Stage*> stages, Position span_max)
    : impl_(std::make_unique<Impl>(partition, parts, carriers, std::move(stages), span_max)) {}
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
