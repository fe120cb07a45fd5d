#include "proxy/demo/taken_texts.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

TakenText text(std::string id, std::int64_t at, std::string from = "+12025550177",
               std::string words = "hi") {
  return {.id = std::move(id),
          .from = std::move(from),
          .to = "+442079460142",
          .text = std::move(words),
          .at = from_millis(at)};
}

std::string ids(const std::vector<TakenText>& texts) {
  std::string all;
  for (const auto& text : texts) all += text.id + " ";
  return all;
}

TEST(TakenTexts, AreFoundBySenderWordsAndTimeTheLatestFirst) {
  TakenTexts taken(10);
  taken.put(text("one", 1));
  taken.put(text("two", 2));
  taken.put(text("three", 3, "+12025550178"));
  taken.put(text("four", 4, "+12025550177", "ho"));
  taken.put(text("five", 5));
  EXPECT_EQ(ids(taken.find("+12025550177", "hi", from_millis(2), 10)), "five two ");
  EXPECT_EQ(ids(taken.find("+12025550177", "hi", from_millis(0), 2)), "five two ");
  EXPECT_EQ(ids(taken.find("+12025550177", "hi", from_millis(6), 10)), "");
}

TEST(TakenTexts, TheOldestIsForgottenBeyondTheirLimit) {
  TakenTexts taken(1);
  taken.put(text("one", 1));
  taken.put(text("two", 2));
  EXPECT_EQ(ids(taken.find("+12025550177", "hi", from_millis(0), 10)), "two ");
}

}  // namespace
}  // namespace bauta
