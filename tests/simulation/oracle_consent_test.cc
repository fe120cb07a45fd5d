#include "tests/simulation/history.h"

// Promise 6: who is out, where, and what goes to them all the same.
namespace bauta::simulation {
namespace {

class OracleOfConsent : public History {
 protected:
  OracleOfConsent() { open_pair(); }

  void by_line() { service({.cooling = kHour, .deadline = 60 * kSecond, .stops_one_line = true}); }
  void ben_says(const std::string& body, Word word, const std::string& number = "two") {
    say(body, {"ben", number}, word);
  }
  /// Ann writes, and her text leaves two seconds later, beyond what is granted.
  void ann_writes(const std::string& body) {
    say(body);
    at(now() / kSecond + 2);
    hand_over(body);
  }
};

TEST_F(OracleOfConsent, SeesATextToWhoSaidStop) {
  ben_says("STOP", Word::stop);
  ann_writes("hello");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, LetsATextGoThatWasClaimedBeforeTheStop) {
  say("hello");
  ben_says("STOP", Word::stop);
  at(1);
  hand_over("hello");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, KnowsNothingOfAStopThatWasNotTaken) {
  write("STOP", kBen, Word::stop);
  ann_writes("hello");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, SeesATextToWhoSaidStopWithoutAConversation) {
  ben_says("STOP", Word::stop, "three");
  ann_writes("hello");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, LetsStartLiftAStop) {
  ben_says("STOP", Word::stop);
  ben_says("START", Word::start);
  ann_writes("hello");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, SeesThatAStopAfterAStartCounts) {
  ben_says("STOP", Word::stop);
  ben_says("START", Word::start);
  at(1);
  ben_says("STOP", Word::stop);
  ann_writes("hello");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, SeesASecondConfirmation) {
  ben_says("STOP", Word::stop);
  at(2);
  hand_over("You will get no more messages.");
  EXPECT_EQ(broken(), 0);
  hand_over("You will get no more messages.");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, LetsEachWordBeAnswered) {
  ben_says("STOP", Word::stop);
  ben_says("HELP", Word::help);
  at(2);
  hand_over("You will get no more messages.");
  hand_over("You write to the other person here.");
  EXPECT_EQ(broken(), 0);
  hand_over("You write to the other person here.");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, LetsAConfirmationBeRepeatedWhoseFateIsNotKnown) {
  ben_says("STOP", Word::stop);
  at(2);
  hand_over("You will get no more messages.", kBen, SubmitAnswer::unknown);
  hand_over("You will get no more messages.");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, SeesWordsThatManySayToWhoIsOut) {
  ben_says("STOP", Word::stop);
  say("START", kAnn, Word::start);
  at(2);
  hand_over("START");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, BelievesACarrier) {
  say("first");
  hand_over("first", kBen, SubmitAnswer::refused, true);
  at(31);
  ann_writes("second");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, GrantsTimeForACarriersWordToReachTheDisk) {
  say("first");
  hand_over("first", kBen, SubmitAnswer::refused, true);
  ann_writes("second");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, LetsACarriersWordBeLostInACrash) {
  say("first");
  hand_over("first", kBen, SubmitAnswer::refused, true);
  at(1);
  oracle.crashed();
  at(31);
  ann_writes("second");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, LetsStartLiftACarriersWord) {
  say("first");
  hand_over("first", kBen, SubmitAnswer::refused, true);
  at(31);
  ben_says("START", Word::start);
  ann_writes("second");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, BelievesAReceipt) {
  say("first");
  oracle.opt_out_taken(hand_over("first"));
  EXPECT_EQ(reached.times(Mark::opt_out_by_a_receipt), 1U);
  ann_writes("second");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, LetsATextGoThatWasClaimedBeforeTheReceipt) {
  say("first");
  oracle.opt_out_taken(hand_over("first"));
  say("second");
  hand_over("second");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, KnowsThatAReceiptsWordOutlivesACrash) {
  say("first");
  oracle.opt_out_taken(hand_over("first"));
  at(1);
  oracle.crashed();
  ann_writes("second");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, LetsStartLiftAReceiptsWord) {
  say("first");
  oracle.opt_out_taken(hand_over("first"));
  at(2);
  ben_says("START", Word::start);
  ann_writes("second");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, LetsOtherLinesGoOnWhereAStopIsForOne) {
  by_line();
  ben_says("STOP", Word::stop, "three");
  ann_writes("hello");
  EXPECT_EQ(broken(), 0);
  EXPECT_EQ(reached.times(Mark::stop_of_one_line_only), 1U);
}

TEST_F(OracleOfConsent, SeesATextOnTheLineThatWasStopped) {
  by_line();
  ben_says("STOP", Word::stop);
  ann_writes("hello");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, SeesThatAStartOfAnotherLineLiftsNothing) {
  by_line();
  ben_says("STOP", Word::stop);
  ben_says("START", Word::start, "three");
  ann_writes("hello");
  EXPECT_EQ(broken(), 6);
}

TEST_F(OracleOfConsent, KnowsThatAStopIsForOneService) {
  oracle.service_is("other", {});
  oracle.number_is("theirs", "other", "US");
  ben_says("STOP", Word::stop, "theirs");
  ann_writes("hello");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfConsent, KnowsThatNobodyElseIsOut) {
  ben_says("STOP", Word::stop);
  say("hello", kBen);
  at(2);
  hand_over("hello", kAnn);
  EXPECT_EQ(broken(), 0);
}

}  // namespace
}  // namespace bauta::simulation
