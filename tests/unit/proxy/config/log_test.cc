#include "proxy/config/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    log::set_sink([this](std::string_view line) { lines.emplace_back(line); });
  }
  ~LogTest() override {
    log::set_sink(nullptr);
    log::set_level(log::Level::info);
  }
  std::vector<std::string> lines;
};

TEST_F(LogTest, OneLineAnEventWithTimeAndLevel) {
  log::warn("mt refused carrier={} code={}", "twilio", "carrier.refused");
  EXPECT_THAT(lines, ElementsAre(MatchesRegex(
                         "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z warn "
                         "mt refused carrier=twilio code=carrier.refused")));
}

TEST_F(LogTest, AValueCannotForgeALine) {
  log::info("name={}", "a\nb\r\x1b[31m\x7f");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], ::testing::EndsWith("name=a b  [31m "));
}

TEST_F(LogTest, LevelsDecideWhatIsWritten) {
  log::debug("not shown");
  log::set_level(log::Level::debug);
  log::debug("shown");
  log::set_level(log::Level::error);
  log::warn("not shown");
  log::error("shown too");
  EXPECT_EQ(lines.size(), 2U);
}

TEST_F(LogTest, BracesInAValueAreNoFormat) {
  log::info("value={}", "{} {0} %s");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], ::testing::EndsWith("value={} {0} %s"));
}

TEST(LogLevel, IsReadByName) {
  for (const auto* name : {"debug", "info", "warn", "error"})
    EXPECT_EQ(log::level_name(log::parse_level(name).value()), name);
  EXPECT_EQ(log::parse_level("verbose").error().code, "config.bad_value");
}

}  // namespace
}  // namespace bauta
