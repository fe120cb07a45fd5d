#include "tests/simulation/oracle.h"

#include <gtest/gtest.h>

namespace bauta::simulation {
namespace {

constexpr Time kSecond = 1'000'000;
constexpr Time kHour = 3'600 * kSecond;

/// An oracle is worth what it cries out at, and what it keeps quiet about: one history of each kind a promise.
class OracleTest : public testing::Test {
 protected:
  OracleTest() {
    oracle.service_is("service", {.cooling = kHour, .deadline = 60 * kSecond});
    oracle.number_is("one", "service", "US");
    oracle.number_is("two", "service", "US");
    for (const auto* person : {"ann", "ben", "cat"}) oracle.person_is(person, "US");
  }

  void at(Time seconds) {
    now_ = seconds * kSecond;
    oracle.now_is(now_);
  }

  int ask(const std::string& a, const std::string& b) {
    return oracle.lines_asked(
        {.service = "service", .people = {a, b}, .concerned = {}, .asked = now()});
  }
  void open(const std::string& id, SessionOpened::Seat a, SessionOpened::Seat b) {
    const int asked = ask(a.person, b.person);
    oracle.session_opened(asked, {.id = id,
                                  .service = "service",
                                  .seats = {std::move(a), std::move(b)},
                                  .asked = now(),
                                  .answered = now(),
                                  .expires = {},
                                  .idle = {}});
  }
  int write(const std::string& body, TextWritten::Word word = TextWritten::Word::none) {
    return oracle.text_written({.body = body,
                                .service = "service",
                                .session = "",
                                .person = "ann",
                                .number = "one",
                                .word = word,
                                .first_try = now()});
  }
  /// Ann writes, and is answered.
  void say(const std::string& body, TextWritten::Word word = TextWritten::Word::none) {
    oracle.text_taken(write(body, word));
  }
  void hand_over(const std::string& body, SubmitAnswer answer = SubmitAnswer::accepted,
                 const std::string& to = "ben") {
    const int submission = oracle.handed_over("alpha", "two", to, body, now() + 60 * kSecond);
    oracle.carrier_has(submission);
    oracle.carrier_answered(submission, answer, false);
  }
  void close(const std::string& id) {
    oracle.close_asked(id);
    oracle.close_answered(id);
  }
  Time now() const { return now_; }
  int broken() const { return oracle.broken() ? oracle.broken()->promise : 0; }

  Reached reached;
  Oracle oracle{{.after_guard = kSecond, .after_clock = 10 * kSecond, .after_answer = 60 * kSecond},
                reached};

 private:
  Time now_ = 0;
};

TEST_F(OracleTest, IsContentWithATextThatGoesWhereItShould) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("hello");
  hand_over("hello");
  oracle.all_told(
      {{.session = "s", .body = "hello", .person = "ben", .state = "delivered", .has_event = true}},
      {"s"});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleTest, SeesATextThatGoesToAStranger) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("hello");
  hand_over("hello", SubmitAnswer::accepted, "cat");
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleTest, SeesATextThatLeavesLongAfterItsSessionEnded) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("hello");
  close("s");
  at(2);
  hand_over("hello");
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleTest, SeesALineThatIsGivenAwayWhileItCools) {
  open("s", {"ann", "one"}, {"ben", "two"});
  close("s");
  at(3'500);
  open("t", {"ann", "one"}, {"cat", "two"});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleTest, LetsALineBeGivenAwayOnceItHasCooled) {
  open("s", {"ann", "one"}, {"ben", "two"});
  close("s");
  at(3'700);
  open("t", {"ann", "one"}, {"cat", "two"});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleTest, SeesATextThatWasTakenAndIsNowhere) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("hello");
  oracle.all_told({}, {"s"});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleTest, SeesATextThatEndedSilently) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("hello");
  oracle.all_told(
      {{.session = "s", .body = "hello", .person = "ben", .state = "failed", .has_event = true}},
      {"s"});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleTest, SeesATextThatIsSentTwice) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("hello");
  hand_over("hello");
  hand_over("hello");
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleTest, WantsASecondSendAfterAnUnknownOutcomeCounted) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("hello");
  hand_over("hello", SubmitAnswer::unknown);
  hand_over("hello");
  EXPECT_EQ(broken(), 0);
  oracle.all_told({{.session = "s",
                    .body = "hello",
                    .person = "ben",
                    .state = "sent",
                    .resends = 0,
                    .has_event = true}},
                  {"s"});
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleTest, SeesATextThatOvertakes) {
  open("s", {"ann", "one"}, {"ben", "two"});
  say("first");
  at(1);
  say("second");
  hand_over("second");
  at(2);
  hand_over("first");
  EXPECT_EQ(broken(), 5);
}

TEST_F(OracleTest, SeesATextToWhoSaidStop) {
  open("s", {"ben", "two"}, {"ann", "one"});
  oracle.text_taken(oracle.text_written({.body = "STOP",
                                         .service = "service",
                                         .session = "",
                                         .person = "ben",
                                         .number = "two",
                                         .word = TextWritten::Word::stop,
                                         .first_try = now()}));
  say("hello");
  at(2);
  hand_over("You are out");  // the confirmation
  EXPECT_EQ(broken(), 0);
  hand_over("hello");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleTest, SeesARefusalWhileANumberIsFree) {
  open("s", {"ann", "one"}, {"ben", "one"});
  oracle.lines_refused(ask("ann", "ben"), "pool.exhausted");
  EXPECT_EQ(broken(), 7);
}

TEST_F(OracleTest, AcceptsARefusalOnceEveryNumberIsHeld) {
  open("s", {"ann", "one"}, {"ben", "one"});
  open("t", {"ann", "two"}, {"cat", "one"});
  oracle.lines_refused(ask("ann", "ben"), "pool.exhausted");
  EXPECT_EQ(broken(), 0);
}

}  // namespace
}  // namespace bauta::simulation
