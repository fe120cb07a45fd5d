#include "routing/text/system_texts.h"

#include <gmock/gmock.h>

#include "routing/text/segments.h"

namespace bauta {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::array kAll = {SystemText::conversation_ended, SystemText::stop_confirmed,
                             SystemText::start_confirmed, SystemText::no_pictures};

TEST(SystemTexts, FitOneSmsWithTheLongestName) {
  for (const SystemText which : kAll)
    EXPECT_EQ(segment(system_text(which, std::string(40, 'W'))),
              (Segmentation{.encoding = Encoding::gsm7,
                            .units = segment(system_text(which, std::string(40, 'W'))).units,
                            .segments = 1}))
        << system_text_name(which);
}

TEST(SystemTexts, NameTheServiceUnlessItHasNoName) {
  for (const SystemText which : kAll) {
    EXPECT_THAT(system_text(which, "Harbour Stays").reveal(), StartsWith("Harbour Stays: "));
    EXPECT_THAT(system_text(which, "").reveal(), Not(HasSubstr(":")));
  }
}

TEST(SystemTexts, TheConfirmationOfStopSaysHowToReturn) {
  EXPECT_THAT(system_text(SystemText::stop_confirmed, "Harbour").reveal(),
              HasSubstr("Reply START"));
}

}  // namespace
}  // namespace bauta
