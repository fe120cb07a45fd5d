#include "proxy/demo/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bauta {
namespace {

using testing::ElementsAre;

TEST(Columns, AreCountedNotOctets) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("café"), 4U);
  EXPECT_EQ(columns_of("🦀"), 2U);
  EXPECT_EQ(columns_of("👍🏽"), 2U);
  EXPECT_EQ(columns_of("\xff\xfe"), 2U);
  EXPECT_EQ(columns_of("\xf0\x9f"), 2U);  // cut off
}

TEST(Columns, WrapAtSpacesAndInsideLongWords) {
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("abcdefghij k", 4), ElementsAre("abcd", "efgh", "ij k"));
  EXPECT_THAT(wrap("a\nb", 8), ElementsAre("a", "b"));
  EXPECT_THAT(wrap("", 8), ElementsAre(""));
  EXPECT_THAT(wrap("🦀🦀🦀", 5), ElementsAre("🦀🦀", "🦀"));
}

}  // namespace
}  // namespace bauta
