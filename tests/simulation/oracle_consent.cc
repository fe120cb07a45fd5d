#include <algorithm>

#include "tests/simulation/oracle.h"

// Promise 6: who said STOP, where, and what goes to them all the same.
namespace bauta::simulation {

/// Does a word that was texted to `word_number` speak of `number` too?
bool Oracle::is_heard_at(const std::string& word_number, const std::string& number) const {
  const auto said = numbers_.find(word_number);
  const auto asked = numbers_.find(number);
  if (said == numbers_.end() || asked == numbers_.end() ||
      said->second.service != asked->second.service)
    return false;
  const auto terms = terms_.find(asked->second.service);
  return word_number == number || terms == terms_.end() || !terms->second.stops_one_line;
}

/// Might their own STOP keep this line from being given to them?
bool Oracle::may_close(const std::string& person, const std::string& number) const {
  const auto terms = terms_.find(numbers_.at(number).service);
  if (terms == terms_.end() || !terms->second.stops_one_line) return false;
  return std::ranges::any_of(texts_,
                             [&](const Text& text) {
                               return text.is.word == TextWritten::Word::stop &&
                                      text.is.person == person && text.is.number == number;
                             }) ||
         std::ranges::any_of(submissions_, [&](const Submission& submission) {
           return submission.to == person && submission.from == number;
         });
}

bool Oracle::is_surely_out(const std::string& person, const std::string& number, Time at) const {
  const auto lifted_since = [&](Time word) {
    return std::ranges::any_of(texts_, [&](const Text& text) {
      return text.is.word == TextWritten::Word::start && text.is.person == person &&
             is_heard_at(text.is.number, number) && text.is.first_try <= at && text.taken >= word;
    });
  };
  for (const auto& text : texts_) {
    if (text.is.word == TextWritten::Word::stop && !text.is.forged && text.is.person == person &&
        is_heard_at(text.is.number, number) && text.taken < kNever &&
        after(text.taken, latitude_.after_guard) < at && !lifted_since(text.is.first_try)) {
      return true;
    }
  }
  return std::ranges::any_of(submissions_, [&](const Submission& submission) {
    return submission.to == person && is_heard_at(submission.from, number) &&
           is_surely_out_by_carrier(submission, at) && !lifted_since(submission.started);
  });
}

/// Did a carrier say so of its recipient, in its answer or in a receipt, long enough ago?
bool Oracle::is_surely_out_by_carrier(const Submission& submission, Time at) const {
  if (after(submission.opt_out_taken, latitude_.after_guard) < at) return true;
  const Time known = after(submission.answered, latitude_.after_answer);
  return submission.opted_out && known < at && !crashed_within(submission.answered, known);
}

bool Oracle::is_out_by_carrier_only(const std::string& person, const std::string& number) const {
  const bool said_stop = std::ranges::any_of(texts_, [&](const Text& text) {
    return text.is.word == TextWritten::Word::stop && text.is.person == person;
  });
  return !said_stop && std::ranges::any_of(submissions_, [&](const Submission& submission) {
    return (submission.opted_out || submission.opt_out_taken < kNever) && submission.to == person &&
           is_heard_at(submission.from, number);
  });
}

/// Nothing to who said STOP, but one confirmation of each, and the answers to their HELP.
void Oracle::check_consent(const Submission& submission) {
  if (!is_surely_out(submission.to, submission.from, now_)) {
    // At another line of theirs they are out: it was that line's STOP.
    const auto terms = terms_.find(numbers_.at(submission.from).service);
    if (terms != terms_.end() && terms->second.stops_one_line &&
        std::ranges::any_of(numbers_, [&](const auto& entry) {
          return entry.second.service == numbers_.at(submission.from).service &&
                 is_surely_out(submission.to, entry.first, now_);
        }))
      reached_.mark(Mark::stop_of_one_line_only);
    return;
  }
  if (submission.text >= 0 || is_common(submission.body)) {
    breaks(6, submission.to + " said STOP and is sent text " + submission.body);
    return;
  }
  const auto words = std::ranges::count_if(texts_, [&](const Text& text) {
    return (text.is.word == TextWritten::Word::stop || text.is.word == TextWritten::Word::help) &&
           is_heard_at(text.is.number, submission.from) && text.is.person == submission.to;
  });
  const auto told = std::ranges::count_if(submissions_, [&](const Submission& other) {
    return other.text < 0 && !is_common(other.body) && other.to == submission.to &&
           other.answer == SubmitAnswer::accepted && is_heard_at(other.from, submission.from) &&
           is_surely_out(other.to, other.from, other.started) &&
           !crashed_within(other.answered, after(other.answered, latitude_.after_answer));
  });
  if (told >= words)
    breaks(6, submission.to + " said STOP and is told more than that it was heard");
}

}  // namespace bauta::simulation
