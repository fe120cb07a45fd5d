#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing_routing::Conversation;

using RepeatedHelp = testing_routing::Talking;

/// How often the answer to HELP stands in what somebody was told.
int answers_to_help(std::string_view told) {
  constexpr std::string_view kAnswer = "both numbers stay private";
  int times = 0;
  for (auto at = told.find(kAnswer); at != std::string_view::npos; at = told.find(kAnswer, at + 1))
    ++times;
  return times;
}

// C34, found by reading: each HELP was answered, also one that was refused as repeated, and a stranger's without any limit.
TEST_F(RepeatedHelp, IsAnsweredNoOftenerThanWordsAreRelayed) {
  enum class From : std::uint8_t { participant, stranger, ended_line };
  for (const From from : {From::participant, From::stranger, From::ended_line}) {
    SCOPED_TRACE(static_cast<int>(from));
    Conversation talk;
    const std::string who = from == From::stranger ? kX : kA;
    if (from == From::ended_line) talk.close(talk.session.session.id);
    for (int time = 0; time < 30; ++time) {
      talk.clock.advance(1s);
      talk.text(who, talk.seat_number(0), "HELP");
    }
    EXPECT_EQ(answers_to_help(talk.told_to(who)), 10);
    const auto forwarded = talk.told_to(kB);
    EXPECT_EQ(std::ranges::count(forwarded, 'H'), from == From::participant ? 10 : 0);
    EXPECT_THAT(talk.metrics.expose(),
                HasSubstr("bauta_refusals_total{code=\"inbound.repeated\"} 20"));
    // Other words are other words, and a minute later it is a question again.
    talk.text(who, talk.seat_number(0), "info");
    EXPECT_EQ(answers_to_help(talk.told_to(who)), 1);
    talk.clock.advance(61s);
    talk.text(who, talk.seat_number(0), "HELP");
    EXPECT_EQ(answers_to_help(talk.told_to(who)), 1);
  }
}

TEST_F(RepeatedHelp, ThatIsARedeliveryIsNotAnsweredAndCountsOnce) {
  RelayParts narrow = parts;
  narrow.limits.repeats_max = 2;
  Relay gate(narrow);
  const auto ask = [&](const std::string& id) {
    return std::string(
        inbound_outcome_name(*run(gate.accept(inbound(kX, seat_number(0), "HELP", id)))));
  };
  EXPECT_EQ(ask("SM1"), "refused");
  for (int time = 0; time < 5; ++time) EXPECT_EQ(ask("SM1"), "duplicate");
  EXPECT_EQ(ask("SM2"), "refused");
  EXPECT_EQ(ask("SM3"), "refused");
  EXPECT_EQ(ask("SM3"), "duplicate");
  EXPECT_EQ(answers_to_help(told_to(kX)), 2);
  EXPECT_EQ(log("inbound."),
            "inbound.unrouted(inbound.no_route) inbound.unrouted(inbound.no_route) "
            "inbound.unrouted(inbound.repeated)");
}

}  // namespace
}  // namespace bauta
