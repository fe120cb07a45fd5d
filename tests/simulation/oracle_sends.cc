#include <algorithm>
#include <array>
#include <string_view>

#include "tests/simulation/oracle.h"

// How often texts go out, how fast, and in which order: promises 3, 4 and 5.
namespace bauta::simulation {
namespace {

constexpr Time kSecond = 1'000'000;
constexpr Time kDay = 24 * 3'600 * kSecond;
/// After a crash a text may be sent again twice, after an unknown outcome three times.
constexpr std::size_t kSendsMax = 1 + 3 + 3;
/// So often may the relay die while a text is under way.
constexpr std::ptrdiff_t kDeathsMax = 3;

/// What is said at most once a day.
bool is_automatic(std::string_view words) {
  constexpr std::array<std::string_view, 8> kWords = {
      "has ended",       "ist beendet", "cannot be reached", "nicht erreichbar",
      "no conversation", "keine Unt",   "Pictures cann",     "Bilder k"};
  return std::ranges::any_of(kWords, [&](auto part) { return words.contains(part); });
}

}  // namespace

/// Promise 4: once, unless the first time may not have happened, or somebody asks for it again.
void Oracle::check_doubled(const Submission& submission) {
  if (submission.text < 0) return;
  const Time retried = last_retry(name(submission.body), submission.to, now_);
  std::size_t before = 0;
  std::ptrdiff_t deaths = 0;
  for (const auto& earlier : submissions_) {
    if (earlier.text != submission.text || earlier.to != submission.to) continue;
    if (earlier.answer == SubmitAnswer::later || earlier.started <= retried) continue;
    ++before;
    if (earlier.cut_off) ++deaths;
    const auto again = "text " + name(submission.body) + " goes to " + submission.to + " again, ";
    if (earlier.answer == SubmitAnswer::none && !earlier.cut_off) {
      breaks(4, again + "while it is under way");
    }
    if ((earlier.answer == SubmitAnswer::accepted || earlier.answer == SubmitAnswer::refused) &&
        !crashed_within(earlier.answered, after(earlier.answered, latitude_.after_answer))) {
      breaks(4, again + "although the carrier had answered");
    }
    if (after(earlier.receipt_taken, latitude_.after_guard) < now_) {
      breaks(4, again + "although a receipt said that it arrived");
    }
  }
  if (before >= kSendsMax) breaks(4, "text " + name(submission.body) + " is sent without end");
  if (deaths >= kDeathsMax)
    breaks(3, "text " + name(submission.body) + " leaves once more, and three times killed us");
}

/// A number's texts leave by the connections that are named for it (promise 1), and a text goes to another one only when the one before did
/// provably not take it (promise 4).
void Oracle::check_connection(const Submission& submission) {
  const auto& named = numbers_.at(submission.from).connections;
  if (!named.empty() && !named.contains(submission.connection))
    breaks(1, "text " + name(submission.body) + " leaves by " + submission.connection +
                  ", which may not send for " + submission.from);
  if (submission.text < 0) return;
  const auto earlier =
      std::find_if(submissions_.rbegin(), submissions_.rend(), [&](const Submission& other) {
        return other.text == submission.text && other.to == submission.to;
      });
  if (earlier == submissions_.rend() || earlier->connection == submission.connection ||
      earlier->started <= last_retry(name(submission.body), submission.to, now_))
    return;
  if (earlier->answer == SubmitAnswer::later) return reached_.mark(Mark::failed_over);
  breaks(4, "text " + name(submission.body) + " goes to " + submission.connection + ", and " +
                earlier->connection + " may have it");
}

/// A carrier's rate for a number, and for a connection: a second's worth at once, and what the time brings; a leap of the clock brings
/// nothing.
void Oracle::check_rate(const std::string& what, double rate) {
  auto& times = hand_overs_[what];
  Time now = now_;
  for (const auto& leap : leaps_) now -= leap.by;
  times.push_back(now);
  if (times.size() > 200) times.pop_front();
  if (rate >= 1'000) return;
  if (times.size() > 1) {
    const auto gap = static_cast<double>(now - times[times.size() - 2]) / kSecond;
    if (rate <= 1 && gap > 0.9 / rate && gap < 1.1 / rate && numbers_.contains(what)) {
      reached_.mark(Mark::turn_of_a_number_waited_for);
      if (!leaps_.empty() &&
          leaps_.back().from > now_ - leaps_.back().by - (now - times[times.size() - 2]))
        reached_.mark(Mark::turn_waited_for_over_a_leap);
    }
  }
  std::size_t count = 0;
  for (auto at = times.rbegin(); at != times.rend(); ++at) {
    const auto window = static_cast<double>(now - *at + latitude_.after_turn) / kSecond;
    if (static_cast<double>(++count) > std::max(1.0, rate) + rate * window + 1e-6) {
      breaks(5, what + " was given " + std::to_string(count) + " texts in " +
                    std::to_string(now - *at) + " us, more than its rate");
      return;
    }
  }
}

/// Bauta's own answers: one a day a pair.
void Oracle::check_automatic(const Submission& submission) {
  if (submission.text >= 0 || is_common(submission.body) || !is_automatic(submission.body)) return;
  const auto& terms = terms_.at(numbers_.at(submission.from).service);
  for (const auto& earlier : submissions_) {
    if (earlier.text >= 0 || earlier.from != submission.from || earlier.to != submission.to ||
        earlier.answer != SubmitAnswer::accepted || !is_automatic(earlier.body))
      continue;
    if (now_ - earlier.started < kDay - terms.deadline - latitude_.after_clock &&
        !crashed_within(earlier.started, after(earlier.answered, latitude_.after_answer)))
      breaks(4, submission.to + " is told twice a day: " + submission.body);
  }
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
  if (retries(name(text.is.body), submission.to) > 0) return;  // in its second place
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

void Oracle::carrier_answered(int id, SubmitAnswer answer, bool opted_out) {
  auto& submission = submissions_[static_cast<std::size_t>(id)];
  submission.answer = answer;
  submission.answered = now_;
  submission.opted_out = opted_out;
  if (submission.text < 0) return;
  const bool erased = std::ranges::any_of(sessions_, [&](const auto& entry) {
    const auto& session = entry.second;
    return session.erased && session.life().close_answered > submission.started &&
           session.life().close_answered <= now_ &&
           session.ever_seats(submission.to, submission.from);
  });
  if (erased) reached_.mark(Mark::erased_during_a_send);
  if (erased && opted_out) reached_.mark(Mark::opt_out_by_carrier_of_an_erased_text);
}

void Oracle::receipt_taken(int id) {
  auto& submission = submissions_[static_cast<std::size_t>(id)];
  submission.receipt_taken = std::min(submission.receipt_taken, now_);
}

void Oracle::opt_out_taken(int id) {
  auto& submission = submissions_[static_cast<std::size_t>(id)];
  submission.opt_out_taken = std::min(submission.opt_out_taken, now_);
  if (submission.text >= 0) reached_.mark(Mark::opt_out_by_a_receipt);
}

void Oracle::retry_asked(const std::string& body, const std::string& person) {
  retries_[{name(body), person}].push_back(now_);
}

void Oracle::dismiss_asked(const std::string& body, const std::string& person) {
  dismissed_.insert({name(body), person});
}

std::ptrdiff_t Oracle::retries(const std::string& what, const std::string& person) const {
  const auto found = retries_.find({what, person});
  return found == retries_.end() ? 0 : static_cast<std::ptrdiff_t>(found->second.size());
}

Time Oracle::last_retry(const std::string& what, const std::string& person, Time until) const {
  const auto found = retries_.find({what, person});
  Time last = -1;
  if (found == retries_.end()) return last;
  for (const Time asked : found->second) {
    if (asked <= until) last = asked;
  }
  return last;
}

}  // namespace bauta::simulation
