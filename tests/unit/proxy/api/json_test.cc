#include "proxy/api/json.h"

#include <gtest/gtest.h>

namespace bauta::api {
namespace {

std::string read(const std::string& body) {
  const auto value = parse_json(body, 4);
  return value ? write_json(*value) : std::string(value.error().code);
}

TEST(StrictJson, IsWrittenAsItWasRead) {
  EXPECT_EQ(read(R"( {"a": [1, -2.5, true, null, "é\u00e9\ud83d\ude00\n"]} )"),
            "{\"a\":[1,-2.5,true,null,\"éé😀\\n\"]}");
}

TEST(StrictJson, RefusesWhatIsNoJson) {
  for (const auto* body : {"",
                           " ",
                           "{",
                           "}",
                           "{]",
                           "[1 2]",
                           "{\"a\":1,}",
                           "[1,]",
                           "{'a':1}",
                           "{a:1}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":1e}",
                           "{\"a\":-}",
                           "{\"a\":NaN}",
                           "{\"a\":Infinity}",
                           "{\"a\":tru}",
                           "{\"a\":\"b\nc\"}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"b}",
                           "{\"a\" 1}",
                           "{\"a\":}",
                           "{,}",
                           "{\"a\":1}{}",
                           "{\"a\":1} x",
                           "// x\n{}",
                           "/* x */ {}",
                           "{} # x",
                           "\xEF\xBB\xBF{}",
                           "{\"a\":1e999999}",
                           "{\"a\":\"\\"}) {
    EXPECT_EQ(read(body), "json.malformed") << body;
  }
}

TEST(StrictJson, SaysWhereAndQuotesNothing) {
  const auto place = [](std::string_view body) { return parse_json(body, 16).error().detail; };
  EXPECT_EQ(place("{\"to\": \"+12025550142\"\n \"text\"}"),
            "the body is no JSON (RFC 8259): look at line 2, column 2");
  // The other half of the mistakes was placed by octets.
  EXPECT_EQ(place("{\"a\":\n 01}"),
            "the body is no JSON (RFC 8259): a number that is none: look at line 2, column 2");
  EXPECT_EQ(place("# x"),
            "the body is no JSON (RFC 8259): an unexpected character: look at line 1, column 1");
  for (const char* nothing : {"", " \r\n"})
    EXPECT_EQ(place(nothing), "the body is empty: it must be a JSON object");
  EXPECT_EQ(place(R"({"a":1,"a":2})"),
            "an object of the body has the same name twice: look at line 1, column 8");
}

TEST(StrictJson, RefusesHalfASurrogatePair) {
  for (const auto* body : {R"({"a":"\ud83d"})", R"({"a":"\ude00"})", R"({"a":"\ud83dx"})",
                           R"({"a":"\ud83d\ud83d"})", R"({"a":"\ud83d\u0041"})"}) {
    EXPECT_EQ(read(body), "json.malformed") << body;
  }
}

TEST(StrictJson, RefusesWhatIsNoUtf8) {
  EXPECT_EQ(read("{\"a\":\"\xff\"}"), "json.not_utf8");
  EXPECT_EQ(read("{\"a\":\"\xed\xa0\x80\"}"), "json.not_utf8");
  EXPECT_EQ(read("{\"a\":\"\xc0\xaf\"}"), "json.not_utf8");
}

TEST(StrictJson, RefusesTheSameNameTwiceAtAnyDepth) {
  EXPECT_EQ(read(R"({"a":1,"a":1})"), "json.duplicate_name");
  EXPECT_EQ(read(R"({"a":[{"b":1,"b":2}]})"), "json.duplicate_name");
  EXPECT_EQ(read(R"({"a":1,"\u0061":1})"), "json.duplicate_name");
}

TEST(StrictJson, RefusesWhatIsDeeperThanItsLimit) {
  EXPECT_EQ(read(R"({"a":[[[1]]]})"), R"({"a":[[[1]]]})");
  EXPECT_EQ(read(R"({"a":[[[[1]]]]})"), "json.too_deep");
  EXPECT_EQ(read(std::string(100'000, '[')), "json.too_deep");
  EXPECT_EQ(read(R"({"a":"[[[[[[[[[["})"), R"({"a":"[[[[[[[[[["})");
}

TEST(StrictJson, WantsAnObject) {
  for (const auto* body : {"[]", "1", "\"a\"", "null", "true"})
    EXPECT_EQ(read(body), "json.not_an_object") << body;
}

TEST(NeverReveal, WhatIsSaidOfABrokenBodyDoesNotQuoteIt) {
  for (const auto* body : {"{\"+12025550142\":1,\"+12025550142\":1}", "{\"a\":+12025550142}"}) {
    const auto value = parse_json(body, 4);
    ASSERT_FALSE(value.has_value());
    EXPECT_FALSE(value.error().detail.contains("2025550142")) << value.error().detail;
  }
}

}  // namespace
}  // namespace bauta::api
