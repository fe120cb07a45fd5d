#include "proxy/demo/phones.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "proxy/demo/columns.h"

namespace bauta {
namespace {

using testing::HasSubstr;
using testing::Not;

ShownPhone host() {
  return {.owner = "Host, Washington",
          .number = "+1 202 555 0142",
          .thread = "+1 202 555 0160",
          .texts = {{.mine = true, .text = "When will you arrive?", .time = "14:05", .ticks = "✓✓"},
                    {.mine = false, .text = "About eight 🦀 naïve", .time = "14:06", .ticks = ""}}};
}

ShownPhone guest() {
  return {
      .owner = "Guest, London",
      .number = "+44 20 7946 0142",
      .thread = "+44 20 7946 0600",
      .texts = {{.mine = false, .text = "When will you arrive?", .time = "14:05", .ticks = ""}}};
}

TEST(Phones, ArePaintedEightyColumnsWide) {
  std::istringstream picture(draw_phones(host(), guest(), false));
  std::string line;
  int lines = 0;
  while (std::getline(picture, line)) {
    EXPECT_EQ(columns_of(line), 80U) << line;
    ++lines;
  }
  EXPECT_EQ(lines, 16);
}

TEST(Phones, ColoursDoNotChangeWhatIsSaid) {
  const auto coloured = draw_phones(host(), guest(), true);
  EXPECT_THAT(coloured, HasSubstr("\x1b["));
  EXPECT_THAT(draw_phones(host(), guest(), false), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(coloured, HasSubstr("About eight 🦀 naïve"));
}

TEST(Phones, SpaceNumbersAsTheirCountriesDo) {
  EXPECT_EQ(spaced("+12025550142"), "+1 202 555 0142");
  EXPECT_EQ(spaced("+442079460142"), "+44 20 7946 0142");
  EXPECT_EQ(spaced("+493023125142"), "+493023125142");
  EXPECT_EQ(spaced(""), "");
}

}  // namespace
}  // namespace bauta
