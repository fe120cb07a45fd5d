#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kC = "+442079460142";

class PlatformTexts : public testing::Test {
 protected:
  void SetUp() override {
    world.add({"+12025550177", "+442079460177"});
    auto request = World::session_of({kA, kC});
    request.idle_ttl = 1h;
    opened = *world.try_open(std::move(request));
    session = opened.session.id;
  }
  Page<MessageView> list(std::uint32_t limit = 50, const std::string& cursor = "") {
    return *world.run(world.desk->list_messages(world.caller, session, limit, cursor));
  }
  void set_state(std::size_t seat, SeatState state) {
    auto view = world.show(session);
    view.session.seats[seat].state = state;
    Commit commit;
    Sessions::write(commit, view.session, view.version);
    static_cast<void>(world.memory.apply(commit));
  }
  World world;
  SessionView opened;
  SessionId session;
};

TEST_F(PlatformTexts, WaitInTheLaneOfEverybody) {
  world.send(session, "Check-in is from 3 pm.");
  const auto page = list();
  ASSERT_EQ(page.data.size(), 1U);
  EXPECT_EQ(page.data[0].message.text.reveal(), "Check-in is from 3 pm.");
  EXPECT_EQ(origin_name(page.data[0].message.origin), "platform");
  ASSERT_EQ(page.data[0].deliveries.size(), 2U);
  for (std::size_t at = 0; at < 2; ++at) {
    const Delivery& delivery = page.data[0].deliveries[at];
    EXPECT_EQ(delivery.from, opened.session.seats[at].number);
    EXPECT_TRUE(delivery.to == opened.session.seats[at].address);
    EXPECT_EQ(delivery_state_name(delivery.state), "received");
    EXPECT_EQ(delivery.deadline, world.clock.now() + 4h);
  }
  EXPECT_EQ(world.log("message."), "message.received");
}

TEST_F(PlatformTexts, GoToWhoIsNamed) {
  world.send(session, "hi", {opened.session.seats[1].id});
  const auto page = list();
  ASSERT_EQ(page.data[0].deliveries.size(), 1U);
  EXPECT_EQ(page.data[0].deliveries[0].seat, opened.session.seats[1].id);
}

TEST_F(PlatformTexts, DoNotReachWhoLeftOrWasBlocked) {
  set_state(0, SeatState::blocked);
  world.send(session, "hi");
  EXPECT_EQ(list().data[0].deliveries.size(), 1U);
}

// A text was accepted that went to nobody, and could not be traced.
TEST_F(PlatformTexts, ToWhoLeftOrIsBlockedAreRefused) {
  const auto id = opened.session.seats[0].id;
  for (const auto state : {SeatState::left, SeatState::blocked}) {
    set_state(0, state);
    EXPECT_EQ(world.send(session, "hi", {id}), "participant.gone") << seat_state_name(state);
  }
  EXPECT_EQ(world.send(session, "hi", {id, SeatId::make(1, world.random)}), "request.invalid");
  EXPECT_TRUE(list().data.empty());
  set_state(0, SeatState::opted_out);  // is told so by the delivery
  world.send(session, "hi", {id});
  EXPECT_EQ(list().data[0].deliveries.size(), 1U);
}

TEST_F(PlatformTexts, ToSomebodyElseAreRefused) {
  EXPECT_EQ(world.send(session, "hi", {SeatId::make(1, world.random)}), "participant.not_found");
}

TEST_F(PlatformTexts, InASessionThatIsOverAreRefused) {
  world.clock.advance(1h);
  EXPECT_EQ(world.send(session, "hi"), "session.closed");
  EXPECT_EQ(world.send(SessionId::make(1, world.random), "hi"), "session.not_found");
}

TEST_F(PlatformTexts, KeepASessionAlive) {
  world.clock.advance(59min);
  world.send(session, "hi");
  world.clock.advance(59min);
  EXPECT_FALSE(world.show(session).ending.has_value());
  world.clock.advance(1min);
  EXPECT_TRUE(world.show(session).ending.has_value());
}

TEST_F(PlatformTexts, AreListedNewestFirst) {
  for (const std::string text : {"one", "two", "three"}) {
    world.send(session, text);
    world.clock.advance(1ms);
  }
  const auto first = list(2);
  ASSERT_EQ(first.data.size(), 2U);
  EXPECT_EQ(first.data[0].message.text.reveal(), "three");
  EXPECT_EQ(first.data[1].message.text.reveal(), "two");
  const auto second = list(2, first.next_cursor);
  ASSERT_EQ(second.data.size(), 1U);
  EXPECT_EQ(second.data[0].message.text.reveal(), "one");
  EXPECT_EQ(second.next_cursor, "");
}

TEST(DeadLetters, AreListedUntilTheyAreDeleted) {
  World world;
  const DeadLetter letter{.message = MessageId::make(1, world.random),
                          .seat = SeatId::make(1, world.random),
                          .session = SessionId::make(1, world.random),
                          .state = DeliveryState::failed,
                          .code = "carrier.refused",
                          .detail = "",
                          .at = world.clock.now()};
  Commit commit;
  commit.put(dead_letter_key(world.service.id, letter.message, letter.seat),
             encode_dead_letter(letter));
  static_cast<void>(world.memory.apply(commit));
  const auto page = *world.run(world.desk->list_dead_letters(world.caller, 10, ""));
  ASSERT_EQ(page.data.size(), 1U);
  EXPECT_EQ(page.data[0].code, "carrier.refused");
  EXPECT_EQ(page.next_cursor, "");
}

TEST(Events, AreListedNewestFirstWithACursor) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  world.open({kA, kC});
  const auto first = *world.run(world.desk->list_events(world.caller, 2, ""));
  ASSERT_EQ(first.data.size(), 2U);
  EXPECT_EQ(event_type_name(first.data[0].type), "session.created");
  const auto second = *world.run(world.desk->list_events(world.caller, 2, first.next_cursor));
  ASSERT_EQ(second.data.size(), 1U);
  EXPECT_EQ(second.data[0].sequence, 1U);
  EXPECT_EQ(world.run(world.desk->list_events(world.caller, 2, "x")).error().code,
            "cursor.malformed");
}

}  // namespace
}  // namespace bauta
