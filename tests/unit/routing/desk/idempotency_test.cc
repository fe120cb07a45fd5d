#include <gtest/gtest.h>

#include <set>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kC = "+442079460142";
const IdempotencyMark kMark{.key = "POST /api/v1/sessions k1", .body_hash = "hash"};

Idempotent<SessionView> idempotent() {
  return {.mark = kMark, .render = [](const SessionView& view) {
            return KeptAnswer{.status = 201,
                              .location = "/api/v1/sessions/" + view.session.id.str(),
                              .body = view.session.seats[0].number.str()};
          }};
}

class Idempotency : public testing::Test {
 protected:
  void SetUp() override { world.add({"+12025550177", "+12025550178", "+442079460177"}); }
  Result<std::optional<KeptAnswer>> kept(const IdempotencyMark& mark = kMark) {
    return world.run(world.desk->kept_answer(world.caller, mark));
  }
  World world;
};

TEST_F(Idempotency, TheFirstAnswerIsKeptAcrossARestart) {
  const auto opened = *world.try_open(World::session_of({kA, kC}), idempotent());
  world.restart();
  const auto answer = **kept();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.location, "/api/v1/sessions/" + opened.session.id.str());
  EXPECT_EQ(answer.body, opened.session.seats[0].number.str());
}

TEST_F(Idempotency, AnotherBodyUnderTheSameKeyIsRefused) {
  ASSERT_TRUE(world.try_open(World::session_of({kA, kC}), idempotent()).has_value());
  const auto answer = kept({.key = kMark.key, .body_hash = "other"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "idempotency.mismatch");
}

TEST_F(Idempotency, AnAnswerIsForgottenAfterADay) {
  ASSERT_TRUE(world.try_open(World::session_of({kA, kC}), idempotent()).has_value());
  world.clock.advance(24h);
  EXPECT_FALSE(kept()->has_value());
}

TEST_F(Idempotency, ARefusalLeavesNoAnswerUntilItIsKept) {
  EXPECT_EQ(world.try_open(World::session_of({kA}), idempotent()).error().code,
            "participants.count");
  EXPECT_FALSE(kept()->has_value());
  ASSERT_TRUE(world
                  .run(world.desk->keep_answer(world.caller, kMark,
                                               {.status = 409, .location = {}, .body = "no"}))
                  .has_value());
  EXPECT_EQ((*kept())->status, 409);
}

TEST_F(Idempotency, OneAtATimeInAProcess) {
  auto running = world.desk->begin(world.caller, kMark);
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(world.desk->begin(world.caller, kMark), nullptr);
  EXPECT_NE(world.desk->begin(world.caller, {.key = "another", .body_hash = {}}), nullptr);
  running.reset();
  EXPECT_NE(world.desk->begin(world.caller, kMark), nullptr);
}

// The same POST reaches two relays at the same time: one of them carries it out.
TEST(NeverDouble, TheSamePostOnTwoRelaysOpensOneSession) {
  World world;
  world.add({"+12025550177", "+12025550178", "+442079460177", "+442079460178"});
  Desk other(world.parts, [](std::string_view) { return true; });
  std::vector<Task<Result<SessionView>>> tasks;
  tasks.push_back(
      world.desk->open_session(world.caller, World::session_of({kA, kC}), idempotent()));
  tasks.push_back(other.open_session(world.caller, World::session_of({kA, kC}), idempotent()));
  std::multiset<std::string> outcomes;
  for (const auto& opened : world.run_all(std::move(tasks)))
    outcomes.insert(opened ? "opened" : std::string(opened.error().code));
  EXPECT_EQ(outcomes, (std::multiset<std::string>{"idempotency.in_flight", "opened"}));
  EXPECT_EQ(world.log("session."), "session.created");
}

TEST(NeverDouble, APlatformsTextIsQueuedOnce) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  const auto id = world.open({kA, kC}).session.id;
  const Idempotent<MessageView> once{
      .mark = kMark, .render = [](const MessageView& view) {
        return KeptAnswer{.status = 202, .location = {}, .body = view.message.id.str()};
      }};
  const auto sent =
      *world.run(world.desk->send_text(world.caller, {id, *MessageText::parse("hi"), {}}, once));
  EXPECT_EQ(
      world.run(world.desk->send_text(world.caller, {id, *MessageText::parse("hi"), {}}, once))
          .error()
          .code,
      "idempotency.in_flight");
  EXPECT_EQ((*world.run(world.desk->kept_answer(world.caller, kMark)))->body,
            sent.message.id.str());
  EXPECT_EQ(world.run(world.desk->list_messages(world.caller, id, 10, ""))->data.size(), 1U);
}

TEST(NeverDouble, ACommitThatNobodyKnewOfIsSettledByReading) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  world.store.unknown_commits = 1;
  const auto opened = world.try_open(World::session_of({kA, kC}), idempotent());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->version, world.show(opened->session.id).version);
  EXPECT_EQ(world.log("session."), "session.created");
}

}  // namespace
}  // namespace bauta
