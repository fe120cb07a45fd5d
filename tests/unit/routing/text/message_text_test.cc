#include "routing/text/message_text.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

std::string code_of(const Result<MessageText>& text) {
  return text ? "" : std::string(text.error().code);
}

TEST(MessageText, KeepsWhatPeopleWroteAsItCame) {
  const std::string text = "caf\u00e9 \u200c \U0001F618\n";
  EXPECT_EQ(MessageText::parse(text)->reveal(), text);
  EXPECT_EQ(MessageText::from_carrier(text).reveal(), text);
}

TEST(MessageText, RefusesFromPlatformsWhatIsNoUtf8) {
  for (const std::string bad : {"\xc3", "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xe2\x82"})
    EXPECT_EQ(code_of(MessageText::parse(bad)), "text.not_utf8") << bad.size();
}

TEST(MessageText, RefusesWhatIsTooLong) {
  EXPECT_EQ(code_of(MessageText::parse(std::string(MessageText::kOctetsMax, 'a'))), "");
  EXPECT_EQ(code_of(MessageText::parse(std::string(MessageText::kOctetsMax + 1, 'a'))),
            "text.too_long");
}

TEST(MessageText, FromCarriersIsMendedNotLost) {
  EXPECT_EQ(MessageText::from_carrier("a\xf0\x9f\x98").reveal(), "a\ufffd");  // a cut-off emoji
  EXPECT_EQ(MessageText::from_carrier("a\xffz").reveal(), "a\ufffdz");
  EXPECT_EQ(MessageText::from_carrier("\xf0\x9f\x98z").reveal(), "\ufffdz");
  EXPECT_EQ(MessageText::from_carrier("").reveal(), "");
}

TEST(MessageText, FromCarriersIsCutAtACharacter) {
  const std::string long_text = std::string(MessageText::kOctetsMax - 1, 'a') + "\u00e9";
  const auto text = MessageText::from_carrier(long_text);
  EXPECT_EQ(text.reveal().size(), MessageText::kOctetsMax - 1);
  EXPECT_TRUE(MessageText::parse(text.reveal()).has_value());
}

TEST(NeverReveal, ATextIsNotPrintedByTests) {
  EXPECT_EQ(testing::PrintToString(*MessageText::parse("secret plan")), "text of 11 octets");
}

}  // namespace
}  // namespace bauta
