#include "proxy/cli/participant_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/writer.h>

namespace bauta {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(std::string_view words) {
  const auto participant = read_participant(words);
  if (!participant)
    return std::string(participant.error().code) + ": " + participant.error().detail;
  Json::StreamWriterBuilder writer;
  writer["indentation"] = "";
  return Json::writeString(writer, *participant);
}

TEST(ParticipantWords, AnAddressIsEnough) {
  EXPECT_EQ(read("+12025550142"), R"({"address":"+12025550142"})");
  EXPECT_EQ(read("whatsapp:+12025550142,"), R"({"address":"whatsapp:+12025550142"})");
}

TEST(ParticipantWords, MoreStandsBehindIt) {
  EXPECT_EQ(
      read("+12025550142,label=Host = me,language=en,number=+12025550177,country=US,area_code=202"),
      R"({"address":"+12025550142","label":"Host = me","language":"en","locality":{"area_code":"202","country":"US"},"virtual_number":"+12025550177"})");
}

TEST(ParticipantWords, WhatIsWrongIsSaidWithoutTheAddress) {
  for (const char* words : {"", ",label=x", "+12025550142,labl=x", "+12025550142,Host"}) {
    EXPECT_THAT(read(words), HasSubstr("usage.participant")) << words;
    EXPECT_THAT(read(words), Not(HasSubstr("2025550142"))) << words;
  }
}

}  // namespace
}  // namespace bauta
