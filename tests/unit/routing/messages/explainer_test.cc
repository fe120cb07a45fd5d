#include "routing/messages/explainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

constexpr const char* kA = Conversation::kA;
constexpr const char* kB = Conversation::kB;
constexpr const char* kX = Conversation::kX;

/// Something that happened before a text comes, and what it then meets.
struct Case {
  std::string name;
  std::string from = kA;
  std::string text = "hi";
  /// The text goes to the number of this seat.
  std::size_t line = 0;
  std::string outcome;
  std::function<void(Conversation&)> before = [](Conversation&) {};
};
void PrintTo(const Case& one, std::ostream* stream) { *stream << one.name; }

void set_seat(Conversation& world, std::size_t seat, SeatState state) {
  auto view = world.show(world.session.session.id);
  view.session.seats[seat].state = state;
  Commit commit;
  Sessions::write(commit, view.session, view.version);
  static_cast<void>(world.memory.apply(commit));
}

void close_session(Conversation& world) {
  BAUTA_ASSERT(
      world.run(world.desk->change_session(world.caller, world.session.session.id, {.close = true}))
          .has_value());
}

const auto kCases = std::vector<Case>({
    {.name = "Relayed", .outcome = "relayed"},
    {.name = "RelayedTheOtherWay", .from = kB, .line = 1, .outcome = "relayed"},
    {.name = "ByAStranger", .from = kX, .outcome = "refused inbound.no_route"},
    {.name = "ByAStrangerWhoAsksForHelp",
     .from = kX,
     .text = "HELP",
     .outcome = "refused inbound.no_route"},
    {.name = "FromOneOfOurNumbers", .from = "+12025550178", .outcome = "refused inbound.loop"},
    {.name = "ToAnotherNumberThanTheirs",
     .from = kA,
     .line = 1,
     .outcome = "refused inbound.no_route"},
    {.name = "Stop", .text = "STOP", .outcome = "keyword"},
    {.name = "StopOfAStranger", .from = kX, .text = "stop", .outcome = "keyword"},
    {.name = "StartOfOneWhoIsIn", .text = "START", .outcome = "relayed"},
    {.name = "StartOfOneWhoIsOut",
     .text = "START",
     .outcome = "keyword",
     .before = [](Conversation& world) { world.text(kA, world.seat_number(0), "STOP"); }},
    {.name = "OfOneWhoIsOut",
     .outcome = "relayed",
     .before = [](Conversation& world) { world.text(kA, world.seat_number(0), "STOP"); }},
    {.name = "ToOneWhoIsOut",
     .outcome = "relayed",
     .before = [](Conversation& world) { world.text(kB, world.seat_number(1), "STOP"); }},
    {.name = "ToAnEndedSession", .outcome = "ended session.ended", .before = close_session},
    {.name = "StopOnAnEndedLine", .text = "STOP", .outcome = "keyword", .before = close_session},
    {.name = "ToALineWhoseCoolingIsOver",
     .outcome = "refused inbound.no_route",
     .before =
         [](Conversation& world) {
           close_session(world);
           world.clock.advance(25h);
         }},
    {.name = "ByOneWhoIsBlocked",
     .outcome = "refused participant.gone",
     .before = [](Conversation& world) { set_seat(world, 0, SeatState::blocked); }},
    {.name = "ToOneWhoIsBlocked",
     .outcome = "relayed",
     .before = [](Conversation& world) { set_seat(world, 1, SeatState::blocked); }},
    {.name = "WhenTooMuchWaits",
     .outcome = "overloaded",
     .before = [](Conversation& world) { world.parts.backlog->change(500'000); }},
});

class Explain : public ::testing::TestWithParam<Case> {
 protected:
  Explanation explained(const std::string& from, const VirtualNumber& to, const std::string& text) {
    return *world.run(explainer.explain(
        world.service.id,
        {.from = *RealAddress::from_carrier(from), .to = to, .text = *MessageText::parse(text)}));
  }
  static std::string described(const Explanation& found) {
    std::string line(found.outcome ? inbound_outcome_name(*found.outcome) : "");
    if (!found.code.empty()) line.append(line.empty() ? "" : " ").append(found.code);
    return line;
  }
  /// What accept() does with it, and the code that its event tells.
  std::string accepted(const std::string& from, const std::string& to, const std::string& text) {
    auto line = world.outcome_of_text(from, to, text);
    const auto events = *world.run(world.events.newest(world.service.id, {}, 1));
    if (events.events.front().type == EventType::inbound_unrouted)
      line.append(" ").append(datum(events.events.front(), "code"));
    return line;
  }

  Conversation world;
  Explainer explainer{world.parts};
};

TEST_P(Explain, SaysWhatAcceptThenDoes) {
  const auto& one = GetParam();
  one.before(world);
  const auto to = world.seat_number(one.line);
  const auto commits = world.store.commits;
  EXPECT_EQ(described(explained(one.from, World::number(to), one.text)), one.outcome);
  EXPECT_EQ(world.store.commits, commits) << "it writes nothing";
  EXPECT_EQ(accepted(one.from, to, one.text), one.outcome);
}

INSTANTIATE_TEST_SUITE_P(Texts, Explain, ::testing::ValuesIn(kCases),
                         [](const auto& given) { return given.param.name; });

using Explained = Explain;

TEST_F(Explained, NamesEachRecipientAndWhatKeepsThemFromIt) {
  const auto seats = world.session.session.seats;
  auto found = explained(kA, seats[0].number, "hi");
  ASSERT_EQ(found.recipients.size(), 1U);
  EXPECT_EQ(found.recipients[0].seat.id, seats[1].id);
  EXPECT_EQ(found.recipients[0].code, "");
  EXPECT_EQ(found.recipients[0].connection, "twilio");
  EXPECT_EQ(found.from, seats[0].id);
  EXPECT_EQ(found.session->id, world.session.session.id);

  world.text(kB, seats[1].number.str(), "STOP");
  found = explained(kA, seats[0].number, "hi");
  EXPECT_EQ(found.recipients.at(0).code, "consent.opted_out");
  world.work();
  world.text(kA, seats[0].number.str(), "hi");
  world.work();
  EXPECT_EQ(world.deliveries(), "hi|blocked:consent.opted_out ");

  set_seat(world, 1, SeatState::blocked);
  EXPECT_EQ(explained(kA, seats[0].number, "hi").recipients.size(), 0U);
}

TEST_F(Explained, TellsOfMasksAndAnswers) {
  const auto number = world.session.session.seats[0].number;
  EXPECT_TRUE(explained(kA, number, std::string("call ") + kA).is_masked);
  EXPECT_FALSE(explained(kA, number, "call me").is_masked);
  EXPECT_EQ(explained(kA, number, "HELP").answer, SystemText::help);
  EXPECT_EQ(explained(kA, number, "STOP").answer, SystemText::stop_confirmed);
  EXPECT_EQ(explained(kX, number, "hi").answer, std::nullopt);
  close_session(world);
  EXPECT_EQ(explained(kA, number, "hi").answer, SystemText::conversation_ended);
  world.change_settings([](ServiceSettings& settings) { settings.answer_ended = false; });
  EXPECT_EQ(explained(kA, number, "hi").answer, std::nullopt);
}

/// What a line that is nobody's any more once was is told to nobody.
TEST_F(Explained, ForgetsWhoseALineWas) {
  const auto number = world.session.session.seats[0].number;
  close_session(world);
  EXPECT_TRUE(explained(kA, number, "hi").session.has_value());
  EXPECT_TRUE(explained(kA, number, "hi").reusable_at.has_value());
  world.clock.advance(25h);
  EXPECT_FALSE(explained(kA, number, "hi").session.has_value());
}

TEST_F(Explained, KnowsNothingOfAnotherServicesNumbers) {
  const auto elsewhere = *world.run(world.desk->accounts().ensure_with_service(
      "stranger", "elsewhere", world.clock.now(), world.random));
  const auto found = *world.run(explainer.explain(
      elsewhere.id, {.from = World::person(kA), .to = World::number(world.seat_number(0))}));
  EXPECT_EQ(described(found), "refused inbound.not_our_number");
  EXPECT_EQ(found.connection, "");
  const auto nowhere = *world.run(explainer.explain(
      elsewhere.id, {.from = World::person(kA), .to = World::number("+12025550100")}));
  EXPECT_EQ(described(nowhere), "refused inbound.not_our_number");
}

}  // namespace
}  // namespace bauta
