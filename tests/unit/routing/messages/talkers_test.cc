#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

using Talkers = testing_routing::Talking;

// Last activity lies beside the session, and is written blind.
TEST_F(Talkers, OfOneConversationNeverMakeEachOtherTryAgain) {
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id, {.idle_ttl = 3600s})));
  text(kA, seat_number(0), "first");
  told_to(kB);
  for (int round = 0; round < 3; ++round) {
    clock.advance(1min);  // so that each of them writes the activity
    store.conflicts = 0;
    std::vector<Task<Result<InboundOutcome>>> all;
    for (const auto* words : {"a", "b", "c"}) {
      all.push_back(relay.accept(inbound(kA, seat_number(0), words, "")));
      all.push_back(relay.accept(inbound(kB, seat_number(1), words, "")));
    }
    for (const auto& outcome : run_all(std::move(all))) {
      ASSERT_TRUE(outcome);
      EXPECT_EQ(*outcome, InboundOutcome::relayed);
    }
    EXPECT_EQ(store.conflicts, 0U);
    EXPECT_EQ(told_to(kA).size(), 5U);  // "a|b|c", in whichever order they were committed
    EXPECT_EQ(told_to(kB).size(), 5U);
  }
}

// Each of them would make the session one in progress: all but one try again, and none is lost.
TEST_F(Talkers, WhoBothWriteTheFirstTextAreBothRelayed) {
  std::vector<Task<Result<InboundOutcome>>> all;
  all.push_back(relay.accept(inbound(kA, seat_number(0), "from A", "")));
  all.push_back(relay.accept(inbound(kB, seat_number(1), "from B", "")));
  for (const auto& outcome : run_all(std::move(all))) {
    ASSERT_TRUE(outcome);
    EXPECT_EQ(*outcome, InboundOutcome::relayed);
  }
  EXPECT_GE(store.conflicts, 1U);
  EXPECT_EQ(told_to(kA), "from B");
  EXPECT_EQ(told_to(kB), "from A");
  EXPECT_EQ(log("session."), "session.created session.in_progress");
}

}  // namespace
}  // namespace bauta
