#include "routing/text/system_texts.h"

#include <gmock/gmock.h>

#include "routing/text/segments.h"

namespace bauta {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(SystemTexts, FitOneSmsWithTheLongestName) {
  for (const SystemText which : kSystemTexts) {
    for (const auto* language : {"en", "de"}) {
      const auto segmentation = segment(system_text(which, language, std::string(40, 'W')));
      EXPECT_EQ(segmentation.encoding, Encoding::gsm7) << system_text_name(which) << language;
      EXPECT_EQ(segmentation.segments, 1U) << system_text_name(which) << language;
    }
  }
}

TEST(SystemTexts, NameTheServiceUnlessItHasNoName) {
  for (const SystemText which : kSystemTexts) {
    EXPECT_THAT(system_text(which, "de", "Harbour Stays").reveal(), StartsWith("Harbour Stays: "));
    EXPECT_THAT(system_text(which, "en", "").reveal(), Not(HasSubstr(":")));
  }
}

TEST(SystemTexts, AreEnglishWhereBautaHasNoOtherWords) {
  EXPECT_EQ(system_text(SystemText::help, "fr", ""), system_text(SystemText::help, "en", ""));
  EXPECT_NE(system_text(SystemText::help, "de", ""), system_text(SystemText::help, "en", ""));
}

TEST(SystemTexts, TheConfirmationOfStopSaysHowToReturn) {
  EXPECT_THAT(system_text(SystemText::stop_confirmed, "en", "Harbour").reveal(),
              HasSubstr("Reply START"));
  EXPECT_THAT(system_text(SystemText::stop_confirmed, "de", "Harbour").reveal(),
              HasSubstr("Mit START"));
}

TEST(SystemTexts, OfAPlatformMayNameTheService) {
  EXPECT_EQ(worded("{service}: bye from {service}", "A {service}").reveal(),
            "A {service}: bye from A {service}");
}

TEST(SystemTexts, AreFoundByName) {
  for (const SystemText which : kSystemTexts)
    EXPECT_EQ(parse_system_text(system_text_name(which)), which);
  EXPECT_EQ(parse_system_text("nothing"), std::nullopt);
}

}  // namespace
}  // namespace bauta
