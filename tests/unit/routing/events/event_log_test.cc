#include "routing/events/event_log.h"

#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using testing_routing::World;

void write_events(World& world, int count) {
  for (int at = 1; at <= count; ++at) {
    Commit commit;
    EventLog::append(commit, world.service.id,
                     EventLog::make(EventType::message_sent, {}, world.clock.now(), world.random,
                                    {{"message", std::to_string(at)}}));
    static_cast<void>(world.run(world.store.commit(std::move(commit))));
  }
}

std::string sequences(const EventPage& page) {
  std::string told;
  for (const Event& event : page.events) told += std::to_string(event.sequence) + " ";
  return told + (page.next ? "then " + std::to_string(*page.next) : "end");
}

TEST(EventLog, IsReadFromItsNewestBackwards) {
  World world;
  write_events(world, 5);
  EXPECT_EQ(sequences(*world.run(world.events.newest(world.service.id, {}, 2))), "5 4 then 4");
  EXPECT_EQ(sequences(*world.run(world.events.newest(world.service.id, 4, 2))), "3 2 then 2");
  EXPECT_EQ(sequences(*world.run(world.events.newest(world.service.id, 2, 2))), "1 end");
}

TEST(EventLog, IsReadOnFromAPosition) {
  World world;
  write_events(world, 3);
  EXPECT_EQ(sequences(*world.run(world.events.after(world.service.id, 0, 2))), "1 2 then 2");
  EXPECT_EQ(sequences(*world.run(world.events.after(world.service.id, 2, 2))), "3 end");
  EXPECT_EQ(sequences(*world.run(world.events.after(world.service.id, 3, 2))), "end");
}

TEST(EventLog, TellsWhatWasWritten) {
  World world;
  const auto session = SessionId::make(1, world.random);
  const Event made = EventLog::make(EventType::session_closed, session, world.clock.now(),
                                    world.random, {{"reason", "idle"}});
  Commit commit;
  EventLog::append(commit, world.service.id, made);
  static_cast<void>(world.run(world.store.commit(std::move(commit))));
  const Event read = world.run(world.events.newest(world.service.id, {}, 1))->events.front();
  EXPECT_EQ(read.id, made.id);
  EXPECT_EQ(event_type_name(read.type), "session.closed");
  EXPECT_EQ(read.session, session);
  EXPECT_EQ(read.created_at, made.created_at);
  EXPECT_EQ(read.data, made.data);
}

TEST(EventLog, KeepsAnEventForThirtyDays) {
  World world;
  write_events(world, 1);
  world.clock.advance(EventLog::kRetention - Duration(1));
  write_events(world, 1);
  EXPECT_EQ(sequences(*world.run(world.events.after(world.service.id, 0, 9))), "1 2 end");
  world.clock.advance(Duration(1));
  EXPECT_EQ(sequences(*world.run(world.events.after(world.service.id, 0, 9))), "2 end");
}

TEST(EventLog, OfOneServiceHoldsNothingOfAnother) {
  World world;
  write_events(world, 1);
  EXPECT_EQ(sequences(*world.run(world.events.newest(ServiceId::make(1, world.random), {}, 9))),
            "end");
}

}  // namespace
}  // namespace bauta
