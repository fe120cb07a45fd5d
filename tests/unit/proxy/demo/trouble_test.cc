#include "proxy/demo/trouble.h"

#include <gtest/gtest.h>
#include <json/value.h>

#include "proxy/net/json.h"

namespace bauta {
namespace {

Result<Trouble> parse(const char* json) { return parse_trouble(*read_strict_json(json)); }

std::string rolls(TroubleDice dice) {
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const auto text = dice.roll_text();
    const auto callback = dice.roll_callback();
    all += std::to_string(static_cast<int>(text.answer)) + (text.lost ? "l" : "") +
           (callback.twice ? "t" : "") + (callback.answer_lost ? "a" : "") +
           (callback.overtaken ? "o" : "") + std::to_string(callback.delay.count()) + " ";
  }
  return all;
}

TEST(Trouble, IsNoneUnlessAskedFor) {
  TroubleDice dice({});
  for (int i = 0; i < 100; ++i) {
    const auto text = dice.roll_text();
    EXPECT_EQ(text.answer, TroubleDice::Answer::accept);
    EXPECT_FALSE(text.lost);
    const auto callback = dice.roll_callback();
    EXPECT_FALSE(callback.twice);
    EXPECT_FALSE(callback.answer_lost);
    EXPECT_FALSE(callback.overtaken);
    EXPECT_EQ(callback.delay.count(), 0);
  }
}

TEST(Trouble, IsTheSameFromTheSameSeed) {
  const auto trouble = parse(
      R"({"loss_percent":20,"duplicate_percent":30,"reorder_percent":10,"refuse_percent":5,"seed":7})");
  ASSERT_TRUE(trouble);
  EXPECT_EQ(rolls(TroubleDice(*trouble)), rolls(TroubleDice(*trouble)));
  auto other = *trouble;
  other.seed = 8;
  EXPECT_NE(rolls(TroubleDice(*trouble)), rolls(TroubleDice(other)));
}

TEST(Trouble, IsReadStrictly) {
  EXPECT_EQ(parse(R"({"receipts":"early"})")->receipts, ReceiptMode::early);
  for (const auto* bad : {R"({"loss_percent":101})", R"({"loss_percent":-1})",
                          R"({"loss_percent":"1"})", R"({"loss_percent":1.5})", R"({"seed":-1})",
                          R"({"receipts":"late"})", R"({"receipts":1})", R"({"delay":1})"}) {
    EXPECT_FALSE(parse(bad)) << bad;
  }
}

TEST(Trouble, IsShownAsItIsRead) {
  const auto trouble = parse(R"({"delay_ms":5,"hang_percent":1,"receipts":"never","seed":9})");
  ASSERT_TRUE(trouble);
  const auto again = parse_trouble(trouble_json(*trouble));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->delay_ms, 5U);
  EXPECT_EQ(again->hang_percent, 1U);
  EXPECT_EQ(again->receipts, ReceiptMode::never);
  EXPECT_EQ(again->seed, 9U);
}

}  // namespace
}  // namespace bauta
