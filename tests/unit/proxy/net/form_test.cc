#include "proxy/net/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Form, KeepsOrderRepeatedAndEmptyFields) {
  EXPECT_THAT(decode_form("b=1&a=2&b=&c&=3&&b=4"),
              ElementsAre(Pair("b", "1"), Pair("a", "2"), Pair("b", ""), Pair("c", ""),
                          Pair("", "3"), Pair("b", "4")));
  EXPECT_THAT(decode_form(""), IsEmpty());
  EXPECT_THAT(decode_form("&&&"), IsEmpty());
}

TEST(Form, APlusIsASpaceAndAnEscapedPlusIsAPlus) {
  EXPECT_THAT(decode_form("From=%2B12025550142&Body=a+b%20c%2B"),
              ElementsAre(Pair("From", "+12025550142"), Pair("Body", "a b c+")));
}

TEST(Form, DecodesOnceAndSplitsAtTheFirstEqualsSign) {
  EXPECT_THAT(decode_form("a=b=c&d=%2525&e=%26%3D"),
              ElementsAre(Pair("a", "b=c"), Pair("d", "%25"), Pair("e", "&=")));
}

TEST(Form, APercentThatBeginsNoOctetStandsForItself) {
  EXPECT_THAT(
      decode_form("Body=100%&x=%4&y=%zz&z=%%41"),
      ElementsAre(Pair("Body", "100%"), Pair("x", "%4"), Pair("y", "%zz"), Pair("z", "%A")));
}

TEST(Form, KeepsAnyOctet) {
  EXPECT_THAT(decode_form("a=%00%ff%F0%9f%98"),
              ElementsAre(Pair("a", std::string("\0\xff\xf0\x9f\x98", 5))));
}

TEST(Form, WritesWhatItReads) {
  EXPECT_EQ(encode_form({{"To", "+1 202"}, {"Body", "a&b=c ~é*"}, {"", ""}}),
            "To=%2B1+202&Body=a%26b%3Dc+%7E%C3%A9*&=");
  std::mt19937 random(7);  // the same inputs each time
  for (int round = 0; round < 2'000; ++round) {
    Form form(random() % 5);
    for (auto& [name, value] : form) {
      for (auto* text : {&name, &value}) {
        text->resize(random() % 12);
        for (char& c : *text) c = static_cast<char>(random());
      }
    }
    EXPECT_EQ(decode_form(encode_form(form)), form);
  }
}

TEST(Form, ReadsAnythingWithoutHarm) {
  std::mt19937 random(11);
  constexpr std::string_view kLikely = "%&=+aF0;\xff";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 24, '\0');
    for (char& c : text) c = kLikely[random() % kLikely.size()];
    std::size_t octets = 0;
    for (const auto& [name, value] : decode_form(text)) octets += name.size() + value.size();
    EXPECT_LE(octets, text.size());
    if (const auto decoded = percent_decode(text))
      EXPECT_EQ(percent_decode(percent_encode(*decoded)).value(), *decoded);
  }
}

TEST(Form, FindsTheFirstValue) {
  const Form form = {{"a", "1"}, {"b", ""}, {"a", "2"}};
  EXPECT_EQ(form_value(form, "a"), "1");
  EXPECT_EQ(form_value(form, "b"), "");
  EXPECT_EQ(form_value(form, "c"), std::nullopt);
}

TEST(PercentEncoding, IsStrict) {
  EXPECT_EQ(percent_encode("a-._~ +/é"), "a-._~%20%2B%2F%C3%A9");
  EXPECT_EQ(percent_decode("a%20+%2b").value(), "a ++");
  for (const auto* text : {"%", "%2", "%2g", "%g2", "a%"})
    EXPECT_EQ(percent_decode(text).error().code, "http.malformed") << text;
}

}  // namespace
}  // namespace bauta
