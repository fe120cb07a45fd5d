#include "proxy/cli/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bauta {
namespace {

using testing::HasSubstr;

/// "2: a|b; 3: c", or the code and detail of the refusal.
std::string read(std::string_view text) {
  const auto records = read_csv(text);
  if (!records) return std::string(records.error().code) + ": " + records.error().detail;
  std::string described;
  for (const auto& record : *records) {
    if (!described.empty()) described += "; ";
    described += std::to_string(record.line) + ": ";
    for (std::size_t i = 0; i < record.fields.size(); ++i)
      described += (i == 0 ? "" : "|") + record.fields[i];
  }
  return described;
}

TEST(Csv, FieldsAreSeparatedByCommasAndTrimmed) {
  EXPECT_EQ(read("a, b ,\tc\n1,,3\n"), "1: a|b|c; 2: 1||3");
  EXPECT_EQ(read("a,b"), "1: a|b") << "the last line needs no end";
  EXPECT_EQ(read("a,\n"), "1: a|");
  EXPECT_EQ(read(","), "1: |");
}

TEST(Csv, EveryLineEndIsOne) { EXPECT_EQ(read("a\r\nb\nc\rd"), "1: a; 2: b; 3: c; 4: d"); }

TEST(Csv, EmptyLinesAreLeftOutAndCounted) {
  EXPECT_EQ(read("a\n\n  \nb\n\n"), "1: a; 4: b");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("\n\n"), "");
}

TEST(Csv, AByteOrderMarkIsNoPartOfTheFirstField) {
  EXPECT_EQ(read("\xEF\xBB\xBFnumber\n"), "1: number");
}

TEST(Csv, QuotesHoldEverything) {
  EXPECT_EQ(read("\"a,b\",\" c \",\"\"\n"), "1: a,b| c |");
  EXPECT_EQ(read("\"say \"\"hi\"\"\"\n"), "1: say \"hi\"");
  EXPECT_EQ(read("\"two\nlines\" ,x\ny\n"), "1: two\nlines|x; 3: y");
}

TEST(Csv, WhatCanBeReadInTwoWaysIsRefusedWithItsLine) {
  EXPECT_EQ(read("a\n\"b\nc\n"), "csv.malformed: line 2: a quote that is not closed");
  EXPECT_EQ(read("a\n\"b\"c\n"), "csv.malformed: line 2: something behind a closing quote");
  EXPECT_THAT(read("a\nb\"c\"\n"), HasSubstr("csv.malformed: line 2: a quote in the middle"));
  EXPECT_THAT(read("a\n\xff\n"), HasSubstr("csv.not_utf8"));
}

}  // namespace
}  // namespace bauta
