#include <algorithm>
#include <utility>

#include "tests/simulation/oracle.h"

// When all has come to rest: promises 3 and 4.
namespace bauta::simulation {
namespace {

const std::set<std::string> kFine = {"sent", "delivered", "unconfirmed"};
const std::set<std::string> kDead = {"undelivered", "failed", "blocked"};
/// So often the relay dies while a text is under way until it is given up.
constexpr std::ptrdiff_t kDeathsMax = 3;
/// What a carrier may have is left alone for so long.
constexpr Time kUnknownWait = 60'000'000;

}  // namespace

void Oracle::all_told(const std::vector<DeliveryTold>& told,
                      const std::set<std::string>& sessions) {
  decide_the_undecided();
  if (!undecided_.empty()) {
    const auto& submission = submissions_[static_cast<std::size_t>(undecided_.front())];
    breaks(1, "text " + name(submission.body) + " went to " + submission.to +
                  " in no session that anybody opened");
  }
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& one : told) {
    const bool is_new = known.insert({name(one.body), one.person}).second;
    if (!is_new && !is_common(one.body))
      breaks(4, "text " + name(one.body) + " to " + one.person + " stands twice in the list");
    check_told(one);
  }
  for (const auto& text : texts_) check_known(text, sessions, known);
}

void Oracle::check_told(const DeliveryTold& one) {
  const auto what = "text " + name(one.body) + " to " + one.person;
  // Promise 3: each ends, and not silently.
  if (!kFine.contains(one.state) && !kDead.contains(one.state))
    breaks(3, what + " is still " + one.state);
  if (!one.has_event) breaks(3, what + " is " + one.state + " without an event");
  const bool is_dismissed = dismissed_.contains({name(one.body), one.person});
  if (kDead.contains(one.state) != one.has_dead_letter && (one.has_dead_letter || !is_dismissed)) {
    breaks(3, what + " is " + one.state +
                  (one.has_dead_letter ? " and a dead letter" : " and no dead letter"));
  }
  if (one.code == "lane.full") reached_.mark(Mark::lane_full);
  if (one.code == "participant.gone") reached_.mark(Mark::member_left_with_texts_queued);
  if (one.code == "poison") reached_.mark(Mark::poison);
  if (one.state == "unconfirmed") reached_.mark(Mark::unconfirmed);
  if (is_common(one.body)) return;
  const auto tries = retries(name(one.body), one.person);
  if (tries > 0 && one.state == "delivered") reached_.mark(Mark::dead_letter_retried_and_delivered);
  // Promise 4: every further send was counted.
  const auto sends = std::ranges::count_if(submissions_, [&](const Submission& submission) {
    return submission.carrier_has && submission.to == one.person &&
           name(submission.body) == name(one.body);
  });
  if (sends > 1 + static_cast<std::ptrdiff_t>(one.resends) + tries) {
    breaks(4, what + " was sent " + std::to_string(sends) + " times, counted " +
                  std::to_string(one.resends) + " resends");
  }
  if (one.state == "sent" && sends == 0) breaks(3, what + " counts as sent, but no carrier has it");
  const auto written = by_name_.find(name(one.body));
  if (written != by_name_.end())
    check_told_end(one, texts_[static_cast<std::size_t>(written->second)]);
}

/// Promise 3: what a text ended for had happened.
void Oracle::check_told_end(const DeliveryTold& one, const Text& text) {
  const auto what = "text " + name(one.body) + " to " + one.person;
  check_poison(one, text);
  if (one.code == "session.ended") {
    const auto& session = sessions_.at(one.session);
    for (const auto& life : session.lives) {
      if (life.answered <= text.is.first_try && one.at < life.earliest_end())
        breaks(3, what + " was blocked at " + std::to_string(one.at) +
                      " because its session had ended, which lived until " +
                      std::to_string(life.earliest_end()));
    }
  }
}

/// Promise 3: given up is who was under way at three deaths, and nobody else; and who was, is.
void Oracle::check_poison(const DeliveryTold& one, const Text& text) {
  const auto what = "text " + name(one.body) + " to " + one.person;
  const bool is_poison = one.state == "failed" && one.code == "poison";
  const Time since = std::max(text.is.first_try,
                              last_retry(name(one.body), one.person, is_poison ? one.at : now_));
  std::set<Time> seen;
  std::set<Time> perhaps_seen;
  bool has_receipt = false;
  for (const auto& submission : submissions_) {
    if (submission.to != one.person || name(submission.body) != name(one.body) ||
        submission.started < since)
      continue;
    has_receipt = has_receipt || submission.receipt_taken < kNever;
    const auto death = std::ranges::lower_bound(crashes_, submission.started);
    if (death == crashes_.end()) continue;
    if (submission.cut_off) seen.insert(*death);
    // Nor is it known whether an answer was on the disk.
    if (*death <= after(submission.answered, latitude_.after_answer)) perhaps_seen.insert(*death);
  }
  if (is_poison) {
    const auto deaths = most_deaths(perhaps_seen, since, one.at);
    if (deaths < kDeathsMax)
      breaks(3, what + " was given up as poison after " + std::to_string(deaths) + " deaths");
  } else if (std::ssize(seen) >= kDeathsMax && !has_receipt) {
    breaks(3, what + " was under way at " + std::to_string(seen.size()) + " deaths, and is " +
                  one.state + " " + one.code);
  }
}

/// At how many deaths a text may have been under way.  A claim may have been durable, and the text not yet with a carrier; but not while
/// it waited for news of the attempt that the death before had cut off.
std::ptrdiff_t Oracle::most_deaths(const std::set<Time>& seen, Time from, Time to) const {
  std::ptrdiff_t deaths = 0;
  Time last = from - kUnknownWait;
  for (const Time crash : crashes_) {
    if (crash < from || crash > to) continue;
    const auto next = seen.lower_bound(crash);
    const bool is_seen = next != seen.end() && *next == crash;
    const bool fits =
        crash >= last + kUnknownWait && (next == seen.end() || *next >= crash + kUnknownWait);
    if (!is_seen && !fits) continue;
    ++deaths;
    last = crash;
  }
  return deaths;
}

bool Oracle::may_be_forgotten(const Session& session) const {
  const Time retention = terms_.at(session.service).retention;
  return std::ranges::any_of(
      session.lives, [&](const Life& life) { return life.earliest_end() + retention <= now_; });
}

/// Promise 3: what was answered with success is there.
void Oracle::check_known(const Text& text, const std::set<std::string>& sessions,
                         const std::set<std::pair<std::string, std::string>>& told) {
  if (text.taken >= kNever || text.is.forged || text.is.common) return;
  for (const auto& [id, session] : sessions_) {
    if (!sessions.contains(id) || session.erased) continue;
    const auto surely_had = [&](const Place& place) {
      return place.joined_answered <= text.is.first_try && place.left_asked > text.taken &&
             !place.may_be_blocked(text.is.first_try, text.taken);
    };
    const bool surely_its =
        !text.is.session.empty()
            ? text.is.session == id
            : std::ranges::any_of(session.places,
                                  [&](const Place& place) {
                                    return place.is(text.is.person, text.is.number) &&
                                           surely_had(place);
                                  }) &&
                  std::ranges::any_of(session.lives, [&](const Life& life) {
                    return life.answered <= text.is.first_try && life.earliest_end() > text.taken;
                  });
    if (!surely_its) continue;
    for (const auto& place : session.places) {
      if (place.person == text.is.person || !surely_had(place)) continue;
      // Who left and came back has two places, and one of them was meant.
      const bool is_one = std::ranges::count(session.places, place.person, &Place::person) == 1;
      if (!text.is.only.empty() && !(text.is.only.contains(place.person) && is_one)) continue;
      if (told.contains({name(text.is.body), place.person})) continue;
      if (may_be_forgotten(session)) {
        reached_.mark(Mark::texts_forgotten_after_retention);
      } else {
        breaks(3, "text " + name(text.is.body) +
                      " was taken with success, and nothing is known of it for " + place.person);
      }
    }
  }
}

}  // namespace bauta::simulation
