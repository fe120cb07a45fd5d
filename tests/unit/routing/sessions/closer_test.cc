#include <gtest/gtest.h>

#include "routing/sessions/session.h"
#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kHost = "+12025550142";
constexpr const char* kGuest = "+442079460142";

/// A conversation that lives, and how it is closed.
class Closing : public testing::Test {
 protected:
  void SetUp() override { world.add({"+12025550177", "+442079460177"}); }

  SessionView open(std::optional<std::chrono::seconds> ttl = {},
                   std::optional<std::chrono::seconds> idle_ttl = {}) {
    auto request = World::session_of({kHost, kGuest});
    request.ttl = ttl;
    request.idle_ttl = idle_ttl;
    return *world.try_open(std::move(request));
  }
  Result<Session> close(SessionId id, ClosedReason reason, std::chrono::seconds cooling = 24h) {
    const SessionCloser closer(world.store, world.sessions, world.routes);
    return world.run(closer.close({.service = world.service.id,
                                   .session = id,
                                   .ending = {.at = world.clock.now(), .reason = reason},
                                   .rest = {.cooling = cooling, .forget_after = 90 * 24h}},
                                  world.clock.now(), world.random));
  }
  static std::string told(const Result<Session>& session) {
    if (!session) return std::string(session.error().code);
    return std::string(session_status_name(session->status)) + " " +
           std::string(closed_reason_name(session->closed_reason));
  }
  TimePoint reusable_at(const Seat& seat, const std::string& person) {
    return world.route(person, seat.number)->value.reusable_at;
  }

  World world;
};

TEST_F(Closing, CoolsEveryLineAndTellsOnce) {
  const auto opened = open();
  EXPECT_EQ(told(close(opened.session.id, ClosedReason::api)), "closed api");
  EXPECT_EQ(world.line(kHost, opened.session.seats[0].number), "cooling");
  EXPECT_EQ(world.line(kGuest, opened.session.seats[1].number), "cooling");
  EXPECT_EQ(told(close(opened.session.id, ClosedReason::participant_left)), "closed api");
  EXPECT_EQ(world.log("session."), "session.created session.closed(api)");
}

TEST_F(Closing, ASessionWhoseTimeIsOverEndsAsItsClockSays) {
  const auto opened = open(60s);
  world.clock.advance(1h);
  const auto closed = *close(opened.session.id, ClosedReason::api, 1h);
  EXPECT_EQ(told(closed), "closed expired");
  EXPECT_EQ(closed.closed_at, opened.session.created_at + 60s);
  EXPECT_EQ(reusable_at(opened.session.seats[0], kHost), *closed.closed_at + 1h);
}

TEST_F(Closing, OneThatLivesIsNotClosedByAClock) {
  const auto opened = open(60s);
  EXPECT_EQ(told(close(opened.session.id, ClosedReason::expired)), "open ");
  EXPECT_EQ(world.line(kHost, opened.session.seats[0].number), "live");
}

TEST_F(Closing, AnIdleEndGivesWayToATextThatComesMeanwhile) {
  const auto opened = open({}, 60s);
  world.clock.advance(60s);
  // A text that was taken in just before the end is written just before the close.
  const auto state = **world.run(world.sessions.find(world.service.id, opened.session.id));
  world.store.meanwhile = [&] {
    Commit commit;
    Sessions::touch(commit, state, world.clock.now());
    static_cast<void>(world.memory.apply(commit));
  };
  EXPECT_EQ(told(close(opened.session.id, ClosedReason::idle)), "open ");
  EXPECT_EQ(world.line(kHost, opened.session.seats[0].number), "live");
}

TEST_F(Closing, WhatDoesNotExistIsNotFound) {
  EXPECT_EQ(told(close(SessionId::make(1, world.random), ClosedReason::api)), "session.not_found");
}

TEST_F(Closing, IsSettledWhenNobodyKnowsWhetherItWasWritten) {
  const auto opened = open();
  world.store.unknown_commits = 1;
  EXPECT_EQ(told(close(opened.session.id, ClosedReason::api)), "closed api");
  EXPECT_EQ(world.log("session."), "session.created session.closed(api)");
}

TEST_F(Closing, TellsWhenItWasNotWritten) {
  const auto opened = open();
  world.store.unknown_commits = 1;
  world.store.unknown_are_written = false;
  EXPECT_EQ(told(close(opened.session.id, ClosedReason::api)), "storage.unknown");
  EXPECT_EQ(world.line(kHost, opened.session.seats[0].number), "live");
}

// A text that a carrier may still bring keeps its line from the next holder.
TEST(NeverMisroute, CoolingBeginsWithTheLatestDeadlineHandedToACarrier) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  const auto opened = world.open({kHost, kGuest});
  const Seat& seat = opened.session.seats[0];
  const TimePoint deadline = world.clock.now() + 4h;
  // Claimed between the reading and the commit of the close.
  world.store.meanwhile = [&] {
    Commit commit;
    commit.put(lanemax_key(seat.number, seat.person), encode_lanemax(deadline));
    static_cast<void>(world.memory.apply(commit));
  };
  world.close(opened.session.id);
  EXPECT_EQ(world.route(kHost, seat.number)->value.reusable_at, deadline + 24h);
  EXPECT_EQ(world.route(kGuest, opened.session.seats[1].number)->value.reusable_at,
            world.clock.now() + 24h);
}

}  // namespace
}  // namespace bauta
