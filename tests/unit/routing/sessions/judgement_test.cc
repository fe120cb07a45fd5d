#include <gtest/gtest.h>

#include "routing/sessions/session.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart = from_millis(1'700'000'000'000);

Session session_with(std::optional<std::chrono::seconds> ttl,
                     std::optional<std::chrono::seconds> idle_ttl) {
  Session session;
  session.created_at = kStart;
  if (ttl) session.expires_at = kStart + *ttl;
  session.idle_ttl = idle_ttl;
  return session;
}

/// "idle at 60 s", "lives".
std::string judged(const Session& session, std::optional<Duration> last_activity, Duration now) {
  const auto activity = last_activity ? std::optional(kStart + *last_activity) : std::nullopt;
  const auto ending = judge(session, activity, kStart + now);
  if (!ending) return "lives";
  return std::string(closed_reason_name(ending->reason)) + " at " +
         std::to_string((ending->at - kStart) / 1s) + " s";
}

TEST(Judgement, WithoutClocksASessionLives) {
  EXPECT_EQ(judged(session_with({}, {}), {}, 1000h), "lives");
}

TEST(Judgement, ItIsOverAtTheMomentOfItsEnd) {
  EXPECT_EQ(judged(session_with(60s, {}), {}, 59'999ms), "lives");
  EXPECT_EQ(judged(session_with(60s, {}), {}, 60s), "expired at 60 s");
  EXPECT_EQ(judged(session_with(60s, {}), {}, 90s), "expired at 60 s");
}

TEST(Judgement, TheIdleClockRunsFromCreationUntilSomebodyTexts) {
  EXPECT_EQ(judged(session_with({}, 30s), {}, 29s), "lives");
  EXPECT_EQ(judged(session_with({}, 30s), {}, 30s), "idle at 30 s");
  EXPECT_EQ(judged(session_with({}, 30s), 20s, 49s), "lives");
  EXPECT_EQ(judged(session_with({}, 30s), 20s, 50s), "idle at 50 s");
}

TEST(Judgement, TheEarliestEndCounts) {
  EXPECT_EQ(judged(session_with(60s, 30s), {}, 100s), "idle at 30 s");
  EXPECT_EQ(judged(session_with(60s, 30s), 40s, 100s), "expired at 60 s");
}

TEST(Judgement, WhatWasClosedStaysClosedAsItWas) {
  Session session = session_with(60s, 30s);
  session.status = SessionStatus::closed;
  session.closed_at = kStart + 10s;
  session.closed_reason = ClosedReason::api;
  EXPECT_EQ(judged(session, {}, 20s), "api at 10 s");
  EXPECT_EQ(judged(session, {}, 100s), "api at 10 s");
}

}  // namespace
}  // namespace bauta
