#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kC = "+442079460142";

class Erasing : public testing::Test {
 protected:
  void SetUp() override { world.add({"+12025550177", "+442079460177"}); }
  std::string erase(SessionId id) {
    const auto done = world.run(world.desk->erase_session(world.caller, id));
    return done ? "" : std::string(done.error().code);
  }
  World world;
};

TEST_F(Erasing, NothingOfWhatWasSaidOrWhoSaidItStays) {
  auto request = World::session_of({kA, kC});
  request.unique_name = "stay-8812";
  request.participants[0].label = "Harriet";
  const Idempotent<SessionView> kept{
      .mark = {.key = "k1", .body_hash = "hash"}, .render = [](const SessionView& view) {
        return KeptAnswer{
            .status = 201, .location = {}, .body = view.session.seats[0].address.reveal()};
      }};
  const auto id = world.try_open(request, kept)->session.id;
  world.send(id, "the key is under the mat");
  ASSERT_TRUE(world.holds("under the mat"));
  ASSERT_TRUE(world.holds("2025550142"));
  EXPECT_EQ(erase(id), "");
  EXPECT_FALSE(world.holds("under the mat"));
  EXPECT_FALSE(world.holds("2025550142"));
  EXPECT_FALSE(world.holds("2079460142"));
  EXPECT_FALSE(world.holds("stay-8812"));
  EXPECT_FALSE(world.holds("Harriet"));
}

TEST_F(Erasing, ItsLinesGoOnCooling) {
  const auto opened = world.open({kA, kC});
  EXPECT_EQ(erase(opened.session.id), "");
  EXPECT_EQ(world.line(kA, opened.session.seats[0].number), "cooling");
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), "pool.exhausted");
  world.clock.advance(24h);
  EXPECT_NE(world.open_or_code(World::session_of({kA, kC})), "pool.exhausted");
}

TEST_F(Erasing, EveryTextThatWasNotFinalIsTold) {
  const auto id = world.open({kA, kC}).session.id;
  world.send(id, "one");
  EXPECT_EQ(erase(id), "");
  EXPECT_EQ(world.log("message."),
            "message.received message.blocked(erased) message.blocked(erased)");
  EXPECT_EQ(world.log("session."), "session.created session.closed(erased) session.erased");
}

TEST_F(Erasing, ManyTextsAreErasedInBoundedCommits) {
  const auto id = world.open({kA, kC}).session.id;
  for (int at = 0; at < 250; ++at) world.send(id, "text");
  EXPECT_EQ(erase(id), "");
  EXPECT_FALSE(world.holds(std::string("msg/")));
  EXPECT_FALSE(world.holds(std::string("dlv/")));
}

TEST_F(Erasing, OneClosedBeforeIsErasedAndTwiceIsFine) {
  const auto id = world.open({kA, kC}).session.id;
  world.close(id);
  EXPECT_EQ(erase(id), "");
  EXPECT_EQ(erase(id), "session.not_found");
  EXPECT_EQ(world.log("session."), "session.created session.closed(api) session.erased");
}

}  // namespace
}  // namespace bauta
