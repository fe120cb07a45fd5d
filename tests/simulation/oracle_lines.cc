#include <algorithm>

#include "tests/simulation/oracle.h"

// Who may have which line, and who may be refused one: promises 1 and 7.
namespace bauta::simulation {
namespace {

constexpr Time kSecond = 1'000'000;
constexpr Time kMillisecond = 1'000;
/// A lane's latest deadline may be rounded up by so much.
constexpr Time kDeadlineRounding = 600 * kSecond;
/// From so many lines of a person on a refusal is proven in another way.
constexpr std::size_t kManyLines = 100;

}  // namespace

int Oracle::lines_asked(LinesAsked asked) {
  if (asked.concerned.empty()) asked.concerned = asked.people;
  for (const auto& other : asked_) {
    if (!other.pending || other.is.service != asked.service) continue;
    if (std::ranges::find_first_of(other.is.people, asked.people) != other.is.people.end())
      reached_.mark(Mark::two_bookings_of_one_person_at_once);
  }
  asked_.push_back({.is = std::move(asked)});
  return static_cast<int>(asked_.size()) - 1;
}

bool Oracle::may_hold(const std::string& person, const std::string& number, Time at) const {
  return std::ranges::any_of(sessions_, [&](const auto& entry) {
    const auto& session = entry.second;
    return std::ranges::any_of(session.places, [&](const Place& place) {
      return place.is(person, number) && std::ranges::any_of(session.lives, [&](const Life& life) {
               return is_part_of(place, life) && reusable_high(session, life, place) >= at;
             });
    });
  });
}

/// Promise 7: somebody in it had no number left, by brute force.
void Oracle::lines_refused(int id, const std::string& code) {
  auto& asked = asked_[static_cast<std::size_t>(id)];
  asked.pending = false;
  decide_the_undecided();
  if (code != "pool.exhausted") return;
  std::string left;
  for (const auto& person : asked.is.people) {
    std::size_t eligible = 0;
    std::size_t held = 0;
    for (const auto& [number, facts] : numbers_) {
      if (facts.service != asked.is.service || facts.country != countries_.at(person)) continue;
      if (may_close(person, number)) continue;
      ++eligible;
      if (!may_hold(person, number, asked.is.asked)) {
        left += ", " + person + " " + number;
        continue;
      }
      ++held;
      if (std::ranges::none_of(sessions_, [&](const auto& entry) {
            return entry.second.ever_seats(person, number) &&
                   latest_end(entry.second, entry.second.life()) > now_;
          }))
        cooled_at_refusal_[person].insert(number);
    }
    // Who asks for this person at the same moment may have got one, and nobody was told yet.
    const auto others = std::ranges::count_if(asked_, [&](const Asked& other) {
      return other.pending && other.is.service == asked.is.service &&
             std::ranges::count(other.is.people, person) > 0;
    });
    if (eligible > held + static_cast<std::size_t>(others)) continue;
    if (held > kManyLines) reached_.mark(Mark::refusal_over_a_hundred_lines);
    return;
  }
  breaks(7, "lines were refused, but each of the people had a number left" + left);
}

/// Promise 1: no two sessions share (person, number), live or cooling; but the same two people may go on with a line that cools.
void Oracle::begins_to_hold(const Session& session, const Place& place) {
  const auto number = numbers_.find(place.number);
  if (number == numbers_.end() || number->second.service != session.service) {
    breaks(1, place.number + " is no number of the service");
    return;
  }
  if (const auto cooled = cooled_at_refusal_.find(place.person);
      cooled != cooled_at_refusal_.end() && cooled->second.erase(place.number) > 0)
    reached_.mark(Mark::exhausted_then_freed_by_cooling);
  const auto& terms = terms_.at(session.service);
  for (const auto& [id, other] : sessions_) {
    if (id == session.id) continue;
    for (const auto& theirs : other.places) {
      if (!theirs.is(place.person, place.number)) continue;
      for (const auto& life : other.lives) {
        if (life.perhaps || !is_part_of(theirs, life)) continue;
        const bool both_held = now_ < reusable_low(other, life, theirs) &&
                               now_ < reusable_low(session, session.life(), place);
        if (!both_held) continue;
        const bool same_people = session.people() == other.people() && session.places.size() == 2;
        const bool one_cools = std::min(life.earliest_end(), session.life().earliest_end()) <= now_;
        const bool is_old = taken_over_.contains({session.id, id, place.person});
        if (is_old || (same_people && one_cools && terms.sticky == Terms::Sticky::prefer)) {
          taken_over_.insert({session.id, id, place.person});
          if (!is_old) reached_.mark(Mark::cooling_line_taken_over);
        } else {
          breaks(1, place.person + " has " + place.number + " in " + session.id +
                        ", which is live or cooling in " + id);
        }
      }
    }
  }
}

void Oracle::remember_pair(const Session& session) {
  if (session.places.size() != 2) return;
  const auto sticky = terms_.at(session.service).sticky;
  for (std::size_t at = 0; at < 2; ++at) {
    const auto& place = session.places[at];
    auto& last = pairs_[{session.service, place.person, session.places[1 - at].person}];
    if (last == place.number && sticky == Terms::Sticky::prefer)
      reached_.mark(Mark::preferred_number_given_again);
    if (last == place.number && sticky == Terms::Sticky::avoid)
      reached_.mark(Mark::avoided_number_given_as_last);
    last = place.number;
  }
}

/// Surely not before.
Time Oracle::reusable_low(const Session& session, const Life& life, const Place& place) const {
  const Time end = std::min(life.earliest_end(), place.left_asked - kMillisecond);
  Time latest = end;
  for (const auto& submission : submissions_) {
    if (submission.from == place.number && submission.to == place.person &&
        submission.started < end) {
      latest = std::max(latest, submission.deadline);
    }
  }
  return latest + terms_.at(session.service).cooling - kMillisecond;
}

/// Surely from then on.  Whatever was handed to a carrier on the lane keeps it cooling, also Bauta's own word that the session had
/// ended: its end by a clock is written down later.
Time Oracle::reusable_high(const Session& session, const Life& life, const Place& place) const {
  const auto& terms = terms_.at(session.service);
  const Time end = std::min(latest_end(session, life), place.left_answered);
  if (end >= kNever) return kNever;
  Time latest = end + terms.deadline;
  for (const auto& submission : submissions_) {
    if (submission.from == place.number && submission.to == place.person) {
      latest = std::max(latest, submission.deadline);
    }
  }
  // Bauta's own answer may have been claimed, and no carrier have heard of it.
  for (const auto& text : texts_) {
    if (text.is.person != place.person || text.is.number != place.number) continue;
    latest = std::max(latest, (text.taken == kNever ? now_ : text.taken) + terms.deadline);
  }
  return after(latest + kDeadlineRounding + terms.cooling, latitude_.after_clock);
}

}  // namespace bauta::simulation
