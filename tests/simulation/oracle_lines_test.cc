#include "tests/simulation/history.h"

// Who may have which line, and who may be refused one (promises 1 and 7).
namespace bauta::simulation {
namespace {

using Sticky = Terms::Sticky;

class OracleOfLines : public History {
 protected:
  void sticky(Sticky how) { service({.cooling = kHour, .deadline = 60 * kSecond, .sticky = how}); }
  void refuse(std::vector<std::string> people) {
    oracle.lines_refused(ask(std::move(people)), "pool.exhausted");
  }
  /// Cat leaves the group.
  void leave_at(Time seconds) {
    at(seconds);
    oracle.leave_asked("s", 2);
    oracle.leave_answered("s", 2, true);
  }
  /// Ann and Ben, then again.
  void meet_again() {
    open_pair();
    close("s");
    at(10);
    open("t", {{"ann", "one"}, {"ben", "two"}});
  }
};

// ---- Given (promise 1) ----

TEST_F(OracleOfLines, SeesANumberOfAnotherService) {
  oracle.service_is("other", {});
  oracle.number_is("theirs", "other", "US");
  open("s", {{"ann", "theirs"}, {"ben", "two"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, SeesALineThatTwoSessionsHave) {
  open_pair();
  open("t", {{"ann", "one"}, {"cat", "two"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, SeesALineThatIsGivenAwayWhileItCools) {
  open_pair();
  close("s");
  at(3'500);
  open("t", {{"ann", "one"}, {"cat", "two"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, LetsALineBeGivenAwayOnceItHasCooled) {
  open_pair();
  close("s");
  at(3'700);
  open("t", {{"ann", "one"}, {"cat", "two"}});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfLines, KnowsThatALineCoolsFromTheLatestDeadlineOn) {
  open_pair();
  say("hello");
  oracle.handed_over("alpha", "two", "ben", "hello", 1'000 * kSecond);
  at(1);
  close("s");
  at(3'700);
  open("t", {{"dan", "one"}, {"ben", "two"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, SeesALineThatSomebodyJoinsWithThoughItIsTheirsElsewhere) {
  open_pair();
  open("t", {{"cat", "one"}, {"dan", "two"}});
  oracle.member_joined(ask({"ann"}), "t", {"ann", "one"}, now());
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, SeesALineThatIsGivenAwayTooSoonAfterSomebodyLeft) {
  open_group();
  leave_at(100);
  at(3'650);
  open("t", {{"cat", "three"}, {"dan", "two"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, LetsALineBeGivenAwayOnceWhoLeftIsGoneForLong) {
  open_group();
  leave_at(100);
  at(3'750);
  open("t", {{"cat", "three"}, {"dan", "two"}});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfLines, SeesASessionBroughtBackWhoseLineIsAnothersByNow) {
  open_pair();
  close("s");
  at(3'700);
  open("t", {{"ann", "one"}, {"cat", "two"}});
  at(3'800);
  reopen("s");
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, LetsTheSameTwoGoOnWithALineThatCools) {
  sticky(Sticky::prefer);
  meet_again();
  EXPECT_EQ(broken(), 0);
  EXPECT_EQ(reached.times(Mark::cooling_line_taken_over), 2U);
}

TEST_F(OracleOfLines, SeesThatTheyDoWhereNothingIsSticky) {
  sticky(Sticky::avoid);
  meet_again();
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, SeesTwoWhoGoOnWithALineThatLives) {
  sticky(Sticky::prefer);
  open_pair();
  open("t", {{"ann", "one"}, {"ben", "two"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, SeesOthersGoOnWithALineThatCools) {
  sticky(Sticky::prefer);
  open_pair();
  close("s");
  at(10);
  open("t", {{"ann", "one"}, {"cat", "two"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, SeesAGroupGoOnWithLinesThatCool) {
  sticky(Sticky::prefer);
  open_group();
  close("s");
  at(10);
  open("t", {{"ann", "one"}, {"ben", "two"}, {"cat", "three"}});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfLines, KnowsThatALineThatWasTakenOverStaysSo) {
  sticky(Sticky::prefer);
  meet_again();
  close("t");
  sticky(Sticky::off);
  at(20);
  reopen("t");
  EXPECT_EQ(broken(), 0);
}

// ---- Refused (promise 7) ----

TEST_F(OracleOfLines, SeesARefusalWhileANumberIsFree) {
  open_pair();
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 7);
}

TEST_F(OracleOfLines, LetsWhoHoldsEveryNumberBeRefused) {
  open("s", {{"ann", "one"}, {"ben", "one"}});
  open("t", {{"ann", "two"}, {"cat", "one"}});
  open("u", {{"ann", "three"}, {"dan", "one"}});
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfLines, CountsNumbersThatCoolAndNoOthers) {
  open("s", {{"ann", "one"}, {"ben", "one"}});
  open("t", {{"ann", "two"}, {"cat", "one"}});
  open("u", {{"ann", "three"}, {"dan", "one"}});
  close("s");
  at(3'600);
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 0);
  at(3'600 + 60 + 600 +
     20);  // the deadline of a text, what it is rounded up by, and what is granted
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 7);
}

// Found by the simulation: the claim of an answer was written and its store said that it had not been.
TEST_F(OracleOfLines, KnowsThatAnAnswerToALateTextMayHaveBeenClaimed) {
  open("s", {{"ann", "one"}, {"ben", "one"}});
  open("t", {{"ann", "two"}, {"cat", "one"}});
  open("u", {{"ann", "three"}, {"dan", "one"}});
  close("s");
  at(3'000);
  say("STOP", {"ann", "one"}, Word::stop);
  at(3'600 + 60 + 600 + 20);
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 0);
  at(3'000 + 60 + 600 + 3'600 + 20);
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 7);
}

TEST_F(OracleOfLines, CountsNumbersOfTheirOwnCountry) {
  oracle.person_is("ian", "IE");
  refuse({"ann", "ian"});
  EXPECT_EQ(broken(), 0);
  oracle.number_is("four", "service", "IE");
  refuse({"ann", "ian"});
  EXPECT_EQ(broken(), 7);
}

TEST_F(OracleOfLines, GrantsThatWhoAsksAtTheSameMomentMayHaveTheLastNumber) {
  open("s", {{"ann", "one"}, {"ben", "one"}});
  open("t", {{"ann", "two"}, {"cat", "one"}});
  const int other = ask({"ann", "dan"});
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 0);
  oracle.lines_refused(other, "idempotency.mismatch");
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 7);
}

TEST_F(OracleOfLines, LeavesOutALineThatTheyStopped) {
  service({.cooling = kHour, .deadline = 60 * kSecond, .stops_one_line = true});
  open("s", {{"ann", "one"}, {"ben", "one"}});
  open("t", {{"ann", "two"}, {"cat", "one"}});
  say("STOP", {"ann", "three"}, Word::stop);
  refuse({"ann", "ben"});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfLines, ExpectsNoLineOfWhoIsRefusedForAnotherReason) {
  open_pair();
  oracle.lines_refused(ask({"ann", "ben"}), "session.name_taken");
  EXPECT_EQ(broken(), 0);
}

}  // namespace
}  // namespace bauta::simulation
