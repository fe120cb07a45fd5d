#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

constexpr const char* kC = "+12025550143";

class People : public testing::Test {
 protected:
  People() { world.add({"+12025550176", "+12025550175", "+442079460178"}); }

  PersonExport page_of(const std::string& address, std::uint32_t limit = 100,
                       std::string cursor = "") {
    return *world.run(world.desk->export_person(
        world.caller,
        {.address = World::person(address), .limit = limit, .cursor = std::move(cursor)}));
  }
  /// All pages: "ses: one two; ses: three".
  std::string everything_of(const std::string& address, std::uint32_t limit) {
    std::string all;
    std::string cursor;
    do {
      const auto page = page_of(address, limit, cursor);
      for (const auto& session : page.sessions) {
        all += "session " + session.view.session.unique_name + ":";
        for (const auto& message : session.messages) all += " " + message.message.text.reveal();
        all += "\n";
      }
      cursor = page.next_cursor;
      EXPECT_LT(all.size(), 10'000U) << "it never ends";
    } while (!cursor.empty() && all.size() < 10'000);
    return all;
  }
  std::string consent(const std::string& address, ConsentState state,
                      std::optional<VirtualNumber> number = {}) {
    const auto done = world.run(world.desk->record_consent(
        world.caller,
        {.address = World::person(address), .state = state, .number = std::move(number)}, {}));
    return done ? "" : std::string(done.error().code);
  }
  std::string consents_of(const std::string& address) {
    std::string told;
    for (const auto& entry :
         *world.run(world.desk->consents_of(world.caller, World::person(address)))) {
      told += (entry.number ? entry.number->str() : "everywhere") + " " +
              (entry.consent.state == ConsentState::opted_out ? "out" : "in") + " ";
    }
    return told;
  }
  SessionView open(const std::string& name, std::initializer_list<std::string> people) {
    world.clock.advance(1ms);
    auto request = World::session_of(people);
    request.unique_name = name;
    return *world.try_open(std::move(request));
  }
  void say(SessionId session, std::initializer_list<const char*> words) {
    for (const auto* text : words) {
      world.clock.advance(1ms);
      world.send(session, text);
    }
  }

  Conversation world;
};

TEST_F(People, AreShownWhatIsStoredAboutThem) {
  world.text(Conversation::kA, world.seat_number(0), "from me");
  world.clock.advance(1ms);  // messages are in the order of their times
  world.text(Conversation::kB, world.seat_number(1), "to me");
  world.text(Conversation::kA, world.seat_number(0), "STOP");
  world.work();
  const auto page = page_of(Conversation::kA);
  ASSERT_EQ(page.sessions.size(), 1U);
  EXPECT_EQ(page.sessions[0].view.session.id, world.session.session.id);
  EXPECT_EQ(page.sessions[0].seats, std::vector{world.session.session.seats[0].id});
  ASSERT_EQ(page.sessions[0].messages.size(), 2U);
  EXPECT_EQ(page.sessions[0].messages[0].message.text.reveal(), "from me");
  EXPECT_EQ(page.sessions[0].messages[1].deliveries.at(0).seat, world.session.session.seats[0].id);
  ASSERT_EQ(page.lines.size(), 1U);
  EXPECT_EQ(page.lines[0].number.str(), world.seat_number(0));
  ASSERT_EQ(page.consents.size(), 1U);
  EXPECT_EQ(page.consents[0].consent.source, ConsentSource::person);
  EXPECT_EQ(page.next_cursor, "");
}

TEST_F(People, AreShownEverythingWhateverThePageHolds) {
  say(world.session.session.id, {"one", "two", "three"});
  const auto second = open("second", {Conversation::kA, kC});
  say(second.session.id, {"four"});
  open("third", {Conversation::kB, kC});
  open("fourth", {Conversation::kA, Conversation::kX});
  EXPECT_EQ(everything_of(Conversation::kA, 100),
            "session : one two three\nsession second: four\nsession fourth:\n");
  EXPECT_EQ(everything_of(Conversation::kA, 2),
            "session : one two\nsession : three\nsession second: four\nsession fourth:\n");
  EXPECT_EQ(everything_of(Conversation::kA, 1),
            "session : one\nsession : two\nsession : three\nsession second: four\n"
            "session fourth:\n");
  EXPECT_EQ(everything_of("+12025550150", 10), "");
}

TEST_F(People, AreNotShownWhatTwoOthersSaidInAGroup) {
  const auto group = open("group", {Conversation::kA, Conversation::kX, kC});
  world.clock.advance(1ms);
  world.send(group.session.id, "for two", {group.session.seats[1].id, group.session.seats[2].id});
  say(group.session.id, {"for all"});
  EXPECT_EQ(everything_of(Conversation::kA, 100), "session :\nsession group: for all\n");
  const auto page = page_of(Conversation::kA);
  EXPECT_EQ(page.sessions[1].messages[0].deliveries.size(), 1U) << "their own";
}

TEST_F(People, AMalformedCursorIsRefused) {
  for (const auto* cursor : {"x", "ses_1", "aaaa"}) {
    const auto page = world.run(
        world.desk->export_person(world.caller, {.address = World::person(kC), .cursor = cursor}));
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, "cursor.malformed");
  }
}

TEST_F(People, WhatThePlatformWasToldCounts) {
  EXPECT_EQ(consents_of(Conversation::kA), "");
  EXPECT_EQ(consent(Conversation::kA, ConsentState::opted_out), "");
  EXPECT_EQ(consents_of(Conversation::kA), "everywhere out ");
  world.text(Conversation::kB, world.seat_number(1), "hello?");
  world.work();
  EXPECT_EQ(world.deliveries(), "hello?|blocked:consent.opted_out ");
  EXPECT_EQ(consent(Conversation::kA, ConsentState::opted_in), "");
  EXPECT_EQ(consents_of(Conversation::kA), "everywhere in ");
  EXPECT_EQ(world.log("participant.opted"), "participant.opted_out participant.opted_in");
}

TEST_F(People, AConsentMayBeOfOneLine) {
  const auto number = World::number(world.seat_number(0));
  EXPECT_EQ(consent(Conversation::kA, ConsentState::opted_out, number), "");
  EXPECT_EQ(consent(Conversation::kA, ConsentState::opted_in), "");
  EXPECT_EQ(consents_of(Conversation::kA), "everywhere in " + number.str() + " out ");
}

// Promise 6.
TEST(NeverExceedConsent, APlatformDoesNotTakeBackAStop) {
  Conversation world;
  world.text(Conversation::kA, world.seat_number(0), "STOP");
  const auto ask = [&](ConsentState state) {
    const auto done = world.run(world.desk->record_consent(
        world.caller, {.address = World::person(Conversation::kA), .state = state}, {}));
    return done ? "" : std::string(done.error().code);
  };
  EXPECT_EQ(ask(ConsentState::opted_in), "consent.opted_out_by_person");
  world.text(Conversation::kA, world.seat_number(0), "START");
  EXPECT_EQ(ask(ConsentState::opted_in), "");
}

// A STOP that the platform repeats is still the person's.
TEST(NeverExceedConsent, APlatformDoesNotMakeAStopItsOwn) {
  Conversation world;
  world.text(Conversation::kA, world.seat_number(0), "STOP");
  const auto ask = [&](ConsentState state) {
    const auto done = world.run(world.desk->record_consent(
        world.caller, {.address = World::person(Conversation::kA), .state = state}, {}));
    return done ? "" : std::string(done.error().code);
  };
  EXPECT_EQ(ask(ConsentState::opted_out), "");
  EXPECT_EQ(ask(ConsentState::opted_in), "consent.opted_out_by_person");
}

}  // namespace
}  // namespace bauta
