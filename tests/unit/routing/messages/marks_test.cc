#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Dedup marks: which delivery of a carrier's was seen, and for how long.
using NeverDouble = testing_routing::Talking;

TEST_F(NeverDouble, AMarkIsKeptForSevenDaysAndNoLonger) {
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi", "SM1"), "relayed");
  EXPECT_EQ(told_to(kB), "hi");
  clock.advance(7 * 24h - 1ms);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi", "SM1"), "duplicate");
  // A duplicate does not renew it: ids are unique for seven days, no more.
  clock.advance(1ms);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi", "SM1"), "relayed");
  EXPECT_EQ(told_to(kB), "hi");
}

/// The lines of the refusals' metric.
std::string refusals(const std::string& page) {
  std::string all;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("bauta_refusals_total")) all += line + "\n";
  return all;
}

TEST_F(NeverDouble, ATextThatWasRefusedLeavesAMarkToo) {
  change_settings([](ServiceSettings& settings) {
    settings.answer_strangers = true;
    settings.cooling_seconds = 720h;
  });
  const auto ended = *try_open(session_of({"+12025550198", "+442079460143"}));
  const std::string ended_line = ended.session.seats[0].number.str();
  close(ended.session.id);
  for (int time = 0; time < 10; ++time) text(kA, seat_number(0), "again");
  told_to(kB);

  struct Refused {
    std::string id;
    std::string from;
    std::string to;
    std::string words;
    std::string outcome;
    std::string code;
    /// How many notes it is answered with.
    std::size_t notes;
  };
  const std::vector<Refused> all = {
      {"SM-repeated", kA, seat_number(0), "again", "refused", "inbound.repeated", 0},
      {"SM-loop", seat_number(1), seat_number(0), "hi", "refused", "inbound.loop", 0},
      {"SM-stranger", kX, seat_number(0), "hi", "refused", "inbound.no_route", 1},
      {"SM-ended", "+12025550198", ended_line, "hi", "ended", "session.ended", 1}};
  for (const auto& one : all) {
    SCOPED_TRACE(one.id);
    carrier.taken.clear();
    EXPECT_EQ(outcome_of_text(one.from, one.to, one.words, one.id), one.outcome);
    work();
    EXPECT_EQ(carrier.taken.size(), one.notes);
    const auto counted = refusals(metrics.expose());
    EXPECT_THAT(counted, HasSubstr("code=\"" + one.code + "\"} 1"));
    const auto logged = log("inbound.");
    EXPECT_THAT(logged, HasSubstr("(" + one.code + ")"));
    // The note of the day is older than a day when the carrier comes again: nothing but the mark keeps a second one back.
    clock.advance(25h);
    for (int time = 0; time < 3; ++time)
      EXPECT_EQ(outcome_of_text(one.from, one.to, one.words, one.id), "duplicate");
    work();
    EXPECT_EQ(carrier.taken.size(), one.notes);
    EXPECT_EQ(refusals(metrics.expose()), counted);
    EXPECT_EQ(log("inbound."), logged);
  }
}

}  // namespace
}  // namespace bauta
