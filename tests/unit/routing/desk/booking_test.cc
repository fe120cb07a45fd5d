#include <gmock/gmock.h>

#include <map>
#include <set>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kB = "+493023125142";
constexpr const char* kC = "+442079460142";
constexpr const char* kV1 = "+12025550177";
constexpr const char* kV2 = "+493023125177";
constexpr const char* kV3 = "+12025550178";
constexpr const char* kV4 = "+442079460177";

std::vector<std::string> faults_of(const Result<SessionView>& opened) {
  std::vector<std::string> faults;
  if (opened) return faults;
  for (const FieldFault& fault : opened.error().faults)
    faults.push_back(fault.pointer + " " + std::string(fault.code));
  return faults;
}

Task<bool> sweep_after(int steps, World& world) {
  for (int step = 0; step < steps; ++step)
    co_await boost::asio::post(boost::asio::use_awaitable_t<Executor>{});
  co_return (co_await world.desk->sweep()).has_value();
}

Task<bool> opens(World& world, OpenSession request) {
  co_return (co_await world.desk->open_session(world.caller, std::move(request), {})).has_value();
}

TEST(Booking, SeatsEverybodyAtALocalNumber) {
  World world;
  world.add({kV1, kV2, kV4});
  const auto opened = world.open({kA, kB});
  EXPECT_EQ(World::told(opened), std::string(kV1) + " " + kV2);
  EXPECT_EQ(world.line(kA, World::number(kV1)), "live");
  EXPECT_EQ(world.line(kB, World::number(kV2)), "live");
  EXPECT_EQ(world.log("session."), "session.created");
}

TEST(Booking, BothSeatsMayHoldTheSameNumber) {
  World world;
  world.add({kV1});
  EXPECT_EQ(World::told(world.open({kA, "+12025550143"})), std::string(kV1) + " " + kV1);
}

TEST(Booking, TakesTwoToFifty) {
  World world;
  world.add({kV1});
  EXPECT_EQ(world.open_or_code(World::session_of({kA})), "participants.count");
  EXPECT_NE(world.open_or_code(World::session_of({kA, "+12025550143", "+12025550144"})),
            "participants.count");
  OpenSession crowd;
  for (int at = 0; at < 51; ++at)
    crowd.participants.push_back(
        {.address = World::person("+120255501" + std::to_string(10 + at))});
  EXPECT_EQ(world.open_or_code(std::move(crowd)), "participants.count");
}

TEST(Booking, NamesEveryFaultyFieldAtOnce) {
  World world;
  world.add({kV1});
  EXPECT_THAT(faults_of(world.try_open(World::session_of({kV1, "+19005550123"}))),
              ElementsAre("/participants/0/address address.is_virtual_number",
                          "/participants/1/address address.premium"));
  EXPECT_THAT(faults_of(world.try_open(World::session_of({kA, kA}))),
              ElementsAre("/participants/1/address participants.same_address"));
  EXPECT_EQ(world.log("session."), "");
}

TEST(Booking, ANumberThatIsAddedMeanwhileIsNoParticipant) {
  World world;
  world.add({kV1, kV4});
  // Another relay adds the guest's address as a number just before the commit.
  world.store.meanwhile = [&] {
    Commit commit;
    Inventory::add(commit, {.number = World::number(kC),
                            .service = world.service.id,
                            .connection = "twilio",
                            .reach = {},
                            .locality = locality_of(World::number(kC)),
                            .rank = 1,
                            .created_at = world.clock.now()});
    static_cast<void>(world.memory.apply(commit));
  };
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), "storage.contended");
  EXPECT_EQ(world.line(kA, World::number(kV1)), "none");
}

TEST(Booking, SeatsEverybodyOrNobody) {
  World world;
  world.add({kV1});
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), "pool.exhausted");
  EXPECT_EQ(world.line(kA, World::number(kV1)), "none");
}

TEST(Booking, ANameIsTakenAsLongAsItsSessionLives) {
  World world;
  world.add({kV1, kV3, kV2, kV4});
  auto request = World::session_of({kA, kB});
  request.unique_name = "stay-8812";
  request.ttl = 1h;
  const auto first = *world.try_open(request);
  auto other = World::session_of({kA, kC});
  other.unique_name = "stay-8812";
  EXPECT_EQ(world.open_or_code(other), "session.name_taken");
  world.clock.advance(1h);
  EXPECT_THAT(world.open_or_code(other), HasSubstr(kV4));
  EXPECT_EQ(world.log("session."), "session.created session.closed(expired) session.created");
}

TEST(NeverReveal, TheNameOfASessionStandsInNoKey) {
  World world;
  world.add({kV1, kV4});
  auto request = World::session_of({kA, kC});
  request.unique_name = "ride-12025550142";
  ASSERT_TRUE(world.try_open(request).has_value());
  for (const KeyedRecord& record : world.memory.everything())
    EXPECT_THAT(record.key.octets(), Not(HasSubstr("2025550142")));
}

TEST(NeverReveal, RefusalsAndEventsAreMasked) {
  World world;
  const auto refused = world.try_open(World::session_of({kA, kC}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().detail, Not(HasSubstr("5550142")));
  for (const Event& event : world.run(world.events.after(world.service.id, 0, 10))->events) {
    for (const auto& [name, value] : event.data) EXPECT_THAT(value, Not(HasSubstr("5550142")));
  }
}

// C31: one number was handed out for two sessions of one person, and answers crossed.
TEST(NeverMisroute, OnePersonHasAnotherNumberInEverySession) {
  World world;
  world.add({kV1, kV3, kV2, kV4});
  const auto with_b = world.open({kA, kB});
  const auto with_c = world.open({kA, kC});
  EXPECT_NE(with_b.session.seats[0].number, with_c.session.seats[0].number);
}

// C33: the number returned to the pool the moment its session ended.
TEST(NeverMisroute, ALineThatJustEndedIsNotGivenToTheNextSession) {
  World world;
  world.add({kV1, kV3, kV2, kV4});
  const auto with_b = world.open({kA, kB});
  world.close(with_b.session.id);
  const auto with_c = world.open({kA, kC});
  EXPECT_NE(with_b.session.seats[0].number, with_c.session.seats[0].number);
  EXPECT_EQ(world.line(kA, with_b.session.seats[0].number), "cooling");
}

TEST(NeverMisroute, TheOnlyNumberIsRefusedUntilItHasCooled) {
  World world;
  world.add({kV1, kV2, kV4});
  world.close(world.open({kA, kB}).session.id);
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), "pool.exhausted");
  world.clock.advance(24h - 1ms);
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), "pool.exhausted");
  world.clock.advance(1ms);
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), std::string(kV1) + " " + kV4);
}

TEST(NeverWasteANumber, AnExpiredSessionFreesItsLineBeforeAnybodyIsRefused) {
  World world;
  world.add({kV1, kV2, kV4});
  world.change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 0s; });
  auto request = World::session_of({kA, kB});
  request.ttl = 60s;
  ASSERT_TRUE(world.try_open(request).has_value());
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), "pool.exhausted");
  world.clock.advance(60s);
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), std::string(kV1) + " " + kV4);
  EXPECT_THAT(world.log("session."), HasSubstr("session.closed(expired)"));
}

// The sweeper may write an end down between any two steps of a booking that needs its line.
TEST(NeverWasteANumber, ALineThatTheSweeperFreesMeanwhileRefusesNobody) {
  for (int steps = 0; steps < 80; ++steps) {
    World world;
    world.add({kV1, kV2, kV4});
    world.change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 0s; });
    auto request = World::session_of({kA, kB});
    request.ttl = 60s;
    ASSERT_TRUE(world.try_open(request).has_value());
    world.clock.advance(60s);
    std::vector<Task<bool>> both;
    both.push_back(sweep_after(steps, world));
    both.push_back(opens(world, World::session_of({kA, kC})));
    EXPECT_THAT(world.run_all(std::move(both)), ElementsAre(true, true)) << steps;
  }
}

TEST(NeverWasteANumber, AnIdleSessionFreesTheNumberThatIsAskedByName) {
  World world;
  world.add({kV1, kV2, kV4});
  world.change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 1h; });
  auto first = World::session_of({kA, kB});
  first.idle_ttl = 60s;
  ASSERT_TRUE(world.try_open(first).has_value());
  auto second = World::session_of({kA, kC});
  second.participants[0].number = World::number(kV1);
  EXPECT_EQ(world.open_or_code(second), "number.in_use_by_address");
  world.clock.advance(60s);
  // Ended, and cooling from its end on.
  EXPECT_EQ(world.open_or_code(second), "number.in_use_by_address");
  world.clock.advance(1h);
  EXPECT_EQ(world.open_or_code(second), std::string(kV1) + " " + kV4);
}

TEST(NeverWasteANumber, ARefusalSaysHowManyAreMissingWhereAndIsTold) {
  World world;
  world.add({kV1, kV2, kV4});
  ASSERT_TRUE(world.try_open(World::session_of({kA, kB})).has_value());
  const auto refused = world.try_open(World::session_of({kA, kC}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "pool.exhausted");
  const std::map<std::string_view, std::string> members(refused.error().members.begin(),
                                                        refused.error().members.end());
  EXPECT_EQ(members.at("country"), "US");
  EXPECT_EQ(members.at("area_code"), "202");
  EXPECT_EQ(members.at("needed"), "1");
  EXPECT_EQ(world.log("pool."), "pool.exhausted");
}

TEST(NeverExceedConsent, ANumberThatAPersonClosedIsNotGivenToThem) {
  World world;
  world.add({kV1, kV3, kV4});
  Commit commit;
  Ledger::record_line(commit, world.consenter_of(kA), World::number(kV1), {},
                      {.state = ConsentState::opted_out,
                       .source = ConsentSource::person,
                       .since = world.clock.now()});
  static_cast<void>(world.memory.apply(commit));
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), std::string(kV3) + " " + kV4);
  EXPECT_EQ(world.open_or_code(World::session_of({kA, "+442079460143"})), "pool.exhausted");
}

// The pool needed is the largest number of lines that one person holds at once: a hundred at once, and none is refused for the rush.
TEST(NeverWasteANumber, AHundredBookingsOfOnePersonAtOnceFillTheirNumbersExactly) {
  World world;
  constexpr int kNumbers = 97;
  for (int at = 0; at < kNumbers; ++at) world.add({"+1202555" + std::to_string(1000 + at)});
  for (int at = 0; at < 3; ++at) world.add({"+4420794601" + std::to_string(70 + at)});
  std::vector<Task<Result<SessionView>>> tasks;
  for (int at = 0; at < 100; ++at)
    tasks.push_back(world.desk->open_session(
        world.caller, World::session_of({kA, "+4420794602" + std::to_string(10 + at % 90)}), {}));
  std::set<VirtualNumber> given;
  std::map<std::string, int> outcomes;
  for (const auto& opened : world.run_all(std::move(tasks))) {
    ++outcomes[opened ? "opened" : std::string(opened.error().code)];
    if (opened) given.insert(opened->session.seats[0].number);
  }
  EXPECT_EQ(outcomes, (std::map<std::string, int>{{"opened", 97}, {"pool.exhausted", 3}}));
  EXPECT_EQ(given.size(), 97U);
  EXPECT_EQ(world.store.conflicts, 0U);
}

TEST(Booking, TwoRelaysNeverGiveTheSameLineTwice) {
  World world;
  world.add({kV1, kV3, kV4});
  const std::unique_ptr<Desk> other =
      std::make_unique<Desk>(world.parts, [](std::string_view) { return true; });
  std::vector<Task<Result<SessionView>>> tasks;
  tasks.push_back(world.desk->open_session(world.caller, World::session_of({kA, kC}), {}));
  tasks.push_back(other->open_session(world.caller, World::session_of({kA, "+442079460143"}), {}));
  std::set<VirtualNumber> given;
  for (const auto& opened : world.run_all(std::move(tasks)))
    given.insert(opened->session.seats[0].number);
  EXPECT_EQ(given.size(), 2U);
  EXPECT_GE(world.store.conflicts, 1U);
}

}  // namespace
}  // namespace bauta
