#include "tests/simulation/oracle.h"

#include <algorithm>
#include <utility>

namespace bauta::simulation {
namespace {

/// The body of every text that is a START.
constexpr const char* kStart = "START";
constexpr Time kSecond = 1'000'000;
constexpr Time kMillisecond = 1'000;
/// A lane's latest deadline may be rounded up by so much.
constexpr Time kDeadlineRounding = 600 * kSecond;
/// After a crash a text may be sent again twice, after an unknown outcome three times.
constexpr std::size_t kSendsMax = 1 + 3 + 3;

std::string name(const std::string& body) { return body.substr(0, body.find(' ')); }

/// "#2: " of "#2: hello"; "": it has none.
std::string label_before(const std::string& body) {
  const auto digits = body.find_first_not_of("0123456789", 1);
  if (!body.starts_with('#') || digits == std::string::npos || digits < 2) return "";
  return body.substr(digits).starts_with(": ") ? body.substr(0, digits + 2) : "";
}

}  // namespace

// ---- Sessions ------------------------------------------------------------------------------------

bool Oracle::Session::seats(const std::string& person, const std::string& number) const {
  return std::ranges::any_of(
      is.seats, [&](const auto& seat) { return seat.person == person && seat.number == number; });
}

std::set<std::string> Oracle::Session::people() const {
  std::set<std::string> all;
  for (const auto& seat : is.seats) all.insert(seat.person);
  return all;
}

std::string Oracle::Session::label_of(const std::string& person) const {
  if (is.seats.size() <= 2) return "";
  const auto at = std::ranges::find(is.seats, person, &SessionOpened::Seat::person);
  return "#" + std::to_string(at - is.seats.begin() + 1) + ": ";
}

Time Oracle::Session::earliest_end() const {
  Time end = std::min(close_asked, is.expires.value_or(kNever));
  if (is.idle) end = std::min(end, active_low + *is.idle - std::min(10 * kSecond, *is.idle / 10));
  return end - kMillisecond;
}

/// A text that is being handed in may count as activity at any moment until it is answered.
Time Oracle::latest_end_by_clock(const Session& session) const {
  Time end = session.is.expires.value_or(kNever);
  if (session.is.idle) {
    const Time active = session.coming_in.empty() ? session.active_high : now_;
    end = std::min(end, active + *session.is.idle);
  }
  return end + kMillisecond;
}

Time Oracle::latest_end(const Session& session) const {
  return std::min(session.close_answered, latest_end_by_clock(session));
}

Time Oracle::latest_hand_over(const Session& session) const {
  return std::min(session.close_answered + latitude_.after_guard,
                  latest_end_by_clock(session) + latitude_.after_clock);
}

int Oracle::session_asked(SessionAsked asked) {
  opens_.push_back({.is = std::move(asked)});
  return static_cast<int>(opens_.size()) - 1;
}

/// Promise 7: somebody in it had no number left, by brute force.
void Oracle::session_refused(int asked, const std::string& code) {
  auto& open = opens_[static_cast<std::size_t>(asked)];
  open.pending = false;
  if (code != "pool.exhausted") return;
  for (const auto& person : open.is.people) {
    std::size_t eligible = 0;
    std::size_t held = 0;
    for (const auto& [number, facts] : numbers_) {
      if (facts.service != open.is.service || facts.country != countries_.at(person)) continue;
      ++eligible;
      held += std::ranges::any_of(sessions_, [&](const auto& entry) {
        const auto& session = entry.second;
        return session.seats(person, number) && session.is.asked <= now_ &&
               reusable_high(session, {.person = person, .number = number}) >= open.is.asked;
      });
    }
    // Who asks for this person at the same moment may have got one, and nobody was told yet.
    const auto others = std::ranges::count_if(opens_, [&](const Open& other) {
      return other.pending && other.is.service == open.is.service &&
             std::ranges::count(other.is.people, person) > 0;
    });
    if (eligible <= held + static_cast<std::size_t>(others)) return;
  }
  breaks(7, "a session was refused, but each of its people had a number left");
}

/// Promise 1: no two sessions share (person, number), live or cooling.
void Oracle::session_opened(int asked, SessionOpened opened) {
  opens_[static_cast<std::size_t>(asked)].pending = false;
  Session session{.is = std::move(opened)};
  session.active_low = session.is.asked;
  session.active_high = session.is.answered;
  for (const auto& seat : session.is.seats) {
    const auto number = numbers_.find(seat.number);
    if (number == numbers_.end() || number->second.service != session.is.service) {
      breaks(1, seat.number + " is no number of the service");
    }
    for (const auto& [id, other] : sessions_) {
      if (!other.seats(seat.person, seat.number)) continue;
      const bool both_held = now_ < reusable_low(other, seat) && now_ < reusable_low(session, seat);
      const bool same_people = session.people() == other.people();
      const bool other_may_cool = std::min(other.earliest_end(), session.earliest_end()) <= now_;
      if (both_held && !(same_people && other_may_cool)) {
        breaks(1, seat.person + " has " + seat.number + " in " + session.is.id +
                      ", which is live or cooling in " + id);
      }
    }
  }
  const auto id = session.is.id;
  if (sessions_.contains(id)) breaks(4, "one session was told as two");
  sessions_.emplace(id, std::move(session));
  for (const int submission : std::exchange(undecided_, {})) check_misrouted(submission);
}

void Oracle::close_asked(const std::string& session) {
  auto& closed = sessions_.at(session);
  closed.close_asked = std::min(closed.close_asked, now_);
}

void Oracle::close_answered(const std::string& session) {
  auto& closed = sessions_.at(session);
  closed.close_answered = std::min(closed.close_answered, now_);
}

void Oracle::erase_asked(const std::string& session) {
  close_asked(session);
  sessions_.at(session).erased = true;
}

/// Surely not before.
Time Oracle::reusable_low(const Session& session, const SessionOpened::Seat& seat) const {
  const Time end = session.earliest_end();
  if (end >= kNever) return kNever;
  Time latest = end;
  for (const auto& submission : submissions_) {
    if (submission.from == seat.number && submission.to == seat.person &&
        submission.started < end) {
      latest = std::max(latest, submission.deadline);
    }
  }
  return latest + terms_.at(session.is.service).cooling - kMillisecond;
}

/// Surely from then on.  Whatever was handed to a carrier on the lane keeps it cooling, also Bauta's own word that the session had
/// ended: its end by a clock is written down later.
Time Oracle::reusable_high(const Session& session, const SessionOpened::Seat& seat) const {
  const auto& terms = terms_.at(session.is.service);
  const Time end = latest_end(session);
  if (end >= kNever) return kNever;
  Time latest = end + terms.deadline;
  for (const auto& submission : submissions_) {
    if (submission.from == seat.number && submission.to == seat.person) {
      latest = std::max(latest, submission.deadline);
    }
  }
  return latest + kDeadlineRounding + terms.cooling + latitude_.after_clock;
}

// ---- Texts ---------------------------------------------------------------------------------------

int Oracle::text_written(TextWritten text) {
  const int id = static_cast<int>(texts_.size());
  if (text.word == TextWritten::Word::none) by_body_[text.body] = id;
  for (auto& [name, session] : sessions_) {
    const bool concerned =
        text.session.empty() ? session.seats(text.person, text.number) : text.session == name;
    if (concerned && latest_end(session) + latitude_.after_clock >= now_)
      session.coming_in.insert(id);
  }
  texts_.push_back({.is = std::move(text)});
  return id;
}

void Oracle::text_taken(int id) {
  auto& text = texts_[static_cast<std::size_t>(id)];
  if (text.taken < kNever) return;
  text.taken = now_;
  // What was said keeps the idle clock of its session going.
  for (auto& [name, session] : sessions_) {
    if (session.coming_in.erase(id) > 0) session.active_high = std::max(session.active_high, now_);
    if (!text.is.session.empty() || !session.seats(text.is.person, text.is.number)) continue;
    if (session.is.answered <= text.is.first_try && session.earliest_end() > now_ &&
        text.is.word == TextWritten::Word::none && !text.is.forged) {
      session.active_low = std::max(session.active_low, text.is.first_try);
    }
  }
}

void Oracle::text_turned_away(int id) {
  for (auto& [name, session] : sessions_) session.coming_in.erase(id);
}

// ---- What is handed to carriers ------------------------------------------------------------------

int Oracle::handed_over(const std::string& connection, const std::string& from,
                        const std::string& to, const std::string& sent, Time deadline) {
  const int id = static_cast<int>(submissions_.size());
  const auto label = label_before(sent);
  const auto body = sent.substr(label.size());
  const auto known = by_body_.find(body);
  Submission submission;
  submission.text = known == by_body_.end() ? -1 : known->second;
  submission.connection = connection;
  submission.from = from;
  submission.to = to;
  submission.label = label;
  submission.body = body;
  submission.started = now_;
  submission.deadline = deadline;
  if (!numbers_.contains(from)) breaks(1, "a text leaves from " + from + ", which is not ours");
  if (!countries_.contains(to)) breaks(1, "a text goes to " + to + ", who is nobody");
  check_doubled(submission);
  check_consent(submission);
  submissions_.push_back(std::move(submission));
  check_misrouted(id);
  return id;
}

std::optional<bool> Oracle::may_be_handed_over(const Submission& submission) const {
  const auto& text = texts_[static_cast<std::size_t>(submission.text)];
  if (text.is.forged) return false;
  if (!text.is.session.empty()) {
    const auto session = sessions_.find(text.is.session);
    return session != sessions_.end() && submission.label.empty() &&
           session->second.seats(submission.to, submission.from) &&
           submission.started <= latest_hand_over(session->second);
  }
  if (submission.to == text.is.person) return false;
  for (const auto& [id, session] : sessions_) {
    if (session.seats(text.is.person, text.is.number) &&
        session.seats(submission.to, submission.from) &&
        submission.label == session.label_of(text.is.person) &&
        session.is.asked <= std::min(text.taken, now_) &&
        latest_end(session) + latitude_.after_clock >= text.is.first_try &&
        submission.started <= latest_hand_over(session)) {
      return true;
    }
  }
  for (const auto& open : opens_) {
    if (open.pending && std::ranges::count(open.is.people, text.is.person) > 0 &&
        std::ranges::count(open.is.people, submission.to) > 0) {
      return std::nullopt;
    }
  }
  return false;
}

/// Promise 1: the right people, by the right numbers, while their session lives.
void Oracle::check_misrouted(int id) {
  const auto& submission = submissions_[static_cast<std::size_t>(id)];
  if (submission.body == kStart) {
    // A word like any other from who is not out: they share a session.
    const bool wrote = std::ranges::any_of(sessions_, [&](const auto& entry) {
      const auto& session = entry.second;
      return session.seats(submission.to, submission.from) &&
             std::ranges::any_of(texts_, [&](const Text& text) {
               return text.is.word == TextWritten::Word::start && text.is.person != submission.to &&
                      session.seats(text.is.person, text.is.number);
             });
    });
    const bool pending = std::ranges::any_of(opens_, [](const Open& open) { return open.pending; });
    if (!wrote && pending)
      undecided_.push_back(id);
    else if (!wrote)
      breaks(1, submission.to + " is sent a START that nobody in a session of theirs wrote");
    return;
  }
  if (submission.text < 0) {
    // Bauta's own words answer a text of that person, or a carrier's word about them.
    const bool wrote = std::ranges::any_of(texts_, [&](const Text& text) {
      return text.is.person == submission.to && text.is.number == submission.from;
    });
    if (!wrote)
      breaks(1, submission.to + " never texted " + submission.from +
                    ", and is told: " + submission.body);
    return;
  }
  const auto may = may_be_handed_over(submission);
  if (!may) {
    undecided_.push_back(id);
  } else if (!*may) {
    breaks(1, "text " + name(submission.body) + " went from " + submission.from + " to " +
                  submission.to + ", who is not, or no longer, to have it");
  }
}

/// Promise 4: once, unless the first time may not have happened.
void Oracle::check_doubled(const Submission& submission) {
  if (submission.text < 0) return;
  std::size_t before = 0;
  for (const auto& earlier : submissions_) {
    if (earlier.text != submission.text || earlier.to != submission.to) continue;
    if (earlier.answer == SubmitAnswer::later) continue;
    ++before;
    const auto again = "text " + name(submission.body) + " goes to " + submission.to + " again, ";
    if (earlier.answer == SubmitAnswer::none && !crashed_within(earlier.started, now_)) {
      breaks(4, again + "while it is under way");
    }
    if ((earlier.answer == SubmitAnswer::accepted || earlier.answer == SubmitAnswer::refused) &&
        !crashed_within(earlier.answered, earlier.answered + latitude_.after_answer)) {
      breaks(4, again + "although the carrier had answered");
    }
    if (earlier.receipt_taken < now_ - latitude_.after_guard) {
      breaks(4, again + "although a receipt said that it arrived");
    }
  }
  if (before >= kSendsMax) breaks(4, "text " + name(submission.body) + " is sent without end");
}

void Oracle::carrier_has(int id) {
  auto& submission = submissions_[static_cast<std::size_t>(id)];
  check_order(submission);
  submission.carrier_has = true;
  ++sends_;
  const auto same = std::ranges::count_if(submissions_, [&](const Submission& other) {
    return other.carrier_has && other.text == submission.text && other.to == submission.to;
  });
  if (submission.text >= 0 && same > 1) ++doubles_;
}

/// Promise 5: what was taken before another text of the same person was even written goes before it.
void Oracle::check_order(const Submission& submission) {
  if (submission.text < 0) return;
  const auto& text = texts_[static_cast<std::size_t>(submission.text)];
  for (const auto& other : submissions_) {
    if (!other.carrier_has || other.text < 0 || other.from != submission.from ||
        other.to != submission.to)
      continue;
    if (other.text == submission.text) return;  // not the first time
  }
  for (const auto& other : submissions_) {
    if (!other.carrier_has || other.text < 0 || other.from != submission.from ||
        other.to != submission.to)
      continue;
    const auto& later = texts_[static_cast<std::size_t>(other.text)];
    if (later.is.person == text.is.person && later.is.number == text.is.number &&
        later.is.session == text.is.session && text.taken < later.is.first_try &&
        other.started < submission.started) {
      breaks(5, "text " + name(other.body) + " overtook text " + name(submission.body));
    }
  }
}

bool Oracle::is_surely_out(const std::string& service, const std::string& person, Time at) const {
  const auto lifted_since = [&](Time word) {
    return std::ranges::any_of(texts_, [&](const Text& text) {
      return text.is.word == TextWritten::Word::start && text.is.service == service &&
             text.is.person == person && text.is.first_try <= at && text.taken >= word;
    });
  };
  for (const auto& text : texts_) {
    if (text.is.word == TextWritten::Word::stop && !text.is.forged && text.is.service == service &&
        text.is.person == person && text.taken < kNever &&
        text.taken + latitude_.after_guard < at && !lifted_since(text.is.first_try)) {
      return true;
    }
  }
  for (const auto& submission : submissions_) {
    const Time known = submission.answered + latitude_.after_answer;
    if (submission.opted_out && submission.to == person &&
        numbers_.at(submission.from).service == service && known < at &&
        !crashed_within(submission.answered, known) && !lifted_since(submission.started)) {
      return true;
    }
  }
  return false;
}

/// Promise 6: nothing to who said STOP, but one confirmation of each.
void Oracle::check_consent(const Submission& submission) {
  const auto number = numbers_.find(submission.from);
  if (number == numbers_.end()) return;
  const auto& service = number->second.service;
  if (!is_surely_out(service, submission.to, now_)) return;
  if (submission.text >= 0 || submission.body == kStart) {
    breaks(6, submission.to + " said STOP and is sent text " + name(submission.body));
    return;
  }
  const auto stops = std::ranges::count_if(texts_, [&](const Text& text) {
    return text.is.word == TextWritten::Word::stop && text.is.service == service &&
           text.is.person == submission.to;
  });
  const auto told = std::ranges::count_if(submissions_, [&](const Submission& other) {
    return other.text < 0 && other.body != kStart && other.to == submission.to &&
           other.answer == SubmitAnswer::accepted && numbers_.at(other.from).service == service &&
           is_surely_out(service, other.to, other.started) &&
           !crashed_within(other.answered, other.answered + latitude_.after_answer);
  });
  if (told >= stops)
    breaks(6, submission.to + " said STOP and is told more than that it was heard");
}

void Oracle::carrier_answered(int id, SubmitAnswer answer, bool opted_out) {
  auto& submission = submissions_[static_cast<std::size_t>(id)];
  submission.answer = answer;
  submission.answered = now_;
  submission.opted_out = opted_out;
}

void Oracle::receipt_taken(int id) {
  auto& submission = submissions_[static_cast<std::size_t>(id)];
  submission.receipt_taken = std::min(submission.receipt_taken, now_);
}

// ---- In the end ----------------------------------------------------------------------------------

void Oracle::all_told(const std::vector<DeliveryTold>& told,
                      const std::set<std::string>& sessions) {
  static const std::set<std::string> kFine = {"sent", "delivered", "unconfirmed"};
  static const std::set<std::string> kDead = {"undelivered", "failed", "blocked"};
  if (!undecided_.empty()) {
    const auto& submission = submissions_[static_cast<std::size_t>(undecided_.front())];
    breaks(1, "text " + name(submission.body) + " went to " + submission.to +
                  " in no session that anybody opened");
  }
  std::map<std::pair<std::string, std::string>, const DeliveryTold*> by_text;
  for (const auto& one : told) {
    const auto what = "text " + name(one.body) + " to " + one.person;
    const bool repeats = one.body == kStart;  // not told apart
    if (!by_text.try_emplace({one.body, one.person}, &one).second && !repeats)
      breaks(4, what + " stands twice in the list");
    // Promise 3: each ends, and not silently.
    if (!kFine.contains(one.state) && !kDead.contains(one.state))
      breaks(3, what + " is still " + one.state);
    if (!one.has_event) breaks(3, what + " is " + one.state + " without an event");
    if (kDead.contains(one.state) != one.has_dead_letter) {
      breaks(3, what + " is " + one.state +
                    (one.has_dead_letter ? " and a dead letter" : " and no dead letter"));
    }
    // Promise 4: every further send was counted.
    const auto sends = std::ranges::count_if(submissions_, [&](const Submission& submission) {
      return submission.carrier_has && submission.to == one.person && submission.body == one.body;
    });
    if (!repeats && sends > 1 + static_cast<std::ptrdiff_t>(one.resends)) {
      breaks(4, what + " was sent " + std::to_string(sends) + " times, counted " +
                    std::to_string(one.resends) + " resends");
    }
    if (one.state == "sent" && sends == 0)
      breaks(3, what + " counts as sent, but no carrier has it");
  }
  // Promise 3: what was answered with success is there.
  for (const auto& text : texts_) {
    if (text.taken >= kNever || text.is.forged || text.is.word != TextWritten::Word::none) continue;
    for (const auto& [id, session] : sessions_) {
      if (!sessions.contains(id) || session.erased) continue;
      if (!text.is.session.empty() ? text.is.session != id
                                   : !session.seats(text.is.person, text.is.number) ||
                                         session.is.answered > text.is.first_try ||
                                         session.earliest_end() <= text.taken) {
        continue;
      }
      for (const auto& seat : session.is.seats) {
        if (seat.person == text.is.person) continue;
        if (!by_text.contains({text.is.body, seat.person})) {
          breaks(3, "text " + name(text.is.body) +
                        " was taken with success, and nothing is known of it for " + seat.person);
        }
      }
    }
  }
}

void Oracle::breaks(int promise, std::string what) {
  if (!broken_) broken_ = Broken{.promise = promise, .what = std::move(what)};
}

bool Oracle::crashed_within(Time from, Time to) const {
  return std::ranges::any_of(crashes_, [&](Time crash) { return crash >= from && crash <= to; });
}

}  // namespace bauta::simulation
