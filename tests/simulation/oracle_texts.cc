#include <algorithm>
#include <utility>

#include "tests/simulation/oracle.h"

// Texts, and to whom they go: promises 1 and 2.
namespace bauta::simulation {

// ---- Texts ---------------------------------------------------------------------------------------

int Oracle::text_written(TextWritten text) {
  const int id = static_cast<int>(texts_.size());
  if (text.word != TextWritten::Word::none) text.common = true;
  if (text.common)
    common_.insert(text.body);
  else
    by_name_[name(text.body)] = id;
  for (auto& [key, session] : sessions_) {
    const bool concerned =
        text.session.empty() ? session.ever_seats(text.person, text.number) : text.session == key;
    if (concerned && after(latest_end(session, session.life()), latitude_.after_clock) >= now_)
      session.coming_in.insert(id);
  }
  texts_.push_back({.is = std::move(text)});
  return id;
}

void Oracle::text_taken(int id, const std::string& became) {
  auto& text = texts_[static_cast<std::size_t>(id)];
  if (text.taken < kNever) return;
  text.taken = now_;
  text.became = became;
  // What was said keeps the idle clock of its session going.
  std::vector<Session*> candidates;
  for (auto& [key, session] : sessions_) {
    if (session.coming_in.erase(id) > 0)
      session.life().active_high = std::max(session.life().active_high, now_);
    if (!text.is.session.empty()) continue;
    if (std::ranges::any_of(session.places, [&](const Place& place) {
          return place.is(text.is.person, text.is.number) &&
                 may_have_been_accepted(session, place, text);
        }))
      candidates.push_back(&session);
  }
  const bool is_pending = is_pending_for(text.is.person, text.is.person);
  for (auto* const session : candidates) {
    auto& life = session->life();
    if (life.answered > text.is.first_try) continue;
    // Or of one that is being opened, and has the line by now?
    const bool is_free = terms_.at(session->service).sticky == Terms::Sticky::prefer ||
                         std::ranges::any_of(session->places, [&](const Place& place) {
                           return place.is(text.is.person, text.is.number) &&
                                  reusable_low(*session, life, place) <= now_;
                         });
    const bool is_surely_its =
        became == "relayed" && candidates.size() == 1 && !(is_pending && is_free);
    const bool surely_lived = !text.is.common && !text.is.forged && life.earliest_end() > now_ &&
                              std::ranges::any_of(session->places, [&](const Place& place) {
                                return place.is(text.is.person, text.is.number) &&
                                       place.joined_answered <= text.is.first_try &&
                                       place.left_asked > now_ &&
                                       !place.may_be_blocked(text.is.first_try, now_);
                              });
    // Who is just bringing it back may have given it other clocks, and was not told yet.
    if (surely_lived && became == "ended" && !is_pending)
      breaks(1, "text " + name(text.is.body) + " is told that " + session->id +
                    " has ended, which lives");
    if (is_surely_its || surely_lived)
      life.active_low = std::max(life.active_low, text.is.first_try);
  }
  if (text.is.word == TextWritten::Word::start && became == "keyword" &&
      is_out_by_carrier_only(text.is.person, text.is.number))
    reached_.mark(Mark::start_lifts_a_carriers_opt_out);
  const bool is_out = is_surely_out(text.is.person, text.is.number, text.is.first_try);
  if (is_out && text.is.word == TextWritten::Word::stop && became == "keyword")
    reached_.mark(Mark::second_stop);
  if (is_out && text.is.word == TextWritten::Word::help) reached_.mark(Mark::help_while_out);
}

void Oracle::text_turned_away(int id) {
  for (auto& [key, session] : sessions_) session.coming_in.erase(id);
}

// ---- What is handed to carriers ------------------------------------------------------------------

int Oracle::handed_over(const std::string& connection, const std::string& from,
                        const std::string& to, const std::string& sent, Time deadline) {
  const int id = static_cast<int>(submissions_.size());
  Submission submission;
  submission.connection = connection;
  submission.from = from;
  submission.to = to;
  submission.body = sent;
  submission.started = now_;
  submission.deadline = deadline;
  const auto is_known = [&](const std::string& body) {
    return is_common(body) || by_name_.contains(name(body));
  };
  const auto colon = sent.find(": ");
  if (!is_known(sent) && colon != std::string::npos && is_known(sent.substr(colon + 2))) {
    submission.label = sent.substr(0, colon + 2);
    submission.body = sent.substr(colon + 2);
    reached_.mark(Mark::label_before_a_text);
  }
  const auto known = by_name_.find(name(submission.body));
  if (known != by_name_.end()) submission.text = known->second;
  if (!numbers_.contains(from)) {
    breaks(1, "a text leaves from " + from + ", which is not ours");
    numbers_[from] = {};
  }
  if (!countries_.contains(to)) breaks(1, "a text goes to " + to + ", who is nobody");
  if (broken_) {
    submissions_.push_back(std::move(submission));
    return id;
  }
  if (after(deadline, latitude_.after_clock) < now_)
    breaks(3, "text " + name(submission.body) + " leaves long after its deadline");
  check_revealed(submission);
  check_doubled(submission);
  check_connection(submission);
  check_consent(submission);
  check_automatic(submission);
  check_rate(from, numbers_.at(from).rate);
  const auto rate = rates_.find(connection);
  if (rate != rates_.end()) check_rate(connection, rate->second);
  submissions_.push_back(std::move(submission));
  check_misrouted(id);
  return id;
}

bool Oracle::may_have_been_accepted(const Session& session, const Place& author,
                                    const Text& text) const {
  const Time until = std::min(text.taken, now_);
  if (author.joined_asked > until) return false;
  if (after(author.left_answered, latitude_.after_clock) < text.is.first_try) return false;
  if (author.is_surely_blocked(text.is.first_try, until)) return false;
  return std::ranges::any_of(session.lives, [&](const Life& life) {
    return life.asked <= until &&
           after(latest_end(session, life), latitude_.after_clock) >= text.is.first_try;
  });
}

/// Had they a place when it was accepted, and still have it now, in a session that lives?
bool Oracle::may_receive(const Session& session, const Submission& submission,
                         const Text& text) const {
  const Time started = submission.started;
  const bool has_place = std::ranges::any_of(session.places, [&](const Place& place) {
    return place.is(submission.to, submission.from) &&
           place.joined_asked <= std::min(text.taken, now_) &&
           started <= after(place.left_answered, latitude_.after_guard) &&
           !place.is_surely_blocked(before(started, latitude_.after_guard), started);
  });
  return has_place && std::ranges::any_of(session.lives, [&](const Life& life) {
           return life.asked <= started && started <= latest_hand_over(session, life);
         });
}

bool Oracle::is_pending_for(const std::string& a, const std::string& b) const {
  return std::ranges::any_of(asked_, [&](const Asked& asked) {
    return asked.pending && std::ranges::count(asked.is.concerned, a) > 0 &&
           std::ranges::count(asked.is.concerned, b) > 0;
  });
}

std::optional<bool> Oracle::may_be_handed_over(const Submission& submission) const {
  const auto& text = texts_[static_cast<std::size_t>(submission.text)];
  if (text.is.forged) return false;
  if (!text.is.session.empty()) {
    if (!text.is.only.empty() && !text.is.only.contains(submission.to)) return false;
    const auto session = sessions_.find(text.is.session);
    if (session == sessions_.end()) return false;
    if (submission.label.empty() && may_receive(session->second, submission, text)) return true;
    if (is_pending_for(submission.to, submission.to)) return std::nullopt;
    return false;
  }
  if (submission.to == text.is.person) return false;
  for (const auto& [id, session] : sessions_) {
    for (std::size_t at = 0; at < session.places.size(); ++at) {
      const auto& author = session.places[at];
      if (author.is(text.is.person, text.is.number) &&
          may_have_been_accepted(session, author, text) && may_receive(session, submission, text) &&
          session.fits_label(at, submission.label, text.is.first_try, std::min(text.taken, now_)))
        return true;
    }
  }
  if (is_pending_for(text.is.person, submission.to)) return std::nullopt;
  return false;
}

/// Words that many say: somebody in a session of theirs wrote them.
void Oracle::check_common(int id) {
  const auto& submission = submissions_[static_cast<std::size_t>(id)];
  bool is_pending = false;
  for (const auto& text : texts_) {
    if (text.is.body != submission.body || text.is.person == submission.to) continue;
    is_pending = is_pending || is_pending_for(text.is.person, submission.to);
    const bool wrote = std::ranges::any_of(sessions_, [&](const auto& entry) {
      const auto& session = entry.second;
      return session.ever_seats(submission.to, submission.from) &&
             session.ever_seats(text.is.person, text.is.number);
    });
    if (wrote) return;
  }
  if (is_pending)
    undecided_.push_back(id);
  else
    breaks(1, submission.to + " is sent a " + submission.body +
                  " that nobody in a session of theirs wrote");
}

/// Promise 1: the right people, by the right numbers, while their session lives.
void Oracle::check_misrouted(int id) {
  const auto& submission = submissions_[static_cast<std::size_t>(id)];
  if (is_common(submission.body)) return check_common(id);
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
                  submission.to + " as \"" + submission.label +
                  "\", who is not, or no longer, to have it so");
  }
}

/// Promise 2: no participant's address, not even in a participant's own words.
void Oracle::check_revealed(const Submission& submission) {
  if (submission.body.contains("***")) reached_.mark(Mark::address_masked);
  const auto terms = terms_.find(numbers_[submission.from].service);
  if (terms == terms_.end() || !terms->second.masks) return;
  const Time written =
      submission.text < 0 ? now_ : texts_[static_cast<std::size_t>(submission.text)].is.first_try;
  for (const auto& [person, country] : countries_) {
    if (!submission.body.contains(person)) continue;
    // Who took part in each of the sessions that this may be of when it was written; a stranger's number is a word like any other.
    const bool takes_part = std::ranges::all_of(sessions_, [&](const auto& entry) {
      return !entry.second.ever_seats(submission.to, submission.from) ||
             std::ranges::any_of(entry.second.places, [&](const Place& place) {
               return place.person == person && place.joined_answered <= written;
             });
    });
    if (takes_part && !is_pending_for(submission.to, submission.to))
      breaks(2, submission.to + " reads the address of " + person);
  }
}

}  // namespace bauta::simulation
