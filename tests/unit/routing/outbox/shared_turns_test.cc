#include "routing/outbox/shared_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr SteadyPoint kStart{1h};

ServiceId service(int number) {
  return *ServiceId::parse("svc_0000000000000000000000000" + std::to_string(number));
}

/// Texts that wait, each asking again when it was told to, and the order in which they go.
class SharedTurnsTest : public ::testing::Test {
 protected:
  void wait(const std::string& name, ServiceId of, SteadyPoint now) {
    texts_[name] = {.service = of, .ticket = {}, .asks_at = now};
  }
  void leaves(const std::string& name) {
    turns.leave(texts_.at(name).ticket.value());
    texts_.erase(name);
  }
  /// Until `end`, or nobody waits.
  std::vector<std::string> gone_by(SteadyPoint end) {
    std::vector<std::string> gone;
    while (!texts_.empty()) {
      const auto next = std::ranges::min_element(
          texts_, {}, [](const auto& entry) { return entry.second.asks_at; });
      auto& [name, text] = *next;
      if (text.asks_at > end) break;
      const SteadyPoint now = text.asks_at + late;
      text.asks_at = turns.take(text.service, text.ticket, now, rate);
      ++asked;
      if (text.asks_at > now) continue;
      EXPECT_FALSE(text.ticket);
      gone.push_back(name);
      went_at[name] = now;
      texts_.erase(next);
    }
    return gone;
  }

  SharedTurns turns;
  double rate = 1;
  /// How much later than they were told to they ask.
  SteadyPoint::duration late{};
  int asked = 0;
  std::map<std::string, SteadyPoint> went_at;

 private:
  struct Text {
    ServiceId service;
    std::optional<TurnTicket> ticket;
    SteadyPoint asks_at;
  };
  std::map<std::string, Text> texts_;
};

TEST_F(SharedTurnsTest, AloneAServiceGoesInItsOrderAtTheRate) {
  for (const auto* name : {"a", "b", "c", "d"}) wait(name, service(1), kStart);
  EXPECT_THAT(gone_by(kStart + 1h), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(went_at.at("a"), kStart);
  EXPECT_EQ(went_at.at("d"), kStart + 3s);
}

TEST_F(SharedTurnsTest, HoldsASecondsWorth) {
  rate = 4;
  for (int text = 0; text < 6; ++text) wait(std::to_string(text), service(1), kStart);
  gone_by(kStart + 1h);
  EXPECT_EQ(went_at.at("3"), kStart);
  EXPECT_EQ(went_at.at("4"), kStart + 250ms);
  EXPECT_EQ(went_at.at("5"), kStart + 500ms);
}

TEST_F(SharedTurnsTest, OneTextNeedsNotWaitForAHundredOfAnotherService) {
  for (int text = 0; text < 100; ++text)
    wait(std::string(1, 'a') + std::to_string(100 + text), service(1), kStart);
  gone_by(kStart + 3s);
  wait("other", service(2), kStart + 3500ms);
  gone_by(kStart + 1h);
  EXPECT_LE(went_at.at("other"), kStart + 5s);
  EXPECT_EQ(went_at.at("a199"), kStart + 100s) << "nobody's turn was lost";
}

TEST_F(SharedTurnsTest, ServicesTakeTurnsHoweverManyOfTheirTextsWait) {
  for (const auto* name : {"a1", "a2", "a3", "a4", "a5", "a6"}) wait(name, service(1), kStart);
  gone_by(kStart);  // a1
  for (const auto* name : {"b1", "b2", "b3"}) wait(name, service(2), kStart + 10ms);
  wait("c1", service(3), kStart + 20ms);
  EXPECT_THAT(gone_by(kStart + 1h),
              ElementsAre("b1", "c1", "a2", "b2", "a3", "b3", "a4", "a5", "a6"));
}

TEST_F(SharedTurnsTest, WhoComesBackAgainAndAgainKeepsNobodyOut) {
  for (int text = 0; text < 10; ++text) wait("a" + std::to_string(text), service(1), kStart);
  // A service whose next text comes as soon as its last one has left.
  for (int text = 0; text < 10; ++text) {
    wait("b" + std::to_string(text), service(2), kStart + 2s * text + 10ms);
    gone_by(kStart + 2s * text + 1500ms);
  }
  gone_by(kStart + 1h);
  EXPECT_LE(went_at.at("a9"), kStart + 19s);
  EXPECT_LE(went_at.at("b9"), kStart + 19s);
}

TEST_F(SharedTurnsTest, WhoLeavesMakesPlace) {
  for (const auto* name : {"a", "b", "c"}) wait(name, service(1), kStart);
  gone_by(kStart);
  leaves("b");
  EXPECT_THAT(gone_by(kStart + 1h), ElementsAre("c"));
  EXPECT_LE(went_at.at("c"), kStart + 2s);
  std::optional<TurnTicket> ticket;
  EXPECT_EQ(turns.take(service(1), ticket, kStart + 1h, rate), kStart + 1h);
}

TEST_F(SharedTurnsTest, TurnsComeAtTheRateAlsoIfTheyAreAskedForLate) {
  late = 100ms;
  for (int text = 0; text < 50; ++text) wait(std::to_string(100 + text), service(1), kStart);
  gone_by(kStart + 1h);
  EXPECT_LE(went_at.at("149"), kStart + 50s);
}

TEST_F(SharedTurnsTest, FewAsksAreMade) {
  rate = 10;
  for (int text = 0; text < 1000; ++text) wait(std::to_string(1000 + text), service(1), kStart);
  gone_by(kStart);
  for (int text = 0; text < 1000; ++text)
    wait(std::to_string(2000 + text), service(2 + text % 5), kStart);
  gone_by(kStart + 1h);
  EXPECT_EQ(went_at.size(), 2000U);
  EXPECT_LE(asked, 10'000);
}

TEST_F(SharedTurnsTest, WithoutARateNobodyWaitsAnyLonger) {
  std::optional<TurnTicket> first;
  std::optional<TurnTicket> second;
  EXPECT_EQ(turns.take(service(1), first, kStart, 1), kStart);
  EXPECT_EQ(turns.take(service(1), second, kStart, 1), kStart + 1s);
  EXPECT_EQ(turns.take(service(1), second, kStart, 0), kStart);
  EXPECT_FALSE(second);
  EXPECT_EQ(turns.use(kStart, 0), kStart);
}

TEST_F(SharedTurnsTest, TurnsThatAreUsedLateMakeUpForASecond) {
  rate = 2;
  for (int text = 0; text < 20; ++text) wait(std::to_string(100 + text), service(1), kStart);
  gone_by(kStart + 1h);
  const SteadyPoint later = kStart + 60s;
  for (const auto leaves : {later, later, later, later, later + 500ms, later + 1s})
    EXPECT_EQ(turns.use(later, rate), leaves);
  std::optional<TurnTicket> next;
  EXPECT_EQ(turns.take(service(1), next, later, rate), later + 1500ms);
}

}  // namespace
}  // namespace bauta
