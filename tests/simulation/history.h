#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/oracle.h"

namespace bauta::simulation {

inline constexpr Time kSecond = 1'000'000;
inline constexpr Time kHour = 3'600 * kSecond;

struct Clocks {
  std::optional<Time> expires = {};
  std::optional<Time> idle = {};
};
struct Who {
  std::string person;
  std::string number;
};

/// A history as it is told to an oracle, wrong or right, without a relay: Ann, Ben, Cat and Dan, and the numbers one, two and three.
class History : public testing::Test {
 protected:
  History() {
    service();
    for (const auto* number : {"one", "two", "three"}) oracle.number_is(number, "service", "US");
    for (const auto* person : {"ann", "ben", "cat", "dan"}) oracle.person_is(person, "US");
  }

  using Seat = SessionOpened::Seat;
  using Word = TextWritten::Word;
  static inline const Who kAnn{"ann", "one"};
  static inline const Who kBen{"ben", "two"};

  void service(Terms terms = {.cooling = kHour, .deadline = 60 * kSecond}) {
    oracle.service_is("service", terms);
  }
  void at(Time seconds) {
    now_ = seconds * kSecond;
    oracle.now_is(now_);
  }
  Time now() const { return now_; }
  /// The promise that is broken; 0: none.
  int broken() const { return oracle.broken() ? oracle.broken()->promise : 0; }
  std::string what() const { return oracle.broken() ? oracle.broken()->what : ""; }

  // ---- Sessions ----

  int ask(std::vector<std::string> people) {
    return oracle.lines_asked(
        {.service = "service", .people = std::move(people), .concerned = {}, .asked = now()});
  }
  void open(const std::string& id, std::vector<Seat> seats, Clocks clocks = {}) {
    std::vector<std::string> people;
    for (const auto& seat : seats) people.push_back(seat.person);
    answer_open(ask(people), id, std::move(seats), clocks);
  }
  void answer_open(int asked, const std::string& id, std::vector<Seat> seats, Clocks clocks = {}) {
    oracle.session_opened(asked, {.id = id,
                                  .service = "service",
                                  .seats = std::move(seats),
                                  .asked = now(),
                                  .answered = now(),
                                  .expires = clocks.expires,
                                  .idle = clocks.idle});
  }
  void open_pair() { open("s", {{"ann", "one"}, {"ben", "two"}}); }
  void open_group() { open("s", {{"ann", "one"}, {"ben", "two"}, {"cat", "three", "Driver"}}); }
  void close(const std::string& id) {
    oracle.close_asked(id);
    oracle.close_answered(id);
  }
  void reopen(const std::string& id, Clocks clocks = {}) {
    oracle.session_reopened(
        ask({}), {.id = id, .asked = now(), .expires = clocks.expires, .idle = clocks.idle});
  }

  // ---- Texts ----

  int write(const std::string& body, const Who& who = kAnn, Word word = Word::none) {
    return oracle.text_written({.body = body,
                                .service = "service",
                                .session = "",
                                .person = who.person,
                                .number = who.number,
                                .word = word,
                                .first_try = now()});
  }
  /// Somebody writes, and is answered at once.
  void say(const std::string& body, const Who& who = kAnn, Word word = Word::none) {
    oracle.text_taken(write(body, who, word));
  }
  int platform_says(const std::string& body, std::set<std::string> only = {}) {
    const int text = oracle.text_written({.body = body,
                                          .service = "service",
                                          .session = "s",
                                          .person = "",
                                          .number = "",
                                          .only = std::move(only),
                                          .first_try = now()});
    oracle.text_taken(text);
    return text;
  }
  /// The relay hands it to a carrier, which has it, and does not answer yet.
  int submit(const std::string& body, const Who& to = kBen) {
    const int submission =
        oracle.handed_over("alpha", to.number, to.person, body, now() + 60 * kSecond);
    oracle.carrier_has(submission);
    return submission;
  }
  /// To Ben, by this connection, which answers.
  void hand_over_by(const std::string& connection, const std::string& body, SubmitAnswer answer) {
    const int submission = oracle.handed_over(connection, "two", "ben", body, now() + 60 * kSecond);
    if (answer == SubmitAnswer::accepted) oracle.carrier_has(submission);
    oracle.carrier_answered(submission, answer, false);
  }
  int hand_over(const std::string& body, const Who& to = kBen,
                SubmitAnswer answer = SubmitAnswer::accepted, bool opted_out = false) {
    const int submission = submit(body, to);
    oracle.carrier_answered(submission, answer, opted_out);
    return submission;
  }

  // ---- The end ----

  static DeliveryTold told(const std::string& state = "delivered", const std::string& code = "") {
    const bool dead = state == "failed" || state == "blocked" || state == "undelivered";
    return {.session = "s",
            .body = "hello",
            .person = "ben",
            .state = state,
            .code = code,
            .has_dead_letter = dead,
            .has_event = true};
  }
  void end(const std::vector<DeliveryTold>& all) { oracle.all_told(all, {"s"}); }

  Reached reached;
  Oracle oracle{{.after_guard = kSecond,
                 .after_clock = 10 * kSecond,
                 .after_turn = 2 * kSecond,
                 .after_answer = 30 * kSecond},
                reached};

 private:
  Time now_ = 0;
};

}  // namespace bauta::simulation
