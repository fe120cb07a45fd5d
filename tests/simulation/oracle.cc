#include "tests/simulation/oracle.h"

#include <algorithm>
#include <utility>

// What sessions are.
namespace bauta::simulation {
namespace {

constexpr Time kSecond = 1'000'000;
constexpr Time kMillisecond = 1'000;

}  // namespace

// ---- Time ----------------------------------------------------------------------------------------

void Oracle::leapt(Time from, Time by) {
  leaps_.push_back({.from = from, .by = by});
  reached_.mark(Mark::clock_leapt);
}

Time Oracle::after(Time t, Time latitude) const {
  if (t >= kNever) return t;
  Time end = t + latitude;
  for (const auto& leap : leaps_) {
    if (t <= leap.from && leap.from <= end) end += leap.by;
    // Within the leap, where nothing happened: what was judged before it is done after it.
    if (leap.from < t && t < leap.from + leap.by)
      end = std::max(end, leap.from + leap.by + latitude);
  }
  return end;
}

Time Oracle::before(Time t, Time latitude) const {
  Time begin = t - latitude;
  for (auto leap = leaps_.rbegin(); leap != leaps_.rend(); ++leap) {
    if (begin <= leap->from + leap->by && leap->from <= t) begin -= leap->by;
  }
  return begin;
}

void Oracle::crashed() {
  crashes_.push_back(now_);
  hand_overs_.clear();
  for (auto& submission : submissions_) {
    if (submission.answer != SubmitAnswer::none || submission.cut_off) continue;
    submission.cut_off = true;
    reached_.mark(Mark::claim_cut_off_by_a_crash);
  }
}

bool Oracle::crashed_within(Time from, Time to) const {
  return std::ranges::any_of(crashes_, [&](Time crash) { return crash >= from && crash <= to; });
}

void Oracle::breaks(int promise, std::string what) {
  if (!broken_) broken_ = Broken{.promise = promise, .what = std::move(what)};
}

// ---- Sessions ------------------------------------------------------------------------------------

/// Is there a moment between the two at which they may be blocked?
bool Oracle::Place::may_be_blocked(Time from, Time to) const {
  for (std::size_t at = 0; at < blocks.size(); ++at) {
    const Time lifted = at + 1 < blocks.size() ? blocks[at + 1].answered : kNever;
    if (blocks[at].blocked && blocks[at].asked <= to && lifted >= from) return true;
  }
  return false;
}

/// All the time between the two?
bool Oracle::Place::is_surely_blocked(Time from, Time to) const {
  for (std::size_t at = 0; at < blocks.size(); ++at) {
    const Time lifted = at + 1 < blocks.size() ? blocks[at + 1].asked : kNever;
    if (blocks[at].blocked && blocks[at].answered <= from && lifted > to) return true;
  }
  return false;
}

Time Oracle::Life::earliest_end() const {
  Time end = std::min(close_asked, expires.value_or(kNever));
  if (idle) end = std::min(end, active_low + *idle - std::min(10 * kSecond, *idle / 10));
  return end - kMillisecond;
}

bool Oracle::Session::ever_seats(const std::string& person, const std::string& number) const {
  return std::ranges::any_of(places, [&](const Place& place) { return place.is(person, number); });
}

std::set<std::string> Oracle::Session::people() const {
  std::set<std::string> all;
  for (const auto& place : places) all.insert(place.person);
  return all;
}

std::size_t Oracle::Session::places_taken() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      places, [](const Place& place) { return place.left_answered >= kNever; }));
}

bool Oracle::Session::fits_label(std::size_t at, const std::string& label, Time from,
                                 Time to) const {
  const bool surely_group = std::ranges::count_if(places, [&](const Place& place) {
                              return place.joined_answered <= from;
                            }) > 2;
  const bool maybe_group = std::ranges::count_if(places, [&](const Place& place) {
                             return place.joined_asked <= to;
                           }) > 2;
  if (label.empty()) return !surely_group;
  const auto& own = places[at].label;
  return maybe_group && label == (own.empty() ? "#" + std::to_string(at + 1) : own) + ": ";
}

/// A text that is being handed in may count as activity at any moment until it is answered.
Time Oracle::latest_end_by_clock(const Session& session, const Life& life) const {
  Time end = life.expires.value_or(kNever);
  if (life.idle) {
    const bool grows = &life == &session.life() && !session.coming_in.empty();
    end = std::min(end, (grows ? now_ : life.active_high) + *life.idle);
  }
  return end >= kNever ? kNever : end + kMillisecond;
}

Time Oracle::latest_end(const Session& session, const Life& life) const {
  return std::min(life.close_answered, latest_end_by_clock(session, life));
}

Time Oracle::latest_hand_over(const Session& session, const Life& life) const {
  return std::min(after(life.close_answered, latitude_.after_guard),
                  after(latest_end_by_clock(session, life), latitude_.after_clock));
}

bool Oracle::is_part_of(const Place& place, const Life& life) const {
  return place.left_answered > life.asked && place.joined_asked <= life.close_answered;
}

void Oracle::session_opened(int asked, SessionOpened opened) {
  asked_[static_cast<std::size_t>(asked)].pending = false;
  Session session{.id = opened.id, .service = std::move(opened.service), .places = {}, .lives = {}};
  session.lives.push_back({.asked = opened.asked,
                           .answered = opened.answered,
                           .expires = opened.expires,
                           .idle = opened.idle,
                           .active_low = opened.asked,
                           .active_high = opened.answered});
  for (auto& seat : opened.seats)
    session.places.push_back({.person = std::move(seat.person),
                              .number = std::move(seat.number),
                              .label = std::move(seat.label),
                              .joined_asked = opened.asked,
                              .joined_answered = opened.answered});
  if (sessions_.contains(opened.id)) breaks(4, "one session was told as two");
  for (const auto& place : session.places) begins_to_hold(session, place);
  remember_pair(session);
  sessions_.emplace(opened.id, std::move(session));
  decide_the_undecided();
}

void Oracle::session_reopened(int asked, SessionReopened reopened) {
  asked_[static_cast<std::size_t>(asked)].pending = false;
  auto& session = sessions_.at(reopened.id);
  // Of what lived on all the time the idle clock goes on from the last text.
  const bool had_ended = latest_end(session, session.life()) < reopened.asked;
  const Time active_low = had_ended ? reopened.asked : session.life().active_low;
  // Whether it had ended at all is not known: what was, is over when the new clocks run.
  session.life().close_asked = std::min(session.life().close_asked, reopened.asked);
  session.life().close_answered = std::min(session.life().close_answered, now_);
  session.lives.push_back({.asked = reopened.asked,
                           .answered = now_,
                           .expires = reopened.expires,
                           .idle = reopened.idle,
                           .active_low = active_low,
                           .active_high = now_});
  for (const auto& place : session.places) {
    if (is_part_of(place, session.life())) begins_to_hold(session, place);
  }
  reached_.mark(Mark::reopened);
  decide_the_undecided();
}

void Oracle::session_not_reopened(const std::string& id, Time asked, bool perhaps) {
  auto& session = sessions_.at(id);
  close_answered(id);
  if (!perhaps) return;
  // If it lived when the earlier try came, that gave it new clocks: it may have ended at any moment since.  Else it may have lived again.
  session.life().close_asked = std::min(session.life().close_asked, asked);
  session.lives.push_back({.asked = asked,
                           .answered = now_,
                           .expires = {},
                           .idle = {},
                           .active_low = asked,
                           .active_high = now_,
                           .close_asked = asked,
                           .close_answered = now_,
                           .perhaps = true});
}

void Oracle::member_joined(int asked, const std::string& id, const SessionOpened::Seat& seat,
                           Time since) {
  asked_[static_cast<std::size_t>(asked)].pending = false;
  auto& session = sessions_.at(id);
  session.places.push_back({.person = seat.person,
                            .number = seat.number,
                            .label = seat.label,
                            .joined_asked = since,
                            .joined_answered = now_});
  begins_to_hold(session, session.places.back());
  decide_the_undecided();
}

void Oracle::leave_asked(const std::string& id, std::size_t place) {
  auto& session = sessions_.at(id);
  auto& left = session.places[place];
  left.left_asked = std::min(left.left_asked, now_);
  if (session.places_taken() <= 2) close_asked(id);
}

void Oracle::leave_answered(const std::string& id, std::size_t place, bool left) {
  auto& session = sessions_.at(id);
  const bool last_but_one = session.places_taken() <= 2;
  if (left) session.places[place].left_answered = now_;
  if (left && last_but_one) reached_.mark(Mark::last_but_one_left);
  if (!left || last_but_one) close_answered(id);
}

void Oracle::block_asked(const std::string& session, std::size_t place, bool blocked) {
  sessions_.at(session).places[place].blocks.push_back({.blocked = blocked, .asked = now_});
}

void Oracle::block_answered(const std::string& session, std::size_t place) {
  sessions_.at(session).places[place].blocks.back().answered = now_;
}

void Oracle::close_asked(const std::string& session) {
  auto& closed = sessions_.at(session).life();
  closed.close_asked = std::min(closed.close_asked, now_);
}

void Oracle::close_answered(const std::string& session) {
  auto& closed = sessions_.at(session).life();
  closed.close_asked = std::min(closed.close_asked, now_);
  closed.close_answered = std::min(closed.close_answered, now_);
}

void Oracle::erase_asked(const std::string& session) {
  close_asked(session);
  sessions_.at(session).erased = true;
}

void Oracle::decide_the_undecided() {
  for (const int submission : std::exchange(undecided_, {})) check_misrouted(submission);
}

}  // namespace bauta::simulation
