#include "tests/simulation/history.h"

// What is told when everything has come to rest (promises 3 and 4).
namespace bauta::simulation {
namespace {

class OracleOfTheEnd : public History {
 protected:
  OracleOfTheEnd() {
    open_pair();
    say("hello");
  }

  /// Handed over, and the relay dies of it.
  void die() {
    submit("hello");
    oracle.crashed();
  }
  static DeliveryTold poison(Time at) {
    auto one = told("failed", "poison");
    one.at = at;
    one.resends = 2;
    return one;
  }
  static DeliveryTold to_both(const std::string& person) {
    auto one = told("failed", "lane.full");
    one.session = "g";
    one.body = "to both";
    one.person = person;
    return one;
  }
  void write_to_a_group() {
    open("g", {{"ann", "two"}, {"cat", "one"}, {"dan", "one"}});
    say("to both", {"ann", "two"});
    hand_over("hello");
  }
};
using OracleOfPoison = OracleOfTheEnd;

TEST_F(OracleOfTheEnd, MissesATextThatWasTaken) {
  end({});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, MissesATextForOneOfAGroup) {
  write_to_a_group();
  oracle.all_told({told(), to_both("cat")}, {"s", "g"});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, MissesNoTextThatIsToldForEachOfAGroup) {
  write_to_a_group();
  oracle.all_told({told(), to_both("cat"), to_both("dan")}, {"s", "g"});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTheEnd, MissesNothingThatWasNotTakenOrIsNotTold) {
  write("not taken");
  oracle.erase_asked("s");
  end({});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTheEnd, MissesATextWhoseRetentionIsNotOver) {
  service({.retention = kHour});
  at(10);
  close("s");
  at(3'609);
  end({});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, MissesNoTextWhoseRetentionIsOver) {
  service({.retention = kHour});
  at(10);
  close("s");
  at(3'611);
  end({});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTheEnd, SeesATextThatStillWaits) {
  end({told("queued")});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, SeesATextThatEndedWithoutAnEvent) {
  auto silent = told("blocked", "consent.opted_out");
  silent.has_event = false;
  end({silent});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, SeesATextThatFailedAndIsNoDeadLetter) {
  auto failed = told("failed");
  EXPECT_TRUE(failed.has_dead_letter);
  failed.has_dead_letter = false;
  end({failed});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, LetsADeadLetterBeDismissed) {
  oracle.dismiss_asked("hello", "ben");
  auto failed = told("failed");
  failed.has_dead_letter = false;
  end({failed});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTheEnd, SeesADeadLetterOfATextThatArrived) {
  hand_over("hello");
  auto fine = told("delivered");
  fine.has_dead_letter = true;
  end({fine});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, SeesATextThatStandsTwiceInTheList) {
  hand_over("hello");
  end({told(), told()});
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTheEnd, SeesATextThatCountsAsSentAndThatNoCarrierHas) {
  end({told("sent")});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, WantsASecondSendCounted) {
  hand_over("hello", kBen, SubmitAnswer::unknown);
  hand_over("hello");
  EXPECT_EQ(broken(), 0);
  end({told("sent")});
  EXPECT_EQ(broken(), 4);
}

TEST_F(OracleOfTheEnd, LetsASecondSendBeCounted) {
  hand_over("hello", kBen, SubmitAnswer::unknown);
  hand_over("hello");
  auto counted = told("sent");
  counted.resends = 1;
  end({counted});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTheEnd, SeesATextThatIsBlockedByTheEndOfASessionThatLives) {
  at(10);
  auto blocked = told("blocked", "session.ended");
  blocked.at = now();
  end({blocked});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfTheEnd, LetsATextBeBlockedByTheEndOfItsSession) {
  at(10);
  close("s");
  auto blocked = told("blocked", "session.ended");
  blocked.at = now();
  end({blocked});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfTheEnd, SeesATextOfASessionThatNobodyOpened) {
  ask({"cat", "dan"});
  say("lost", {"cat", "one"});
  hand_over("lost", {"dan", "two"});
  hand_over("hello");
  EXPECT_EQ(broken(), 0);
  end({told()});
  EXPECT_EQ(broken(), 1);
}

// ---- What kills the relay again and again ----

TEST_F(OracleOfPoison, LetsATextBeGivenUpThatKilledUsThreeTimes) {
  for (int death = 0; death < 3; ++death) {
    at(100 * death);
    die();
  }
  end({poison(now())});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfPoison, SeesATextThatIsGivenUpTooSoon) {
  die();
  at(100);
  die();
  end({poison(now())});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfPoison, SeesATextThatIsGivenUpForDeathsThatItCannotHaveCaused) {
  die();
  at(30);
  oracle.crashed();  // while the relay waited for news of it
  at(100);
  die();
  at(130);
  oracle.crashed();
  end({poison(now())});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfPoison, GrantsThatItsClaimMayHaveBeenAllThatWasLeftOfIt) {
  die();
  at(100);
  oracle.crashed();
  at(200);
  die();
  end({poison(now())});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfPoison, GrantsThatAnAnswerMayNotHaveReachedTheDisk) {
  die();
  at(100);
  hand_over("hello", kBen, SubmitAnswer::later);
  at(110);
  oracle.crashed();
  at(171);
  die();
  end({poison(now())});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfPoison, CountsNoDeathAfterwards) {
  die();
  at(100);
  die();
  const Time then = now();
  at(200);
  oracle.crashed();
  end({poison(then)});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfPoison, CountsAnewAfterARetry) {
  for (int death = 0; death < 2; ++death) {
    at(100 * death);
    die();
  }
  at(200);
  oracle.retry_asked("hello", "ben");
  at(300);
  die();
  end({poison(now())});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfPoison, SeesATextThatKilledUsThreeTimesAndIsNotGivenUp) {
  for (int death = 0; death < 3; ++death) {
    at(100 * death);
    die();
  }
  auto one = told("failed", "outcome_unknown");
  one.resends = 2;
  end({one});
  EXPECT_EQ(broken(), 3);
}

TEST_F(OracleOfPoison, LetsAReceiptSayBetter) {
  for (int death = 0; death < 3; ++death) {
    at(100 * death);
    die();
  }
  oracle.receipt_taken(0);
  auto one = told();
  one.resends = 2;
  end({one});
  EXPECT_EQ(broken(), 0);
}

TEST_F(OracleOfPoison, DoesNotCountSendsThatWereAnswered) {
  for (int death = 0; death < 2; ++death) {
    at(100 * death);
    die();
  }
  at(200);
  hand_over("hello", kBen, SubmitAnswer::unknown);
  at(300);
  oracle.crashed();
  auto one = told("failed", "outcome_unknown");
  one.resends = 2;
  end({one});
  EXPECT_EQ(broken(), 0);
}

}  // namespace
}  // namespace bauta::simulation
