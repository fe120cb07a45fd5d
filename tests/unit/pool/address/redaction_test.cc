#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "pool/address/real_address.h"

namespace bauta {
namespace {

TEST(NeverReveal, NumbersInACarriersWordsAreMaskedHoweverTheyAreWritten) {
  const std::pair<std::string, std::string> texts[] = {
      {"The 'To' number +12025550142 is not a valid phone number.",
       "The 'To' number … is not a valid phone number."},
      {"to=12025550142", "to=…"},
      {"To (202) 555-0142: blocked", "To …: blocked"},
      {"+1 202 555 0142", "…"},
      {"+1-202-555-0142.", "…."},
      {"+44 (0)20 7946 0142, sorry", "…, sorry"},
      {"030/23125-042", "…"},
      {"To=%2B12025550142&From=%2b442079460142&x=1", "To=…&From=…&x=1"},
      {"%2B1%20202%20555%200142", "…"},
      {"%2B1+202+555+0142", "…"},
      {"1&nbsp;202&nbsp;555&nbsp;0142", "…"},
      {"+1\xc2\xa0"
       "202\xe2\x80\x91"
       "555\xe2\x80\x91"
       "0142",
       "…"},
      {"{\"to\":\"\\u002B12025550142\"}", "{\"to\":\"\\u002B…\"}"},
      {"12345", "…"},
      {"two: 12025550142,12025550143", "two: …,…"},
      {"http 404, retry in 30 s", "http 404, retry in 30 s"},
      {"1234", "1234"},
      {"code 1.2 of 3", "code 1.2 of 3"},
      {"(see below)", "(see below)"},
      {"", ""},
      {"a+b (c) -", "a+b (c) -"},
      {"id SM0123456789abcdef", "id SM…abcdef"},
  };
  for (const auto& [written, shown] : texts) EXPECT_EQ(redact_numbers(written), shown) << written;
}

TEST(NeverReveal, RedactionLeavesNoRunOfFiveDigitsInAnyText) {
  // Every way to cut and separate a number, and every octet in between.
  for (int octet = 0; octet < 256; ++octet) {
    for (std::size_t cut = 0; cut <= 11; ++cut) {
      std::string text = "12025550142";
      text.insert(cut, 1, static_cast<char>(octet));
      std::size_t run = 0;
      for (const char c : redact_numbers(text)) {
        run = c >= '0' && c <= '9' ? run + 1 : 0;
        EXPECT_LT(run, 5U) << "octet " << octet << " at " << cut;
      }
    }
  }
}

}  // namespace
}  // namespace bauta
