#include "routing/messages/line.h"

#include <gtest/gtest.h>

#include "routing/messages/explainer.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

using NeverMisroute = testing_routing::Talking;

// Found by reading: until the sweeper had written the end down, a line cooled from the end alone, and who texted late on one on which a carrier
// might still bring something was told that there is no conversation.
TEST_F(NeverMisroute, ALineCoolsFromTheLatestDeadlineWhetherOrNotItsEndIsWrittenDown) {
  for (const bool is_written : {false, true}) {
    SCOPED_TRACE(is_written);
    Conversation talk;
    talk.change_settings([](ServiceSettings& settings) {
      settings.cooling_seconds = 0s;
      settings.answer_ended =
          false;  // an answer is handed to a carrier, with a deadline of its own
    });
    const TimePoint began = talk.clock.now();
    ASSERT_TRUE(
        talk.run(talk.desk->change_session(talk.caller, talk.session.session.id, {.ttl = 60s})));
    talk.text(kA, talk.seat_number(0), "hi");
    ASSERT_EQ(talk.told_to(kB), "hi");
    talk.clock.advance(61s);
    if (is_written) {
      ASSERT_TRUE(talk.run(talk.desk->sweep()));
    }

    EXPECT_EQ(talk.outcome_of_text(kB, talk.seat_number(1), "late"), "ended");
    // On A's line nothing was handed over.
    EXPECT_EQ(talk.outcome_of_text(kA, talk.seat_number(0), "late"), "refused");
    Explainer explainer(talk.parts);
    const auto explained = *talk.run(explainer.explain(
        talk.service.id, {.from = World::person(kB), .to = World::number(talk.seat_number(1))}));
    EXPECT_EQ(explained.standing, LineStanding::ended);
    EXPECT_EQ(explained.reusable_at, began + 4h);

    talk.clock.advance(4h - 61s - 1ms);
    EXPECT_EQ(talk.outcome_of_text(kB, talk.seat_number(1), "later"), "ended");
    talk.clock.advance(1ms);
    EXPECT_EQ(talk.outcome_of_text(kB, talk.seat_number(1), "too late"), "refused");
  }
}

}  // namespace
}  // namespace bauta
