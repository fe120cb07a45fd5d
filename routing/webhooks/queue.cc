#include "routing/webhooks/queue.h"

#include <algorithm>
#include <utility>

#include "storage/store/assert.h"
#include "storage/store/planted.h"

namespace bauta {

WebhookQueue::WebhookQueue(const WebhookProgress& progress, std::vector<Event> open,
                           WebhookLimits limits, Misbehaviour misbehaviour)
    : limits_(limits),
      misbehaviour_(misbehaviour),
      generation_(progress.generation),
      read_to_(progress.read_to),
      paused_until_(progress.paused_until) {
  for (Event& event : open) {
    const auto filed =
        std::ranges::find(progress.open, event.sequence, &WebhookProgress::Open::position);
    BAUTA_ASSERT(filed != progress.open.end());
    if (filed->attempts > 0) failing_.insert(event.sequence);
    file({.event = std::move(event),
          .attempts = filed->attempts,
          .first_failed_at = filed->first_failed_at,
          .not_before = filed->not_before});
  }
}

std::size_t WebhookQueue::room() const {
  return limits_.open_events_max - std::min(limits_.open_events_max, open_.size());
}

void WebhookQueue::read(Event event, bool is_wanted) {
  BAUTA_ASSERT(event.sequence > read_to_);
  read_to_ = event.sequence;
  if (!is_wanted) return;
  TimePoint not_before{};
  if (misbehaviour_.late > misbehaviour_.late.zero())
    not_before = event.created_at + misbehaviour_.late;
  if (misbehaviour_.shuffle && std::exchange(holds_next_, !holds_next_))
    not_before = std::max(not_before, event.created_at) + kOvertaken;
  file({.event = std::move(event), .not_before = not_before});
}

SessionId WebhookQueue::line_of(const Event& event) const {
  if (!misbehaviour_.shuffle) return event.session;
  return SessionId(event.id.bits());
}

void WebhookQueue::file(Entry entry) {
  const Position position = entry.event.sequence;
  const SessionId session = entry.line = line_of(entry.event);
  auto& line = sessions_[session];
  const bool is_head = line.empty();
  line.insert(position);
  open_.emplace(position, std::move(entry));
  if (is_head) file_head(session);
}

void WebhookQueue::file_head(SessionId session) {
  const auto line = sessions_.find(session);
  if (line == sessions_.end()) return;
  const Entry& head = open_.at(*line->second.begin());
  if (!head.in_flight) due_.emplace(head.not_before, head.event.sequence);
}

void WebhookQueue::unfile(const Entry& entry) {
  due_.erase({entry.not_before, entry.event.sequence});
  const auto line = sessions_.find(entry.line);
  line->second.erase(entry.event.sequence);
  if (line->second.empty()) sessions_.erase(line);
}

WebhookQueue::Taken WebhookQueue::take(Entry& entry) {
  due_.erase({entry.not_before, entry.event.sequence});
  entry.in_flight = true;
  ++in_flight_;
  return {.event = entry.event, .attempt = entry.attempts + 1};
}

std::vector<WebhookQueue::Taken> WebhookQueue::take_ready(TimePoint now) {
  std::vector<Taken> ready;
  if (now < paused_until_ || due_.empty()) return ready;
  if (is_down()) {
    if (in_flight_ > 0) return ready;
    const auto least = std::ranges::min_element(due_, {}, [&](const auto& due) {
      return std::pair(open_.at(due.second).attempts, due.second);
    });
    ready.push_back(take(open_.at(least->second)));
    return ready;
  }
  while (in_flight_ < limits_.in_flight_max && !due_.empty() && due_.begin()->first <= now)
    ready.push_back(take(open_.at(due_.begin()->second)));
  return ready;
}

WebhookQueue::Verdict WebhookQueue::settle(Position position, const EndpointAnswer& answer,
                                           TimePoint now, Random& random) {
  const auto entry = open_.find(position);
  BAUTA_ASSERT(entry != open_.end() && entry->second.in_flight);
  entry->second.in_flight = false;
  --in_flight_;
  if (answer.result == AttemptResult::delivered) return taken(entry, now);
  return refused(entry->second, answer, now, random);
}

WebhookQueue::Verdict WebhookQueue::taken(Entries::iterator entry, TimePoint now) {
  const SessionId session = entry->second.line;
  unfile(entry->second);
  open_.erase(entry);
  file_head(session);
  const bool was_down = is_down();
  failing_.clear();
  probes_ = 0;
  if (was_down) {
    // A pause that the endpoint asked for is over, or this would not have been tried.
    paused_until_ = {};
    std::set<std::pair<TimePoint, Position>> due_now;
    for (const auto& [at, position] : due_) {
      Entry& waiting = open_.at(position);
      waiting.not_before = std::min(waiting.not_before, now);
      due_now.emplace(waiting.not_before, position);
    }
    due_ = std::move(due_now);
  }
  return Verdict::go_on;
}

WebhookQueue::Verdict WebhookQueue::refused(Entry& entry, const EndpointAnswer& answer,
                                            TimePoint now, Random& random) {
  ++entry.attempts;
  if (!entry.first_failed_at) entry.first_failed_at = now;
  const Duration asked_for = answer.retry_after.value_or(Duration::zero());
  entry.not_before = now + std::max(backoff(entry.attempts, random), asked_for);
  failing_.insert(entry.event.sequence);
  if (answer.retry_after) paused_until_ = std::max(paused_until_, now + asked_for);
  if (is_down() && in_flight_ == 0) {
    ++probes_;
    paused_until_ = std::max(paused_until_, now + backoff(probes_, random));
  }
  file_head(entry.line);
  if (answer.result == AttemptResult::gone) return Verdict::gone;
  const auto since = failing_since();
  return since && now - *since >= limits_.give_up ? Verdict::failing : Verdict::go_on;
}

/// Doubled each time up to the longest, and then a quarter more or less, so that what failed together does not come back together.
Duration WebhookQueue::backoff(std::uint32_t times, Random& random) const {
  Duration wait = limits_.retry_backoff_first;
  for (std::uint32_t i = 1; i < times && wait < limits_.retry_backoff_max; ++i) wait *= 2;
  wait = std::min(wait, limits_.retry_backoff_max);
  const auto half = static_cast<std::uint64_t>(wait.count() / 2);
  return wait - wait / 4 + Duration(half == 0 ? 0 : random.next() % (half + 1));
}

std::optional<TimePoint> WebhookQueue::next_due() const {
  if (due_.empty()) return std::nullopt;
  if (is_down()) return in_flight_ > 0 ? std::nullopt : std::optional(paused_until_);
  if (in_flight_ >= limits_.in_flight_max) return std::nullopt;
  return std::max(due_.begin()->first, paused_until_);
}

void WebhookQueue::forgive() {
  failing_.clear();
  probes_ = 0;
  paused_until_ = {};
  due_.clear();
  for (auto& [position, entry] : open_) {
    entry.attempts = 0;
    entry.first_failed_at.reset();
    entry.not_before = {};
  }
  for (const auto& [session, line] : sessions_) file_head(session);
}

void WebhookQueue::drop_unless(const std::function<bool(const Event&)>& is_wanted) {
  for (auto entry = open_.begin(); entry != open_.end();) {
    const auto here = entry++;
    if (here->second.in_flight || is_wanted(here->second.event)) continue;
    const SessionId session = here->second.line;
    unfile(here->second);
    failing_.erase(here->first);
    open_.erase(here);
    file_head(session);
  }
}

std::optional<TimePoint> WebhookQueue::oldest() const {
  if (open_.empty()) return std::nullopt;
  return open_.begin()->second.event.created_at;
}

std::optional<TimePoint> WebhookQueue::failing_since() const {
  std::optional<TimePoint> since;
  for (const auto& [position, entry] : open_) {
    if (entry.first_failed_at && (!since || *entry.first_failed_at < *since))
      since = entry.first_failed_at;
  }
  return since;
}

WebhookProgress WebhookQueue::progress() const {
  WebhookProgress progress{
      .generation = generation_, .read_to = read_to_, .open = {}, .paused_until = paused_until_};
  for (const auto& [position, entry] : open_) {
    if (planted(PlantedBug::event_filed_as_told) && entry.in_flight) continue;
    progress.open.push_back({.position = position,
                             .attempts = entry.attempts,
                             .first_failed_at = entry.first_failed_at,
                             .not_before = entry.not_before});
  }
  return progress;
}

}  // namespace bauta
