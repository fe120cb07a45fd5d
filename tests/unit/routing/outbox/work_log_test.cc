#include "routing/outbox/work_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"
#include "tests/unit/routing/world/hold.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

/// A conversation whose lanes may hold the mark back by no more than ten entries.
class LongWait : public testing_routing::Talking {
 protected:
  LongWait() { start_short(); }

  void start_short() {
    partitions.clear();
    const auto p = partition_of(number(seat_number(1)));
    partitions.emplace_back(
        p, std::make_unique<Partition>(p, parts, carrier, std::vector<Stage*>{&hold_}, 10));
    BAUTA_ASSERT(run(partitions[0].second->start()).has_value());
  }
  void crash_short() {
    partitions.clear();
    restart();
    start_short();
  }
  void say(const std::string& words) {
    clock.advance(1ms);  // so that they are listed in their order
    text(kA, seat_number(0), words);
  }
  /// Entries that concern no lane that waits: the log grows.
  void others_write(std::size_t entries) {
    const auto p = partitions[0].first;
    Commit commit;
    for (std::size_t at = 0; at < entries; ++at) {
      commit.append(work_log(p),
                    encode_work_entry({.lane = {.number = number(seat_number(1)),
                                                .service = service.id,
                                                .person = hash_of(kX)},
                                       .message = MessageId::make(to_millis(clock.now()), random),
                                       .nudge = true}));
    }
    BAUTA_ASSERT(std::holds_alternative<Committed>(memory.apply(commit)));
  }
  /// Positions of the entries that are not through, oldest first; in brackets where each was first, if it was appended again.
  std::string waiting_entries() const {
    std::string all;
    for (const auto& keyed : memory.everything()) {
      if (!keyed.key.octets().starts_with("out/")) continue;
      const auto entry = *decode_work_entry(keyed.record);
      if (entry.nudge) continue;
      KeyReader reader(keyed.key, "out");
      reader.u64();
      all += (all.empty() ? "" : " ") + std::to_string(reader.u64());
      if (entry.first_position != 0) all += "(" + std::to_string(entry.first_position) + ")";
    }
    return all;
  }

  /// Nothing leaves before this.
  testing_routing::Hold hold_{clock.now() + 1h};
};

TEST_F(LongWait, ATextThatHoldsTheMarkBackIsAppendedAgain) {
  say("one");
  say("two");
  work();
  others_write(9);
  work();
  EXPECT_EQ(waiting_entries(), "1 2");
  others_write(1);
  work();
  EXPECT_EQ(waiting_entries(), "13(1) 14(2)");
  others_write(12);
  work();
  EXPECT_EQ(waiting_entries(), "27(1) 28(2)");
  clock.advance(1h);
  work();
  EXPECT_EQ(deliveries(), "one|sent two|sent ");
  EXPECT_EQ(waiting_entries(), "");
}

TEST_F(LongWait, ItKeepsItsPlaceInItsLaneAlsoAfterACrash) {
  say("one");
  say("two");
  work();
  others_write(11);
  say("three");
  work();
  EXPECT_EQ(waiting_entries(), "14 15(1) 16(2)");
  crash_short();
  clock.advance(1h);
  work();
  EXPECT_EQ(deliveries(), "one|sent two|sent three|sent ");
  const auto line = seat_number(1) + " > " + kB + ": ";
  EXPECT_EQ(carrier.log(), line + "one\n" + line + "two\n" + line + "three\n");
}

// Read behind a newer text, it must not push out of a full lane one that came before that.
TEST_F(LongWait, AfterACrashTheNewestTextIsTheOneThatAFullLaneCannotHold) {
  parts.limits.lane_texts_max = 2;
  start_short();
  say("one");
  say("two");
  work();
  others_write(11);
  ASSERT_TRUE(run(partitions[0].second->read_on()));
  say("three");
  for (auto& lane : partitions[0].second->take_ready(clock.now()))
    run(partitions[0].second->step(lane));
  EXPECT_EQ(waiting_entries(), "14 15(1) 16(2)");
  crash_short();
  work();
  EXPECT_EQ(deliveries(), "one|held two|received three|failed:lane.full ");
}

TEST_F(LongWait, WhetherTheStoreAnswersOrNotItIsAppendedAgainOnce) {
  text(kA, seat_number(0), "one");
  work();
  others_write(10);
  for (const bool written : {true, false}) {
    store.unknown_are_written = written;
    store.unknown_commits = 1;
    others_write(20);
    for (int again = 0; again < 3; ++again) {
      work();
      clock.advance(1s);
    }
    EXPECT_EQ(waiting_entries(), written ? "32(1)" : "53(1)");
  }
  clock.advance(1h);
  work();
  EXPECT_EQ(deliveries(), "one|sent ");
  EXPECT_EQ(waiting_entries(), "");
}

TEST_F(LongWait, ATextThatLeavesBeforeItsNewPlaceIsReadIsThroughThereToo) {
  text(kA, seat_number(0), "one");
  work();
  others_write(20);
  ASSERT_TRUE(run(partitions[0].second->read_on()));
  clock.advance(1h);
  for (auto& lane : partitions[0].second->take_ready(clock.now()))
    run(partitions[0].second->step(lane));
  EXPECT_EQ(waiting_entries(), "22(1)");
  EXPECT_EQ(deliveries(), "one|sent ");
  text(kA, seat_number(0), "two");
  work();
  EXPECT_EQ(waiting_entries(), "");
  EXPECT_EQ(partitions[0].second->texts_waiting(), 0U);
}

TEST_F(LongWait, MoreThatWaitThanTheLogMayGrowByAreNotAppendedAgainForEver) {
  for (int at = 0; at < 30; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  work();
  others_write(100);
  work();  // would not end
  others_write(30);
  work();
  clock.advance(1h);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(30));
  for (std::size_t at = 0; at < 30; ++at)
    EXPECT_EQ(carrier.taken[at].text.reveal(), "text " + std::to_string(at));
  EXPECT_EQ(waiting_entries(), "");
}

}  // namespace
}  // namespace bauta
