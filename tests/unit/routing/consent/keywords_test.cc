#include "routing/consent/keywords.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace bauta {
namespace {

std::string word_in(const std::string& text, const std::string& number = "+12025550177") {
  const auto keyword = keyword_in(*MessageText::parse(text), *VirtualNumber::from_carrier(number));
  if (!keyword) return "none";
  switch (*keyword) {
    case Keyword::stop:
      return "stop";
    case Keyword::start:
      return "start";
    case Keyword::help:
      return "help";
  }
  std::unreachable();
}

TEST(Keywords, AreWholeMessagesInAnyCaseAndTrimming) {
  for (const auto* text : {"STOP", "stop", " Stop. ", "\"STOP\"", "„stop“", "Stop!!", "STOPALL",
                           "unsubscribe", "REVOKE", "OptOut", "opt out", "OPT-OUT", "Stopp",
                           "ABMELDEN", "abbestellen", "\u00a0STOP\u2026"}) {
    EXPECT_EQ(word_in(text), "stop") << text;
  }
  for (const auto* text : {"START", "yes", "Unstop.", "Ja", "starten"})
    EXPECT_EQ(word_in(text), "start") << text;
  for (const auto* text : {"HELP", "info?", "Hilfe!"}) EXPECT_EQ(word_in(text), "help") << text;
}

// C37: people were unsubscribed by a sentence that holds the word, or by a plain No.
TEST(Keywords, AreNeverPartsOfASentence) {
  for (const auto* text : {"We have got to STOP this", "STOP 12345", "please stop by at 5", "No",
                           "unsubscribed from my gym", "", "...", "stop it", "STOP\nSTOP",
                           "Yes please", "st op", "ｓｔｏｐ"}) {
    EXPECT_EQ(word_in(text), "none") << text;
  }
}

TEST(Keywords, OfTheNorthAmericanZoneAreOrdinaryWordsElsewhere) {
  for (const auto* text : {"END", "cancel", "Quit."}) {
    EXPECT_EQ(word_in(text, "+12025550177"), "stop") << text;
    EXPECT_EQ(word_in(text, "+442079460177"), "none") << text;
  }
}

}  // namespace
}  // namespace bauta
