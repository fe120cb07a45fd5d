#include "tests/simulation/history.h"

// An oracle is worth what it cries out at, and what it keeps quiet about: of each rule a wrong history and a right one.  Here: what is handed
// to carriers.
namespace bauta::simulation {
namespace {

using OracleOfTexts = History;

// ---- To whom (promise 1) ----

TEST_F(OracleOfTexts, IsContentWithATextThatGoesWhereItShould) {
  open_pair();
  say("hello");
  hand_over("hello");
  end({told()});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTexts, SeesATextThatGoesToAStranger) {
  open_pair();
  say("hello");
  hand_over("hello", {"cat", "two"});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, SeesATextThatGoesByAnotherNumberThanItsRecipientKnows) {
  open_pair();
  say("hello");
  hand_over("hello", {"ben", "one"});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, SeesATextThatComesBackToItsAuthor) {
  open_pair();
  say("hello");
  hand_over("hello", kAnn);
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, SeesATextFromANumberThatIsNotOurs) {
  open_pair();
  say("hello");
  hand_over("hello", {"ben", "somebody's"});
  EXPECT_EQ(broken(), 1);
  EXPECT_EQ(what(), "a text leaves from somebody's, which is not ours");
}

TEST_F(OracleOfTexts, SeesATextToNobody) {
  open_pair();
  say("hello");
  hand_over("hello", {"zoe", "two"});
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, SeesAForgedTextThatGoesOut) {
  open_pair();
  oracle.text_written({.body = "hello",
                       .service = "service",
                       .session = "",
                       .person = "ann",
                       .number = "one",
                       .forged = true,
                       .first_try = now()});
  hand_over("hello");
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, KnowsForWhomAPlatformsTextIs) {
  open_group();
  platform_says("all");
  platform_says("only", {"ben"});
  for (const auto& to : {kAnn, kBen, Who{"cat", "three"}}) hand_over("all", to);
  hand_over("only");
  EXPECT_EQ(broken(), 0);
  hand_over("only", kAnn);
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, WaitsForTheAnswerToAnOpeningThatMayExplainAText) {
  const int asked = ask({"ann", "ben"});
  say("hello");
  hand_over("hello");
  EXPECT_EQ(broken(), 0);
  answer_open(asked, "s", {{"ann", "one"}, {"ben", "two"}});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTexts, SeesATextOfASessionThatWasRefused) {
  const int asked = ask({"ann", "ben"});
  say("hello");
  hand_over("hello");
  oracle.lines_refused(asked, "session.name_taken");
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, LetsBautasOwnWordsAnswerWhoWrote) {
  say("hello");
  hand_over("There is no conversation here.", kAnn);
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTexts, SeesBautasOwnWordsToWhoNeverWrote) {
  open_pair();
  say("hello");
  hand_over("There is no conversation here.");
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, SeesWordsThatManySayWhereNobodySaidThem) {
  open_pair();
  open("t", {{"cat", "one"}, {"dan", "two"}});
  say("START", kAnn, Word::start);
  hand_over("START");
  EXPECT_EQ(broken(), 0);
  hand_over("START", {"dan", "two"});
  EXPECT_EQ(broken(), 1);
}

// ---- By which connection (promises 1 and 4) ----

TEST_F(OracleOfTexts, SeesATextThatLeavesByAConnectionThatMayNotSendForItsNumber) {
  oracle.number_is("two", "service", "US", 1'000, {"alpha"});
  open_pair();
  say("hello");
  say("again");
  hand_over_by("alpha", "hello", SubmitAnswer::accepted);
  EXPECT_EQ(broken(), 0);
  hand_over_by("beta", "again", SubmitAnswer::accepted);
  EXPECT_EQ(broken(), 1);
}

TEST_F(OracleOfTexts, IsContentWithATextThatGoesToTheNextConnectionAfterItWasPutOff) {
  open_pair();
  say("hello");
  hand_over_by("alpha", "hello", SubmitAnswer::later);
  hand_over_by("beta", "hello", SubmitAnswer::accepted);
  end({told()});
  EXPECT_EQ(broken(), 0);
  EXPECT_EQ(reached.times(Mark::failed_over), 1U);
}

TEST_F(OracleOfTexts, SeesATextThatGoesToTheNextConnectionThoughTheFirstMayHaveIt) {
  open_pair();
  say("hello");
  hand_over_by("alpha", "hello", SubmitAnswer::unknown);
  hand_over_by("alpha", "hello", SubmitAnswer::unknown);
  EXPECT_EQ(broken(), 0);
  hand_over_by("beta", "hello", SubmitAnswer::accepted);
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, SeesATextThatGoesToTheNextConnectionAfterACrash) {
  open_pair();
  say("hello");
  oracle.handed_over("alpha", "two", "ben", "hello", now() + 60 * kSecond);
  oracle.crashed();
  at(1);
  hand_over_by("beta", "hello", SubmitAnswer::accepted);
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, LetsADeadLetterThatIsTriedAgainBeginWithAnyConnection) {
  open_pair();
  say("hello");
  hand_over_by("alpha", "hello", SubmitAnswer::unknown);
  at(1);
  oracle.retry_asked("hello", "ben");
  at(2);
  hand_over_by("beta", "hello", SubmitAnswer::accepted);
  EXPECT_EQ(broken(), 0);
}

// ---- What stands in it (promise 2), and until when (promise 3) ----

TEST_F(OracleOfTexts, SeesAParticipantsAddressInAText) {
  open_pair();
  say("call ann");
  hand_over("call ***");
  EXPECT_EQ(broken(), 0);
  hand_over("call ann");
  EXPECT_EQ(broken(), 2);
}

// Seed 4925.
TEST_F(OracleOfTexts, LetsAnAddressStandWhoseOwnerJoinedOnlyLater) {
  open_pair();
  say("call cat");
  at(10);
  oracle.member_joined(ask({"cat"}), "s", {"cat", "three"}, now());
  hand_over("call cat");
  EXPECT_EQ(broken(), 0);
  say("it is cat");
  hand_over("#1: it is cat");
  EXPECT_EQ(broken(), 2);
}

TEST_F(OracleOfTexts, LetsAddressesStandThatNobodyAskedToMask) {
  open_pair();
  say("call dan");  // who takes no part
  hand_over("call dan");
  EXPECT_EQ(broken(), 0);
  service({.masks = false});
  say("hello, ann");
  hand_over("hello, ann");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTexts, SeesATextThatLeavesLongAfterItsDeadline) {
  open_pair();
  say("early");
  say("late");
  at(100);
  oracle.handed_over("alpha", "two", "ben", "early", now() - 9 * kSecond);
  EXPECT_EQ(broken(), 0);
  oracle.handed_over("alpha", "two", "ben", "late", now() - 11 * kSecond);
  EXPECT_EQ(broken(), 3);
}

// ---- How often (promise 4) ----

TEST_F(OracleOfTexts, SeesATextThatIsSentAgainThoughItWasAccepted) {
  open_pair();
  say("hello");
  hand_over("hello");
  hand_over("hello");
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, SeesATextThatIsSentAgainThoughItWasRefused) {
  open_pair();
  say("hello");
  hand_over("hello", kBen, SubmitAnswer::refused);
  hand_over("hello");
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, SeesATextThatIsSentAgainWhileItIsUnderWay) {
  open_pair();
  say("hello");
  submit("hello");
  submit("hello");
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, SeesATextThatIsSentAgainThoughItArrived) {
  open_pair();
  say("hello");
  oracle.receipt_taken(hand_over("hello", kBen, SubmitAnswer::unknown));
  at(2);
  hand_over("hello");
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, LetsATextBeSentAgainThatWasPutOffOrWhoseFateIsNotKnown) {
  open_pair();
  say("hello");
  hand_over("hello", kBen, SubmitAnswer::later);
  hand_over("hello", kBen, SubmitAnswer::unknown);
  submit("hello");
  oracle.crashed();
  at(1);
  hand_over("hello");
  at(2);
  oracle.crashed();  // the answer was not on the disk
  hand_over("hello");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTexts, LetsATextBeSentAgainThatSomebodyAsksFor) {
  open_pair();
  say("hello");
  hand_over("hello", kBen, SubmitAnswer::refused);
  at(1);
  oracle.retry_asked("hello", "ben");
  at(2);
  hand_over("hello");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTexts, SeesATextThatIsSentWithoutEnd) {
  open_pair();
  say("hello");
  for (int sent = 0; sent < 7; ++sent) hand_over("hello", kBen, SubmitAnswer::unknown);
  EXPECT_EQ(broken(), 0);
  hand_over("hello", kBen, SubmitAnswer::unknown);
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, SeesATextThatLeavesAfterItKilledUsThreeTimes) {
  open_pair();
  say("hello");
  for (int death = 0; death < 3; ++death) {
    submit("hello");
    oracle.crashed();
  }
  EXPECT_EQ(broken(), 0);
  submit("hello");
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTexts, SeesBautaAnswerTwiceADay) {
  say("hello");
  hand_over("There is no conversation here.", kAnn);
  at(23 * 3'600);
  hand_over("There is no conversation here.", kAnn);
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTexts, LetsBautaAnswerOnceADayAndAgainWhenNobodyGotIt) {
  say("hello");
  hand_over("There is no conversation here.", kAnn);
  at(24 * 3'600);
  hand_over("There is no conversation here.", kAnn, SubmitAnswer::refused);
  at(24 * 3'600 + 60);
  hand_over("There is no conversation here.", kAnn);
  EXPECT_EQ(broken(), 0);
}

// ---- In which order (promise 5) ----

TEST_F(OracleOfTexts, SeesATextThatOvertakes) {
  open_pair();
  say("first");
  at(1);
  say("second");
  hand_over("second");
  at(2);
  hand_over("first");
  EXPECT_EQ(broken(), 5);
}

TEST_F(OracleOfTexts, LetsTextsPassEachOtherThatCameAtOnce) {
  open_pair();
  const int first = write("first");
  at(1);
  say("second");
  oracle.text_taken(first);
  hand_over("second");
  at(2);
  hand_over("first");
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTexts, LetsATextBeOvertakenThatIsTriedAgain) {
  open_pair();
  say("first");
  at(1);
  say("second");
  const int failed = oracle.handed_over("alpha", "two", "ben", "first", kHour);
  oracle.carrier_answered(failed, SubmitAnswer::refused, false);
  hand_over("second");
  at(2);
  oracle.retry_asked("first", "ben");
  at(3);
  hand_over("first");
  EXPECT_EQ(broken(), 0);
}

}  // namespace
}  // namespace bauta::simulation
