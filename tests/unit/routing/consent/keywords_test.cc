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

// Found by reading: what stood around the word, seen or not, made an opt-out a text like any other.
TEST(Keywords, AreFoundWhateverPhonesAndPeoplePutAroundThem) {
  for (const std::string around :
       {" ",      "\t",     "\n",     "\u00a0", "\u202f", "\u3000", ".",      "!",      "?",
        ",",      ";",      ":",      "\u2026", "(",      ")",      "[",      "]",      "{",
        "}",      "\"",     "'",      "`",      "\u00b4", "\u2018", "\u2019", "\u201a", "\u201b",
        "\u201c", "\u201d", "\u201e", "\u201f", "\u2039", "\u203a", "\u00ab", "\u00bb", "\u300c",
        "\u300d", "\uff02", "\uff07", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e",
        "\u200f", "\u061c", "\u202a", "\u202c", "\u202e", "\u2066", "\u2067", "\u2069"}) {
    EXPECT_EQ(word_in("STOP" + around), "stop") << around;
    EXPECT_EQ(word_in(around + "STOP"), "stop") << around;
    EXPECT_EQ(word_in(around + around + "help" + around), "help") << around;
    // Inside it they stay.
    EXPECT_EQ(word_in("ST" + around + "OP"), "none") << around;
  }
  EXPECT_EQ(word_in("STOP)"), "stop");
  EXPECT_EQ(word_in("\u2068\u00ab\u202fStop\u202f!\u202f\u00bb\u2069\u200b"), "stop");
  // A character that only begins like one of them, in UTF-8, is none.
  EXPECT_EQ(word_in("STOP\u20ac"), "none");
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
