#include "proxy/cli/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr std::array kColumns =
    std::to_array<Column>({{.title = "NAME", .path = "name"},
                           {.title = "LIVE", .path = "lines.live", .align = Align::right},
                           {.title = "TEXT", .path = "text"}});

Json::Value items_of(std::string_view json) {
  const auto read = read_foreign_json(json);
  EXPECT_NE(read, nullptr);
  return (*read)["items"];
}

TEST(Table, AlignsWhatStandsInAColumn) {
  Table table(kColumns);
  EXPECT_EQ(table.draw(items_of(R"({"items":[
    {"name":"a","lines":{"live":5},"text":"one"},
    {"name":"longer","lines":{"live":1234},"text":"two"}]})")),
            "NAME    LIVE  TEXT\n"
            "a          5  one\n"
            "longer  1234  two\n");
}

TEST(Table, CountsColumnsOfTheTerminalNotOctets) {
  Table table(kColumns);
  EXPECT_EQ(table.draw(
                items_of(R"({"items":[{"name":"café","text":"x"},{"name":"🦀🦀🦀","text":"y"}]})")),
            "NAME    LIVE  TEXT\n"
            "café       -  x\n"
            "🦀🦀🦀     -  y\n");
}

TEST(Table, NothingIsAHeadAlone) {
  EXPECT_EQ(Table(kColumns).draw(items_of(R"({"items":[]})")), "NAME  LIVE  TEXT\n");
}

TEST(Table, WhatComesLaterStandsBelowWhatCameFirst) {
  Table table(kColumns);
  table.draw(items_of(R"({"items":[{"name":"a long name","text":"x"}]})"));
  EXPECT_EQ(table.draw(items_of(R"({"items":[{"name":"b","text":"y"}]})")),
            "b               -  y\n");
}

TEST(Table, AbsentNullAndEmptyAreADash) {
  Table table(kColumns);
  EXPECT_EQ(table.draw(items_of(R"({"items":[{"name":null,"lines":3,"text":""}]})")),
            "NAME  LIVE  TEXT\n"
            "-        -  -\n");
}

TEST(Cell, IsWhatPeopleRead) {
  const auto cells = items_of(
      R"({"items":[true,false,7,0.5,1.0,["a","b"],[],{"b":"2","a":1},{},null,18446744073709551615]})");
  std::vector<std::string> read;
  for (const auto& item : cells) read.push_back(cell_of(item));
  EXPECT_THAT(read, testing::ElementsAre("yes", "no", "7", "0.5", "1", "a,b", "-", "a=1 b=2", "-",
                                         "-", "18446744073709551615"));
}

/// A text is a stranger's: it may not clear the screen of who reads it, nor write backwards.
TEST(Cell, MovesNoCursorAndTurnsNoWriting) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\tc\x7f"), "a\\x1b[2Jb\\x0d\\n\\x09c\\x7f");
  EXPECT_EQ(printable("\u202Egnp.exe\u2066"), "\\x202egnp.exe\\x2066");
  EXPECT_EQ(printable("\u0085"), "\\x85");
  EXPECT_EQ(printable("\xff ok"), "\uFFFD ok");
  EXPECT_EQ(printable("ñ 🦀 שלום"), "ñ 🦀 שלום");
}

TEST(Fields, StandALineEach) {
  constexpr std::array kFields = std::to_array<std::string_view>({"id", "lines.live", "absent"});
  const auto read = read_foreign_json(R"({"id":"x","lines":{"live":[1,2]}})");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(draw_fields(kFields, *read),
            "id          x\n"
            "lines.live  1,2\n"
            "absent      -\n");
}

}  // namespace
}  // namespace bauta
