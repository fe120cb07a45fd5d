#include "routing/outbox/partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"
#include "tests/unit/routing/world/hold.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Lane = testing_routing::Talking;
using NeverDouble = Lane;
using NeverLose = Lane;
using NeverReorder = Lane;
using NeverExceedConsent = Lane;
using NeverMisroute = Lane;

TEST_F(Lane, HandsATextToTheCarrierOnceItIsClaimed) {
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi"), "relayed");
  std::string during;
  carrier.meanwhile = [&](const OutboundMessage&) {
    for (const auto& keyed : memory.everything()) {
      if (!keyed.key.octets().starts_with("dlv/")) continue;
      during += delivery_state_name(decode_delivery(keyed.record)->value.state);
    }
  };
  work();
  EXPECT_EQ(during, "claimed");
  EXPECT_EQ(carrier.log(), seat_number(1) + " > " + kB + ": hi\n");
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_EQ(told(), "session.in_progress message.received message.sent ");
}

TEST_F(NeverReorder, TheNextTextWaitsUntilTheFirstIsAccepted) {
  carrier.answers = {SubmitLater{.code = "carrier.busy", .retry_after = 2s}};
  text(kA, seat_number(0), "first");
  text(kA, seat_number(0), "second");
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  clock.advance(1'999ms);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));  // C07: nothing before the Retry-After
  clock.advance(1ms);
  work();
  const auto line = seat_number(1) + " > " + kB + ": ";
  EXPECT_EQ(carrier.log(), line + "first\n" + line + "first\n" + line + "second\n");
  EXPECT_EQ(deliveries(), "first|sent second|sent ");
}

TEST_F(Lane, WaitsLongerEachTimeWhenTheCarrierDoesNotSayHowLong) {
  for (int i = 0; i < 3; ++i)
    carrier.answers.push_back(SubmitLater{.code = "carrier.busy", .retry_after = {}});
  text(kA, seat_number(0), "hi");
  std::vector<Duration> waits;
  work();
  while (carrier.taken.size() < 4) {
    const auto before = carrier.taken.size();
    const auto since = clock.now();
    while (carrier.taken.size() == before) {
      clock.advance(10ms);
      work();
    }
    waits.push_back(clock.now() - since);
  }
  ASSERT_THAT(waits, SizeIs(3));
  EXPECT_GE(waits[0], 1s);
  EXPECT_LE(waits[0], 1'260ms);
  EXPECT_GE(waits[1], 2s);
  EXPECT_GE(waits[2], 4s);
}

TEST_F(NeverLose, ATextWhoseDeadlinePassedIsADeadLetter) {
  for (int i = 0; i < 1'000; ++i)
    carrier.answers.push_back(SubmitLater{.code = "carrier.busy", .retry_after = {}});
  text(kA, seat_number(0), "hi");
  for (int i = 0; i < 300; ++i) {
    clock.advance(1min);
    work();
  }
  EXPECT_EQ(deliveries(), "hi|failed:delivery.deadline_passed ");
  EXPECT_EQ(run(desk->list_dead_letters(caller, 10, ""))->data.size(), 1U);
  EXPECT_THAT(told(), HasSubstr("message.failed"));
}

TEST_F(NeverDouble, AnUnknownOutcomeIsNotRepeatedBeforeItsTime) {
  carrier.answers = {SubmitUnknown{.code = "http.read_timeout"}};
  text(kA, seat_number(0), "hi");
  work();
  EXPECT_EQ(deliveries(), "hi|unknown:http.read_timeout ");
  clock.advance(59s);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  clock.advance(1s);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(2));
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_possible_doubles_total{connection=\"twilio\"} 1"));
}

TEST_F(NeverDouble, AReceiptResolvesAnUnknownOutcomeAtOnce) {
  carrier.answers = {SubmitUnknown{.code = "http.read_timeout"}};
  text(kA, seat_number(0), "hi");
  text(kA, seat_number(0), "next");
  work();
  receipt(carrier.taken[0], ReceiptStatus::delivered);
  work();  // the lane goes on without waiting for the rest of the minute
  EXPECT_EQ(deliveries(), "hi|delivered next|sent ");
}

TEST_F(NeverDouble, ACarrierThatNeverAnswersGetsATextOnlySoOften) {
  for (int i = 0; i < 100; ++i)
    carrier.answers.push_back(SubmitUnknown{.code = "http.read_timeout"});
  text(kA, seat_number(0), "hi");
  for (int i = 0; i < 60; ++i) {
    work();
    clock.advance(1min);
  }
  EXPECT_THAT(carrier.taken, SizeIs(4));  // once, and three times more
  EXPECT_EQ(deliveries(), "hi|failed:outcome_unknown ");
}

TEST_F(NeverDouble, AServiceMayPreferADeadLetterToAPossibleDouble) {
  change_settings([](ServiceSettings& settings) { settings.unknown = UnknownPolicy::dead_letter; });
  carrier.answers = {SubmitUnknown{.code = "http.read_timeout"}};
  text(kA, seat_number(0), "hi");
  work();
  clock.advance(1min);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  EXPECT_EQ(deliveries(), "hi|failed:outcome_unknown ");
}

TEST_F(NeverLose, AfterACrashExactlyTheClaimedTextIsUnknown) {
  text(kA, seat_number(0), "on its way");
  text(kA, seat_number(0), "behind it");
  // The process dies while the carrier has the text and has not answered.
  for (auto& [p, partition] : partitions) {
    BAUTA_ASSERT(run(partition->read_on()).has_value());
    for (auto& lane : partition->take_ready(clock.now())) {
      store.unknown_are_written = false;
      carrier.meanwhile = [this](const OutboundMessage&) { store.unknown_commits = 1; };
      run(partition->step(lane));
    }
  }
  crash();
  work();
  EXPECT_EQ(deliveries(), "on its way|unknown behind it|received ");
  clock.advance(1min);
  work();
  EXPECT_EQ(deliveries(), "on its way|sent behind it|sent ");
}

TEST_F(NeverLose, ATextDuringWhichTheProcessDiesAgainAndAgainIsPoison) {
  text(kA, seat_number(0), "hi");
  for (int i = 0; i < 3; ++i) {
    store.unknown_are_written = false;
    carrier.meanwhile = [this](const OutboundMessage&) { store.unknown_commits = 1; };
    for (auto& [p, partition] : partitions) {
      BAUTA_ASSERT(run(partition->read_on()).has_value());
      for (auto& lane : partition->take_ready(clock.now())) run(partition->step(lane));
    }
    crash();
    clock.advance(1min);
  }
  work();
  EXPECT_EQ(deliveries(), "hi|failed:poison ");
  EXPECT_THAT(carrier.taken, SizeIs(3));
}

TEST_F(NeverDouble, AnOutcomeThatTheStoreDidNotTakeIsKeptAndNotSentAgain) {
  text(kA, seat_number(0), "hi");
  store.unknown_are_written = false;
  carrier.meanwhile = [this](const OutboundMessage&) { store.unknown_commits = 2; };
  work();
  for (int i = 0; i < 5; ++i) {
    clock.advance(1s);
    work();
  }
  EXPECT_THAT(carrier.taken, SizeIs(1));
  EXPECT_EQ(deliveries(), "hi|sent ");
}

TEST_F(NeverExceedConsent, NothingGoesToAPersonWhoSaidStopWhileTheTextWaited) {
  text(kA, seat_number(0), "hi");
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "Stop."), "keyword");
  work();
  EXPECT_THAT(told_to(kB), StartsWith("You will get no more messages"));
  EXPECT_THAT(told_to(kA), HasSubstr("cannot be reached"));
  EXPECT_EQ(deliveries(), "hi|blocked:consent.opted_out ");
}

TEST_F(NeverExceedConsent, AStopBetweenTheLookAndTheClaimIsMet) {
  text(kA, seat_number(0), "hi");
  store.meanwhile = {};
  for (auto& [p, partition] : partitions) {
    BAUTA_ASSERT(run(partition->read_on()).has_value());
    for (auto& lane : partition->take_ready(clock.now())) {
      store.meanwhile = [this] {
        Commit commit;
        Ledger::record(commit, consenter_of(kB), {},
                       {.state = ConsentState::opted_out, .since = clock.now()});
        BAUTA_ASSERT(std::holds_alternative<Committed>(memory.apply(commit)));
      };
      run(partition->step(lane));
    }
  }
  EXPECT_EQ(told_to(kB), "");
  EXPECT_EQ(deliveries(), "hi|blocked:consent.opted_out ");
}

TEST_F(NeverMisroute, ATextStillQueuedWhenItsSessionEndsIsBlocked) {
  text(kA, seat_number(0), "hi");
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id, {.close = true})).has_value());
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
  EXPECT_EQ(deliveries(), "hi|blocked:session.ended ");
}

TEST_F(NeverMisroute, ASessionWhoseTimeIsOverBlocksTooAndItsEndIsWrittenDown) {
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id, {.ttl = 60s})).has_value());
  text(kA, seat_number(0), "hi");
  clock.advance(61s);
  work();
  EXPECT_EQ(deliveries(), "hi|blocked:session.ended ");
  const auto stored =
      run(Sessions(store).find(caller.service.id, session.session.id)).value()->session.value;
  EXPECT_EQ(stored.status, SessionStatus::closed);
  EXPECT_EQ(stored.closed_reason, ClosedReason::expired);
}

// Seed 21503 of the simulation: a text came in a moment before its session's idle end and was committed a moment after it.
TEST_F(NeverLose, ATextDoesNotEndWithASessionThatATextJustKeptAlive) {
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id,
                                       {.idle_ttl = std::optional<std::chrono::seconds>(60s)}))
                  .has_value());
  text(kA, seat_number(0), "hi");
  const auto as_read = run(Sessions(memory).find(caller.service.id, session.session.id)).value();
  clock.advance(61s);
  for (auto& [p, partition] : partitions) {
    BAUTA_ASSERT(run(partition->read_on()).has_value());
    for (auto& lane : partition->take_ready(clock.now())) {
      store.meanwhile = [&] {
        Commit commit;
        Sessions::touch(commit, *as_read, clock.now() - 2s);
        BAUTA_ASSERT(std::holds_alternative<Committed>(memory.apply(commit)));
      };
      run(partition->step(lane));
    }
  }
  EXPECT_EQ(deliveries(), "hi|sent ");
}

TEST_F(Lane, ARefusalIsADeadLetterAndAnOptOutIsRemembered) {
  carrier.answers = {
      SubmitRefused{.code = "carrier.opted_out", .detail = "21610", .opted_out = true}};
  text(kA, seat_number(0), "one");
  text(kA, seat_number(0), "two");
  EXPECT_EQ(told_to(kB), "one");
  EXPECT_EQ(deliveries(), "one|failed:carrier.opted_out two|blocked:consent.opted_out ");
  EXPECT_THAT(told(), HasSubstr("participant.opted_out"));
}

TEST_F(NeverExceedConsent, AnOptOutCountsThoughTheTextWasErasedOnItsWay) {
  carrier.answers = {
      SubmitRefused{.code = "carrier.opted_out", .detail = "21610", .opted_out = true}};
  carrier.meanwhile = [this](const OutboundMessage&) {
    Commit erasure;
    for (const auto& keyed : memory.everything())
      if (keyed.key.octets().starts_with("dlv/")) erasure.erase(keyed.key);
    ASSERT_THAT(erasure.erases, SizeIs(1));
    static_cast<void>(memory.apply(erasure));
  };
  text(kA, seat_number(0), "one");
  work();
  EXPECT_THAT(told(), HasSubstr("participant.opted_out"));
  text(kA, seat_number(0), "two");
  EXPECT_EQ(told_to(kB), "one");
  EXPECT_THAT(deliveries(), HasSubstr("two|blocked:consent.opted_out"));
}

TEST_F(Lane, FinishedEntriesLeaveTheWorkLog) {
  for (int i = 0; i < 5; ++i) text(kA, seat_number(0), "text " + std::to_string(i));
  work();
  for (const auto& keyed : memory.everything())
    EXPECT_FALSE(keyed.key.octets().starts_with("out/"));
  crash();
  work();
  EXPECT_THAT(carrier.taken, SizeIs(5));
}

TEST_F(Lane, AnErasedTextLeavesTheWorkLogThoughTheCommitThatTakesItAlongConflicts) {
  text(kA, seat_number(0), "erased");
  Commit erasure;
  for (const auto& keyed : memory.everything())
    if (keyed.key.octets().starts_with("dlv/")) erasure.erase(keyed.key);
  static_cast<void>(memory.apply(erasure));
  text(kA, seat_number(0), "next");
  carrier.meanwhile = [this](const OutboundMessage&) {  // written by somebody else while it was out
    Commit same;
    for (const auto& keyed : memory.everything())
      if (keyed.key.octets().starts_with("dlv/")) same.put(keyed.key, keyed.record.value);
    static_cast<void>(memory.apply(same));
  };
  work();
  EXPECT_GE(store.conflicts, 1U);
  EXPECT_THAT(deliveries(), HasSubstr("next|sent"));
  for (const auto& keyed : memory.everything())
    EXPECT_FALSE(keyed.key.octets().starts_with("out/"));
}

TEST_F(Lane, AStageMayHoldATextAndTheNextOneWaitsBehindIt) {
  testing_routing::Hold hold(clock.now() + 1min);
  partitions.clear();
  const auto p = partition_of(number(seat_number(1)));
  partitions.emplace_back(
      p, std::make_unique<Partition>(p, parts, carrier, std::vector<Stage*>{&hold}));
  ASSERT_TRUE(run(partitions[0].second->start()).has_value());
  text(kA, seat_number(0), "hi");
  text(kA, seat_number(0), "there");
  work();
  EXPECT_EQ(deliveries(), "hi|held there|received ");
  EXPECT_EQ(partitions[0].second->next_due(), clock.now() + 1min);
  clock.advance(1min);
  work();
  EXPECT_EQ(deliveries(), "hi|sent there|sent ");
  EXPECT_THAT(told(), HasSubstr("message.held"));
}

}  // namespace
}  // namespace bauta
