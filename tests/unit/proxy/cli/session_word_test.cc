#include "proxy/cli/session_word.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/cli/server/canned_server.h"

namespace bauta {
namespace {

using testing::HasSubstr;
using testing::Not;

/// {"data":[…],"next_cursor":null}: {{"ses_1", "closed"}}.
std::string list_of(const std::vector<std::pair<std::string, std::string>>& sessions) {
  std::string data;
  for (const auto& [id, status] : sessions) {
    data += data.empty() ? "" : ",";
    data += R"({"id":")" + id + R"(","status":")" + status + R"("})";
  }
  return CannedServer::answer(200, R"({"data":[)" + data + R"(],"next_cursor":null})");
}

Result<std::string> named(CannedServer& server, const std::string& word) {
  const auto client = Client::make({.url = server.url(), .key = "bauta_live_abc"});
  EXPECT_TRUE(client);
  return session_named(**client, word);
}

/// What the command line says of this word; "": it may stand there.
std::string refusal_of(const std::string& word) {
  CLI::App app("test");
  std::string session;
  add_session_argument(&app, session);
  try {
    app.parse(std::vector<std::string>{word});
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  EXPECT_EQ(session, word);
  return "";
}

TEST(SessionWord, AnIdIsTakenAsItStands) {
  CannedServer server({});
  EXPECT_EQ(named(server, "ses_1").value_or("refused"), "ses_1");
}

TEST(SessionWord, AnyOtherIsLookedUpAsAUniqueName) {
  CannedServer server({list_of({{"ses_1", "in_progress"}})});
  EXPECT_EQ(named(server, "stay 8812&x").value_or("refused"), "ses_1");
  EXPECT_THAT(server.requests().at(0), HasSubstr("GET /api/v1/sessions?unique_name=stay+8812%26x"));
}

TEST(SessionWord, TheOneThatHasNotEndedGoesFirst) {
  CannedServer server({list_of({{"ses_3", "closed"}, {"ses_2", "open"}, {"ses_1", "closed"}})});
  EXPECT_EQ(named(server, "stay-8812").value_or("refused"), "ses_2");
}

TEST(SessionWord, TheOnlyOneThatEndedIsMeant) {
  CannedServer server({list_of({{"ses_1", "closed"}})});
  EXPECT_EQ(named(server, "stay-8812").value_or("refused"), "ses_1");
}

TEST(SessionWord, OfSeveralThatEndedNoneIsGuessed) {
  CannedServer server({list_of({{"ses_2", "closed"}, {"ses_1", "closed"}})});
  const auto session = named(server, "stay-8812");
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, "usage.ambiguous");
  EXPECT_THAT(session.error().detail, HasSubstr("ses_2, ses_1"));
}

TEST(SessionWord, ANameThatNobodyHasIsSaid) {
  CannedServer server({list_of({})});
  const auto session = named(server, "stay-8812");
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, "session.not_found");
  EXPECT_THAT(session.error().detail, HasSubstr("stay-8812"));
}

TEST(SessionWord, WhatIsNoIdAndWhatIsAnAddressIsRefusedBeforeAnythingIsSent) {
  for (const char* word : {"ses_1", "stay-8812", "Aufenthalt 8812", "8812"})
    EXPECT_EQ(refusal_of(word), "") << word;
  for (const char* word : {"ses_../../keys", "ses_", "+12025550142"})
    EXPECT_NE(refusal_of(word), "") << word;
  EXPECT_THAT(refusal_of("+12025550142"), HasSubstr("unique_name"));
}

}  // namespace
}  // namespace bauta
