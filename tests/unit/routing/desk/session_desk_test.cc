#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kC = "+442079460142";

class SessionCalls : public testing::Test {
 protected:
  void SetUp() override {
    for (int at = 0; at < 5; ++at) {
      world.add({"+120255501" + std::to_string(70 + at), "+4420794601" + std::to_string(70 + at)});
    }
  }
  SessionId open(std::optional<std::chrono::seconds> ttl = {},
                 std::optional<std::chrono::seconds> idle_ttl = {}) {
    world.clock.advance(1ms);
    auto request = World::session_of({kA, kC});
    request.ttl = ttl;
    request.idle_ttl = idle_ttl;
    return world.try_open(std::move(request))->session.id;
  }
  Result<SessionView> change(SessionId id, ChangeSession request) {
    return world.run(world.desk->change_session(world.caller, id, std::move(request)));
  }
  static std::string told(const Result<SessionView>& view) {
    if (!view) return std::string(view.error().code);
    if (!view->ending) return std::string(session_status_name(view->session.status));
    return "closed " + std::string(closed_reason_name(view->ending->reason));
  }
  Result<Page<SessionView>> list(ListSessions request) {
    return world.run(world.desk->list_sessions(world.caller, std::move(request)));
  }
  World world;
};

TEST_F(SessionCalls, AreShownClosedOnceTheirTimeIsOver) {
  const auto id = open(60s);
  EXPECT_EQ(told(world.show(id)), "open");
  world.clock.advance(60s);
  EXPECT_EQ(told(world.show(id)), "closed expired");
}

TEST_F(SessionCalls, ClosingTwiceIsFine) {
  const auto id = open();
  EXPECT_EQ(told(change(id, {.close = true})), "closed api");
  EXPECT_EQ(told(change(id, {.close = true})), "closed api");
  EXPECT_EQ(world.log("session."), "session.created session.closed(api)");
}

TEST_F(SessionCalls, ClosingOneWhoseTimeIsOverTellsHowItEnded) {
  const auto id = open(60s);
  world.clock.advance(2min);
  EXPECT_EQ(told(change(id, {.close = true})), "closed expired");
}

TEST_F(SessionCalls, NothingBringsBackASessionWhoseTimeIsOver) {
  const auto id = open(60s);
  world.clock.advance(60s);
  EXPECT_EQ(told(change(id, {.ttl = 1h})), "session.closed");
  EXPECT_EQ(told(change(id, {.expires_at = std::optional<TimePoint>()})), "session.closed");
  EXPECT_EQ(told(world.show(id)), "closed expired");
}

TEST_F(SessionCalls, TheirClocksAreMovedAndTakenOff) {
  const auto id = open(60s, 30s);
  EXPECT_EQ(told(change(id, {.ttl = 1h, .idle_ttl = std::optional<std::chrono::seconds>()})),
            "open");
  world.clock.advance(59min);
  EXPECT_EQ(told(world.show(id)), "open");
  EXPECT_EQ(told(change(id, {.expires_at = std::optional<TimePoint>()})), "open");
  world.clock.advance(100h);
  EXPECT_EQ(told(world.show(id)), "open");
}

TEST_F(SessionCalls, IfMatchGuardsAChange) {
  const auto id = open();
  const Version first = world.show(id).version;
  const auto changed = *change(id, {.if_match = first, .metadata = {{{"stay", "1"}}}});
  EXPECT_NE(changed.version, first);
  EXPECT_EQ(told(change(id, {.if_match = first, .metadata = {{{"stay", "2"}}}})),
            "session.changed");
  EXPECT_EQ(told(change(id, {.if_match = first, .close = true})), "session.changed");
  EXPECT_EQ(told(change(id, {.if_match = changed.version, .close = true})), "closed api");
}

TEST_F(SessionCalls, AChangeIsMadeAgainWhenItMetAnother) {
  const auto id = open();
  const auto view = world.show(id);
  world.store.meanwhile = [&, view] {
    Session session = view.session;
    session.status = SessionStatus::in_progress;
    Commit commit;
    Sessions::write(commit, session, view.version);
    static_cast<void>(world.memory.apply(commit));
  };
  const auto changed = *change(id, {.metadata = {{{"stay", "1"}}}});
  EXPECT_EQ(told(changed), "in_progress");
  EXPECT_EQ(changed.session.metadata.size(), 1U);
}

// Cooling starts when a line goes dead: an end put into the past must not start it earlier.
TEST(NeverMisroute, AClockThatIsMovedIntoThePastEndsTheSessionNow) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  const auto id = world.open({kA, kC}).session.id;
  world.clock.advance(48h);
  ChangeSession past;
  past.expires_at = world.clock.now() - 47h;
  const auto view = *world.run(world.desk->change_session(world.caller, id, past));
  ASSERT_TRUE(view.ending.has_value());
  EXPECT_EQ(view.ending->at, world.clock.now());

  world.clock.advance(24h);
  const auto second = world.open({kA, kC}).session.id;
  world.clock.advance(48h);
  ChangeSession idle;
  idle.idle_ttl = std::optional(std::chrono::seconds(60));
  const auto ended = *world.run(world.desk->change_session(world.caller, second, idle));
  ASSERT_TRUE(ended.ending.has_value());
  EXPECT_EQ(ended.ending->at, world.clock.now());
}

TEST_F(SessionCalls, OfAnotherServiceAreNotFound) {
  const auto id = open();
  Caller stranger = world.caller;
  stranger.service = *world.run(world.desk->accounts().ensure_with_service(
      "rival", "rides", world.clock.now(), world.random));
  EXPECT_EQ(told(world.run(world.desk->show_session(stranger, id))), "session.not_found");
  EXPECT_EQ(told(world.run(world.desk->change_session(stranger, id, {.close = true}))),
            "session.not_found");
  EXPECT_EQ(world.run(world.desk->erase_session(stranger, id)).error().code, "session.not_found");
  EXPECT_EQ(world.run(world.desk->send_text(stranger, {id, *MessageText::parse("hi"), {}}, {}))
                .error()
                .code,
            "session.not_found");
  EXPECT_EQ(world.run(world.desk->list_messages(stranger, id, 10, "")).error().code,
            "session.not_found");
  EXPECT_EQ(world.run(world.desk->list_sessions(stranger, {}))->data.size(), 0U);
  EXPECT_EQ(world.run(world.desk->list_events(stranger, 10, ""))->data.size(), 0U);
  EXPECT_EQ(
      world.run(world.desk->show_number(stranger, World::number("+12025550170"))).error().code,
      "number.not_found");
  EXPECT_EQ(told(world.show(id)), "open");
}

TEST_F(SessionCalls, AreListedNewestFirstAndStableWhileSomeAreAdded) {
  std::vector<SessionId> opened;
  for (int at = 0; at < 4; ++at) opened.push_back(open());
  const auto first = *list({.limit = 2});
  ASSERT_EQ(first.data.size(), 2U);
  EXPECT_EQ(first.data[0].session.id, opened[3]);
  EXPECT_EQ(first.data[1].session.id, opened[2]);
  open();
  const auto second = *list({.limit = 2, .cursor = first.next_cursor});
  ASSERT_EQ(second.data.size(), 2U);
  EXPECT_EQ(second.data[0].session.id, opened[1]);
  EXPECT_EQ(second.data[1].session.id, opened[0]);
  EXPECT_EQ(second.next_cursor, "");
  EXPECT_EQ(list({.cursor = "not a cursor"}).error().code, "cursor.malformed");
}

TEST_F(SessionCalls, AreFilteredAsTheyAreJudged) {
  const auto lives = open();
  const auto over = open(60s);
  const auto closed = open();
  world.close(closed);
  world.clock.advance(60s);
  const auto open_ones = *list({.status = SessionStatus::open});
  ASSERT_EQ(open_ones.data.size(), 1U);
  EXPECT_EQ(open_ones.data[0].session.id, lives);
  const auto closed_ones = *list({.status = SessionStatus::closed});
  ASSERT_EQ(closed_ones.data.size(), 2U);
  EXPECT_EQ(closed_ones.data[0].session.id, closed);
  EXPECT_EQ(closed_ones.data[1].session.id, over);
  const auto at_number = *list({.number = world.show(over).session.seats[0].number});
  ASSERT_EQ(at_number.data.size(), 1U);
  EXPECT_EQ(at_number.data[0].session.id, over);
  const auto later = *list({.created_after = world.show(over).session.created_at});
  ASSERT_EQ(later.data.size(), 1U);
  EXPECT_EQ(later.data[0].session.id, closed);
}

// It was looked for among the newest 10,000 alone, and where it was not one of them the page was empty.
TEST_F(SessionCalls, AreFoundByTheirNameHoweverManyAreNewer) {
  const auto named = [&] {
    world.clock.advance(1ms);
    auto request = World::session_of({kA, kC});
    request.unique_name = "stay";
    return world.try_open(std::move(request))->session.id;
  };
  const auto ended = named();
  world.close(ended);
  const auto lives = named();
  const auto both = *list({.unique_name = "stay"});
  ASSERT_EQ(both.data.size(), 2U);
  EXPECT_EQ(both.data[0].session.id, lives);
  EXPECT_EQ(both.data[1].session.id, ended);
  EXPECT_EQ(list({.status = SessionStatus::closed, .unique_name = "stay"})->data.size(), 1U);

  const auto first = *list({.unique_name = "stay", .limit = 1});
  ASSERT_EQ(first.data.size(), 1U);
  EXPECT_EQ(first.data[0].session.id, lives);
  const auto second = *list({.unique_name = "stay", .limit = 1, .cursor = first.next_cursor});
  ASSERT_EQ(second.data.size(), 1U);
  EXPECT_EQ(second.data[0].session.id, ended);
  EXPECT_EQ(second.next_cursor, "");

  // What is listed of a session is enough to be looked at.
  for (int batch = 0; batch < 11; ++batch) {
    Commit commit;
    for (int one = 0; one < 1'000; ++one) {
      const auto later = to_millis(world.clock.now()) + 1 + batch * 1'000 + one;
      commit.put(Sessions::index_key(world.service.id, SessionId::make(later, world.random)), "");
    }
    static_cast<void>(world.memory.apply(commit));
  }
  auto page = *list({.unique_name = "stay"});
  ASSERT_EQ(page.data.size(), 1U);
  EXPECT_EQ(page.data[0].session.id, lives);
  ASSERT_NE(page.next_cursor, "") << "those that had the name are behind all these";
  page = *list({.unique_name = "stay", .cursor = page.next_cursor});
  ASSERT_EQ(page.data.size(), 1U);
  EXPECT_EQ(page.data[0].session.id, ended);
  EXPECT_EQ(page.next_cursor, "");
}

// ---- Brought back ----

class Reopening : public SessionCalls {
 protected:
  void SetUp() override {
    SessionCalls::SetUp();
    world.change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 1h; });
  }
  Result<SessionView> reopen(SessionId id, std::optional<std::chrono::seconds> ttl = {}) {
    return change(id, {.ttl = ttl, .reopen = true});
  }
};

TEST_F(Reopening, GivesEverybodyTheirLineBack) {
  const auto id = open();
  const auto before = World::told(world.show(id));
  world.close(id);
  world.clock.advance(30min);
  const auto again = reopen(id);
  EXPECT_EQ(told(again), "open");
  EXPECT_EQ(World::told(*again), before);
  EXPECT_EQ(again->session.closed_at, std::nullopt);
  EXPECT_EQ(world.line(kA, again->session.seats[0].number), "live");
  EXPECT_EQ(world.log("session."), "session.created session.closed(api) session.reopened");
}

TEST_F(Reopening, WorksAsWellOnceTheLinesHaveCooledAndAreFree) {
  const auto id = open();
  world.close(id);
  world.clock.advance(2h);
  EXPECT_EQ(told(reopen(id)), "open");
}

TEST_F(Reopening, OfOneThatLivesChangesNothing) {
  const auto id = open();
  EXPECT_EQ(told(reopen(id)), "open");
  EXPECT_EQ(world.log("session."), "session.created");
}

TEST_F(Reopening, NeedsANewClockIfItsTimeWasOver) {
  const auto id = open(60s);
  world.clock.advance(2min);
  EXPECT_EQ(told(reopen(id)), "session.cannot_reopen");
  EXPECT_EQ(told(reopen(id, 10min)), "open");
  world.clock.advance(11min);
  EXPECT_EQ(told(world.show(id)), "closed expired");
}

TEST_F(Reopening, LetsTheIdleClockRunAnew) {
  const auto id = open({}, 60s);
  world.clock.advance(2min);
  EXPECT_EQ(told(world.show(id)), "closed idle");
  EXPECT_EQ(told(reopen(id)), "open");
  world.clock.advance(59s);
  EXPECT_EQ(told(world.show(id)), "open");
  world.clock.advance(2s);
  EXPECT_EQ(told(world.show(id)), "closed idle");
}

TEST_F(Reopening, IsRefusedIfSomebodyUsesTheirLineInAnotherSession) {
  const auto id = open();
  const auto number = world.show(id).session.seats[0].number;
  world.close(id);
  world.clock.advance(2h);
  auto request = World::session_of({kA, "+442079460143"});
  request.participants[0].number = number;
  EXPECT_TRUE(world.try_open(std::move(request)));
  const auto refused = reopen(id);
  ASSERT_EQ(told(refused), "session.cannot_reopen");
  ASSERT_EQ(refused.error().faults.size(), 1U);
  EXPECT_EQ(refused.error().faults[0].pointer, "/participants/0");
  EXPECT_EQ(refused.error().faults[0].code, "number.in_use_by_address");
}

TEST_F(Reopening, IsRefusedOnANumberThatDrains) {
  // Whoever removes the number has seen it empty, and only its record tells them of new seats.
  const auto id = open();
  const auto number = world.show(id).session.seats[0].number;
  world.close(id);
  ASSERT_TRUE(world.run(
      world.desk->change_number(world.caller, number, {.status = NumberStatus::draining})));
  EXPECT_EQ(told(reopen(id)), "session.cannot_reopen");
}

TEST_F(Reopening, IsRefusedIfItsNameHasGoneToAnother) {
  auto request = World::session_of({kA, kC});
  request.unique_name = "stay";
  const auto first = world.try_open(request);
  world.close(first->session.id);
  request.participants[0].address = World::person("+12025550143");
  ASSERT_TRUE(world.try_open(request));
  EXPECT_EQ(told(reopen(first->session.id)), "session.name_taken");
}

// ---- By person ----

TEST_F(SessionCalls, AreFoundByPersonNewestFirst) {
  const auto first = open();
  const auto second = open();
  world.clock.advance(1ms);
  world.open({"+12025550143", kC});
  const auto found = [&](const char* address, std::uint32_t limit, std::string cursor) {
    return *world.run(world.desk->search_sessions(
        world.caller,
        {.address = World::person(address), .limit = limit, .cursor = std::move(cursor)}));
  };
  const auto page = found(kA, 1, "");
  ASSERT_EQ(page.data.size(), 1U);
  EXPECT_EQ(page.data[0].session.id, second);
  const auto rest = found(kA, 1, page.next_cursor);
  ASSERT_EQ(rest.data.size(), 1U);
  EXPECT_EQ(rest.data[0].session.id, first);
  EXPECT_EQ(rest.next_cursor, "");
  EXPECT_EQ(found(kC, 10, "").data.size(), 3U);
  EXPECT_TRUE(found("+12025550199", 10, "").data.empty());
  ASSERT_TRUE(world.run(world.desk->erase_session(world.caller, first)));
  EXPECT_EQ(found(kA, 10, "").data.size(), 1U);
}

}  // namespace
}  // namespace bauta
