#include "proxy/net/event_stream.h"

#include <gtest/gtest.h>

#include <string>

namespace bauta {
namespace {

std::string read_in_pieces(const std::string& stream, std::size_t piece) {
  EventStreamReader reader;
  std::string told;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    for (const auto& event : reader.read(std::string_view(stream).substr(at, piece)))
      told += event.id + "|" + event.type + "|" + event.data + "\n";
  }
  return told;
}

TEST(EventStreamReader, ReadsEventsHoweverTheyAreCut) {
  const std::string stream =
      "retry: 3000\nid: 7\n\n: still here\n\nid: 8\nevent: number.added\ndata: {\"a\":1}\n\n"
      "id: 9\r\nevent: x\r\ndata:one\r\ndata: two\r\n\r\ndata: last\n\n";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    EXPECT_EQ(read_in_pieces(stream, piece),
              "8|number.added|{\"a\":1}\n9|x|one\ntwo\n9|message|last\n")
        << piece;
  }
}

TEST(EventStreamReader, AnIdWithoutDataIsWhereToGoOn) {
  EventStreamReader reader;
  EXPECT_TRUE(reader.read("retry: 3000\nid: 57\n\n").empty());
  EXPECT_EQ(reader.last_id(), "57");
  EXPECT_EQ(reader.retry(), std::chrono::milliseconds(3'000));
}

TEST(EventStreamReader, WhatIsNoFieldOrNoNumberIsPassedOver) {
  EventStreamReader reader;
  EXPECT_TRUE(reader.read("retry: soon\nnonsense\nid: a").empty());
  EXPECT_TRUE(reader.read(std::string(1, '\0') + "b\n\n").empty());
  EXPECT_EQ(reader.retry(), std::nullopt);
  EXPECT_EQ(reader.last_id(), "");
  EXPECT_EQ(reader.read("data\n\n").size(), 1U) << "a field without a value has an empty one";
}

TEST(EventStreamReader, AnEventThatDoesNotEndIsToldByItsSize) {
  EventStreamReader reader;
  EXPECT_TRUE(reader.read("data: " + std::string(1'000, 'x')).empty());
  EXPECT_GE(reader.octets_held(), 1'000U);
  EXPECT_EQ(reader.read("\n\n").size(), 1U);
  EXPECT_EQ(reader.octets_held(), 0U);
}

}  // namespace
}  // namespace bauta
