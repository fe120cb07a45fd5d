#include "routing/text/segments.h"

#include <gtest/gtest.h>
#include <json/json.h>

#include <fstream>

namespace bauta {
namespace {

std::string describe(const std::string& text) {
  const Segmentation found = segment(*MessageText::parse(text));
  return std::string(encoding_name(found.encoding)) + " " + std::to_string(found.units) + " in " +
         std::to_string(found.segments);
}

std::string times(int count, const std::string& text) {
  std::string repeated;
  for (int at = 0; at < count; ++at) repeated += text;
  return repeated;
}

Json::Value vectors() {
  std::ifstream file(VECTORS);
  Json::Value value;
  file >> value;
  return value;
}

TEST(Segments, AgreeWithIndependentLibraries) {
  const Json::Value all = vectors();
  ASSERT_GT(all["segmentation"].size(), 10U);
  for (const Json::Value& vector : all["segmentation"]) {
    const std::string encoding = vector["encoding"].asString() == "GSM-7" ? "gsm7" : "ucs2";
    EXPECT_EQ(describe(vector["text"].asString()),
              encoding + " " + std::to_string(vector["units"].asUInt()) + " in " +
                  std::to_string(vector["segmentCount"].asUInt()))
        << vector["name"].asString();
  }
}

TEST(Segments, KnowTheWholeAlphabet) {
  const Json::Value all = vectors();
  for (const Json::Value& basic : all["basic"]) {
    if (basic["code"].asInt() == 0x1b) continue;  // the escape
    EXPECT_EQ(describe(basic["char"].asString()), "gsm7 1 in 1") << basic["unicode"].asString();
  }
  for (const Json::Value& extended : all["extension"]) {
    if (extended["code"].asInt() == 0x1b) continue;
    EXPECT_EQ(describe(extended["char"].asString()), "gsm7 2 in 1")
        << extended["unicode"].asString();
  }
  for (const std::string outside : {"`", "\t", "\u00e7", "\u200c", "\u00e1"})
    EXPECT_EQ(describe(outside), "ucs2 1 in 1") << outside;
}

// C14: a bracket cost two units although an emoji had switched the text to UCS-2, and an escape pair straddled two parts.
TEST(Segments, AnExtensionPairNeverStraddlesTwoParts) {
  EXPECT_EQ(describe(times(10, "a") + times(70, "]") + "\U0001F618"), "ucs2 82 in 2");
  EXPECT_EQ(describe(times(80, "]")), "gsm7 160 in 1");
  EXPECT_EQ(describe(times(81, "]")), "gsm7 162 in 2");
  EXPECT_EQ(describe(times(153, "]")), "gsm7 306 in 3");
}

TEST(Segments, ASurrogatePairNeverStraddlesTwoParts) {
  EXPECT_EQ(describe(times(66, "\u00e7") + "\U0001F618" + times(66, "\u00e7")), "ucs2 134 in 3");
}

// C17: an invisible U+200C doubled the bill and nobody saw why.
TEST(Segments, AnInvisibleCharacterIsCounted) {
  EXPECT_EQ(describe(times(100, "a") + "\u200c"), "ucs2 101 in 2");
}

}  // namespace
}  // namespace bauta
