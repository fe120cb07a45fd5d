#include "proxy/config/suggestion.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace bauta {
namespace {

TEST(Suggestion, IsTheNearestWordIfThatIsNear) {
  const std::vector<std::string_view> known{"open", "list", "show", "close"};
  EXPECT_EQ(suggestion("opn", known), "; did you mean open?");
  EXPECT_EQ(suggestion("lsit", known), "; did you mean list?") << "swapped";
  EXPECT_EQ(suggestion("clxxe", known), "") << "two of five";
  EXPECT_EQ(suggestion("closes", known), "; did you mean close?");
  EXPECT_EQ(suggestion("x", {}), "");
}

}  // namespace
}  // namespace bauta
