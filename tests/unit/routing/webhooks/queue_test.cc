#include "routing/webhooks/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const EndpointAnswer kTaken{.result = AttemptResult::delivered, .status = 200};
const EndpointAnswer kRefused{.result = AttemptResult::refused, .status = 500};

class WebhookQueueing : public testing::Test {
 protected:
  static SessionId session(char which) {
    Bits128 bits{};
    bits[15] = static_cast<std::byte>(which);
    return SessionId(bits);
  }
  Event event(Position sequence, char of) const {
    Event event{.session = session(of), .sequence = sequence};
    event.created_at = now;
    return event;
  }
  /// "aab": an event of session a, another one, then one of session b.
  void read(const std::string& sessions) {
    for (const char of : sessions) {
      log.push_back(event(log.size() + 1, of));
      queue.read(log.back(), true);
    }
  }
  std::vector<Position> take() {
    std::vector<Position> taken;
    for (const auto& one : queue.take_ready(now)) taken.push_back(one.event.sequence);
    return taken;
  }
  WebhookQueue::Verdict settle(Position position, const EndpointAnswer& answer) {
    return queue.settle(position, answer, now, random);
  }
  /// As after a crash.
  void restart() {
    Record filed;
    filed.value = encode_progress(queue.progress());
    const auto progress = *decode_progress(filed);
    std::vector<Event> open;
    for (const auto& one : progress.open) open.push_back(log[one.position - 1]);
    queue = WebhookQueue(progress, std::move(open), limits);
  }
  void wait_until_due() {
    const auto due = queue.next_due();
    ASSERT_TRUE(due.has_value());
    now = std::max(now, *due);
  }

  WebhookLimits limits;
  TimePoint now{1'770'000'000s};
  testing_routing::SeededRandom random{1};
  std::vector<Event> log;
  WebhookQueue queue{{.generation = 1}, {}, limits};
};

TEST_F(WebhookQueueing, IsInOrderInASessionAndParallelAcrossSessions) {
  read("aab");
  EXPECT_THAT(take(), ElementsAre(1, 3));
  EXPECT_THAT(take(), IsEmpty());
  settle(3, kTaken);
  EXPECT_THAT(take(), IsEmpty()) << "the next of a waits for the first";
  settle(1, kTaken);
  EXPECT_THAT(take(), ElementsAre(2));
  settle(2, kTaken);
  EXPECT_EQ(queue.open(), 0U);
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

TEST_F(WebhookQueueing, WhatIsRefusedHoldsUpItsOwnSessionAlone) {
  read("aabb");
  EXPECT_THAT(take(), ElementsAre(1, 3));
  settle(1, kRefused);
  settle(3, kTaken);
  EXPECT_THAT(take(), ElementsAre(4));
  settle(4, kTaken);
  EXPECT_THAT(take(), IsEmpty());
  wait_until_due();
  EXPECT_THAT(take(), ElementsAre(1));
  settle(1, kTaken);
  EXPECT_THAT(take(), ElementsAre(2));
}

TEST_F(WebhookQueueing, WaitsTwiceAsLongEachTimeUpToTheLongest) {
  read("a");
  std::vector<Duration> waits;
  for (int i = 0; i < 16; ++i) {
    ASSERT_THAT(take(), ElementsAre(1));
    settle(1, kRefused);
    waits.push_back(*queue.next_due() - now);
    wait_until_due();
  }
  Duration middle = limits.retry_backoff_first;
  for (const auto& wait : waits) {
    EXPECT_GE(wait, middle * 3 / 4);
    EXPECT_LE(wait, middle * 5 / 4);
    middle = std::min(middle * 2, limits.retry_backoff_max);
  }
  EXPECT_EQ(middle, limits.retry_backoff_max);
  EXPECT_NE(waits[13], waits[14]) << "no jitter";
}

TEST_F(WebhookQueueing, ObeysWhatTheEndpointAsksFor) {
  read("ab");
  EXPECT_THAT(take(), ElementsAre(1, 2));
  settle(2, kTaken);
  settle(1, {.result = AttemptResult::refused, .status = 503, .retry_after = 90s});
  read("c");
  EXPECT_EQ(queue.next_due(), now + 90s);
  now += 89s;
  EXPECT_THAT(take(), IsEmpty()) << "nor is any other session's event handed over";
  now += 1s;
  EXPECT_THAT(take(), ElementsAre(3, 1));
}

TEST_F(WebhookQueueing, APauseThatWasAskedForOutlivesACrash) {
  read("a");
  take();
  settle(1, {.result = AttemptResult::refused, .status = 429, .retry_after = 90s});
  restart();
  now += 89s;
  EXPECT_THAT(take(), IsEmpty());
  now += 1s;
  EXPECT_THAT(take(), ElementsAre(1));
}

TEST_F(WebhookQueueing, HandsOverNoMoreAtOnceThanItMay) {
  read("abcdefghijkl");
  EXPECT_EQ(take().size(), limits.in_flight_max);
  EXPECT_EQ(queue.next_due(), std::nullopt);
  settle(3, kTaken);
  EXPECT_THAT(take(), ElementsAre(9));
}

TEST_F(WebhookQueueing, ReadsNoMoreThanItMayHold) {
  EXPECT_EQ(queue.room(), limits.open_events_max);
  read("aab");
  EXPECT_EQ(queue.room(), limits.open_events_max - 3);
  queue.read(event(4, 'z'), false);
  EXPECT_EQ(queue.read_to(), 4U);
  EXPECT_EQ(queue.room(), limits.open_events_max - 3) << "what is not wanted takes no room";
}

TEST_F(WebhookQueueing, AnEndpointThatTakesNothingIsAskedOneEventAtATime) {
  read("abcdefgh");
  ASSERT_EQ(take().size(), 8U);
  for (Position position = 1; position <= 8; ++position) settle(position, kRefused);
  EXPECT_TRUE(queue.is_down());
  read("ijk");
  EXPECT_THAT(take(), IsEmpty());
  std::vector<Duration> waits;
  for (int i = 0; i < 5; ++i) {
    const auto before = now;
    wait_until_due();
    waits.push_back(now - before);
    const auto probe = take();
    ASSERT_EQ(probe.size(), 1U);
    EXPECT_EQ(queue.next_due(), std::nullopt);
    settle(probe.front(), kRefused);
  }
  EXPECT_GT(waits.back(), waits.front() * 4) << "ever less often";
  wait_until_due();
  const auto probe = take();
  settle(probe.front(), kTaken);
  EXPECT_FALSE(queue.is_down());
  EXPECT_EQ(take().size(), limits.in_flight_max) << "all go on at once";
}

TEST_F(WebhookQueueing, AnEventThatTheEndpointCannotBearHidesNotThatItIsWell) {
  read("abcde");
  take();
  for (Position position = 1; position <= 5; ++position) settle(position, kRefused);
  ASSERT_TRUE(queue.is_down());
  std::set<Position> probed;
  for (int i = 0; i < 5; ++i) {
    wait_until_due();
    const auto probe = take();
    ASSERT_EQ(probe.size(), 1U);
    probed.insert(probe.front());
    settle(probe.front(), kRefused);
  }
  EXPECT_EQ(probed.size(), 5U);
}

TEST_F(WebhookQueueing, OneEventAloneNeverMakesAnEndpointCountAsDown) {
  read("a");
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(take(), ElementsAre(1));
    settle(1, kRefused);
    wait_until_due();
  }
  EXPECT_FALSE(queue.is_down());
  read("b");
  EXPECT_THAT(take(), testing::Contains(2));
}

TEST_F(WebhookQueueing, GivesUpWhenAnEventWasRefusedForTooLong) {
  read("ab");
  take();
  EXPECT_EQ(settle(1, kRefused), WebhookQueue::Verdict::go_on);
  settle(2, kTaken);
  const auto began = now;
  auto verdict = WebhookQueue::Verdict::go_on;
  while (verdict == WebhookQueue::Verdict::go_on && now - began < 200h) {
    wait_until_due();
    ASSERT_THAT(take(), ElementsAre(1));
    verdict = settle(1, kRefused);
  }
  EXPECT_EQ(verdict, WebhookQueue::Verdict::failing);
  EXPECT_GE(now - began, limits.give_up);
  EXPECT_LT(now - began, limits.give_up + 2h);
  EXPECT_EQ(queue.failing_since(), began);
}

TEST_F(WebhookQueueing, ThreeDaysGoOnCountingOverCrashes) {
  read("a");
  take();
  settle(1, kRefused);
  now += 72h;
  restart();
  ASSERT_THAT(take(), ElementsAre(1));
  EXPECT_EQ(settle(1, kRefused), WebhookQueue::Verdict::failing);
}

TEST_F(WebhookQueueing, AnEndpointThatIsGoneIsGivenUpAtOnce) {
  read("a");
  take();
  EXPECT_EQ(settle(1, {.result = AttemptResult::gone, .status = 410}), WebhookQueue::Verdict::gone);
}

TEST_F(WebhookQueueing, ACrashRepeatsWhatWasUnderWayAndNothingElse) {
  read("abcb");
  queue.read(event(5, 'd'), false);
  EXPECT_THAT(take(), ElementsAre(1, 2, 3));
  settle(2, kTaken);
  settle(3, kRefused);
  EXPECT_EQ(queue.read_to(), 5U);
  restart();
  EXPECT_EQ(queue.read_to(), 5U);
  EXPECT_THAT(take(), ElementsAre(1, 4));
  wait_until_due();
  const auto retried = queue.take_ready(now);
  ASSERT_EQ(retried.size(), 1U);
  EXPECT_EQ(retried[0].event.sequence, 3U);
  EXPECT_EQ(retried[0].attempt, 2U);
}

TEST_F(WebhookQueueing, WhatIsForgivenIsTriedAtOnce) {
  read("abcdef");
  take();
  for (Position position = 1; position <= 6; ++position) settle(position, kRefused);
  queue.forgive();
  EXPECT_FALSE(queue.is_down());
  EXPECT_EQ(queue.failing_since(), std::nullopt);
  const auto again = queue.take_ready(now);
  ASSERT_EQ(again.size(), 6U);
  EXPECT_EQ(again[0].attempt, 1U);
}

TEST_F(WebhookQueueing, WhatIsNotWantedAnyMoreIsDropped) {
  read("aabb");
  EXPECT_THAT(take(), ElementsAre(1, 3));
  queue.drop_unless([](const Event&) { return false; });
  EXPECT_EQ(queue.open(), 2U) << "what is under way is settled";
  settle(1, kRefused);
  settle(3, kTaken);
  queue.drop_unless([](const Event&) { return false; });
  EXPECT_EQ(queue.open(), 0U);
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

/// What the sandbox does to platforms that ask for it.
class MisbehavingQueue : public WebhookQueueing {
 protected:
  void misbehave(Misbehaviour wish) { queue = WebhookQueue({}, {}, limits, wish); }
  void read_with_ids(int count) {
    for (int n = 0; n < count; ++n) {
      auto one = event(log.size() + 1, 'a');
      one.id = EventId::make(to_millis(now), random);
      log.push_back(one);
      queue.read(one, true);
    }
  }
};

TEST_F(MisbehavingQueue, TellsLateByTheTimeOfTheEvent) {
  misbehave({.late = 60s});
  read_with_ids(2);
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_EQ(*queue.next_due(), now + 60s);
  now += 59s;
  restart();
  EXPECT_THAT(take(), IsEmpty()) << "a restart tells nothing earlier";
  now += 1s;
  EXPECT_THAT(take(), ElementsAre(1)) << "in order all the same";
}

TEST_F(MisbehavingQueue, LetsTheNextOvertakeEverySecondEventOfASession) {
  misbehave({.shuffle = true});
  read_with_ids(4);
  EXPECT_THAT(take(), ElementsAre(2, 4));
  EXPECT_EQ(settle(4, kTaken), WebhookQueue::Verdict::go_on);
  EXPECT_EQ(settle(2, kTaken), WebhookQueue::Verdict::go_on);
  EXPECT_THAT(take(), IsEmpty());
  now += WebhookQueue::kOvertaken;
  EXPECT_THAT(take(), ElementsAre(1, 3));
}

TEST_F(MisbehavingQueue, GoesBackToOrderForWhatIsReadLater) {
  misbehave({.shuffle = true, .fail_one_in = 2});
  read_with_ids(2);
  queue.misbehave({});
  read_with_ids(2);
  now += WebhookQueue::kOvertaken;
  EXPECT_THAT(take(), ElementsAre(2, 3, 1)) << "4 waits for 3, its session's";
}

}  // namespace
}  // namespace bauta
