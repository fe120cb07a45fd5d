#include "proxy/demo/inboxes.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

std::string show(const std::vector<ReceivedText>& texts) {
  std::string all;
  for (const auto& text : texts) all += std::to_string(text.sequence) + ":" + text.text + " ";
  return all;
}

ReceivedText text(std::string words) {
  return {.sequence = 0, .from = "+12025550177", .text = std::move(words), .at = {}};
}

TEST(Inboxes, KeepEachPhonesTextsInTheirOrder) {
  Inboxes inboxes(10);
  inboxes.put("a", text("one"));
  inboxes.put("b", text("two"));
  inboxes.put("a", text("three"));
  EXPECT_EQ(show(inboxes.read("a", 0)), "1:one 3:three ");
  EXPECT_EQ(show(inboxes.read("a", 1)), "3:three ");
  EXPECT_EQ(show(inboxes.read("c", 0)), "");
  EXPECT_EQ(inboxes.phones(), 2U);
}

TEST(Inboxes, ForgetTheOldestTextBeyondTheirLimit) {
  Inboxes inboxes(2);
  inboxes.put("a", text("one"));
  inboxes.put("b", text("two"));
  inboxes.put("b", text("three"));
  EXPECT_EQ(show(inboxes.read("a", 0)), "");
  EXPECT_EQ(show(inboxes.read("b", 0)), "2:two 3:three ");
  EXPECT_EQ(inboxes.phones(), 1U);
}

}  // namespace
}  // namespace bauta
