#include "proxy/cli/clock_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/cli/run_task.h"
#include "storage/memory/memory_store.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/unit/storage/clock/clocks/machine_clock.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ClockWatchTest : public ::testing::Test {
 protected:
  Config config = [] {
    Config made;
    made.clock_mark = 60s;
    return made;
  }();
  SetClock disk_time;
  MemoryStore store{disk_time};
  MachineClock machine;
  TrustedClock clock{machine, 300s};
  metrics::Instruments metrics{"0.1.0", "abc"};
  ClockWatch watch{config, store, clock, metrics};
};

TEST_F(ClockWatchTest, SaysNothingOfAClockThatGoesOn) {
  ASSERT_TRUE(watch.begin());
  machine.pass(1h);
  EXPECT_EQ(watch.doubt(), std::nullopt);
  EXPECT_EQ(watch.state(), ClockState{.now = machine.now()});
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_clock_doubted 0\n"));
}

TEST_F(ClockWatchTest, SaysHowFarAClockLeapt) {
  ASSERT_TRUE(watch.begin());
  machine.set_by(24h + 400ms);
  EXPECT_THAT(watch.doubt().value_or("nothing"), HasSubstr("is 86400 seconds ahead of the time"));
  machine.set_by(-48h);
  EXPECT_THAT(watch.doubt().value_or("nothing"), HasSubstr("is 86400 seconds behind the time"));
}

TEST_F(ClockWatchTest, GoesOnFromWhatTheLifeBeforeKnew) {
  {
    ASSERT_TRUE(watch.begin());
    boost::asio::io_context loop;
    watch.start(loop.get_executor());
    loop.run_one();
    loop.poll();
    watch.stop();
  }
  const TimePoint known = machine.now();
  machine.restart(1min);
  machine.set_by(-1h);
  TrustedClock next_clock(machine, 300s);
  ClockWatch next(config, store, next_clock, metrics);
  ASSERT_TRUE(next.begin());
  EXPECT_EQ(next_clock.now(), known);
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_clock_doubted 1\n"));
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_clock_offset_seconds -3540\n"));

  const auto confirmed = run_here(next.confirm());
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(*confirmed, ClockState{.now = known - 59min});
  EXPECT_EQ(next.doubt(), std::nullopt);
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_clock_doubted 0\n"));
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_clock_offset_seconds 0\n"));
}

}  // namespace
}  // namespace bauta
