#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Face;

class MessagesApi : public testing::Test {
 protected:
  void SetUp() override {
    face.world.add({"+12025550177", "+442079460177"});
    session = face.open().json;
    path = "/api/v1/sessions/" + session["id"].asString() + "/messages";
  }
  testing_api::Answered send(const std::string& body) {
    face.world.clock.advance(std::chrono::milliseconds(1));
    return face.ask("POST", path, body);
  }
  Face face;
  Json::Value session;
  std::string path;
};

TEST_F(MessagesApi, SendToEveryone) {
  const auto sent = send(R"({"text":"Check-in is from 3 pm."})");
  ASSERT_EQ(sent.told(), "202");
  const auto& message = sent.json;
  EXPECT_EQ(message["id"].asString().substr(0, 4), "msg_");
  EXPECT_EQ(message["session"], session["id"]);
  EXPECT_EQ(message["origin"], "platform");
  EXPECT_TRUE(message["from"].isNull());
  EXPECT_EQ(message["text"], "Check-in is from 3 pm.");
  EXPECT_EQ(message["media"].size(), 0U);
  EXPECT_EQ(message["encoding"], "gsm7");
  EXPECT_EQ(message["segments"], 1);
  ASSERT_EQ(message["deliveries"].size(), 2U);
  const auto& delivery = message["deliveries"][0];
  EXPECT_EQ(delivery["to"], session["participants"][0]["id"]);
  EXPECT_TRUE(delivery["error"].isNull());
  EXPECT_TRUE(delivery.isMember("connection"));
  EXPECT_EQ(face.ask("GET", path).json["data"][0], message);
}

TEST_F(MessagesApi, SendToSome) {
  const auto guest = session["participants"][1]["id"].asString();
  const auto sent = send(R"({"text":"Grüße 😀","to":[")" + guest + R"("]})");
  ASSERT_EQ(sent.told(), "202");
  EXPECT_EQ(sent.json["encoding"], "ucs2");
  ASSERT_EQ(sent.json["deliveries"].size(), 1U);
  EXPECT_EQ(sent.json["deliveries"][0]["to"], guest);
}

TEST_F(MessagesApi, CheckWhatIsSent) {
  EXPECT_EQ(send("{}").told(), "422 field.required: /text field.required");
  EXPECT_EQ(send(R"({"text":""})").told(), "422 field.too_short: /text field.too_short");
  EXPECT_EQ(send(R"({"text":5,"to":"x"})").told(),
            "422 field.type: /text field.type, /to field.type");
  EXPECT_EQ(send(R"({"text":"x","to":[]})").told(), "422 field.too_short: /to field.too_short");
  EXPECT_EQ(send(R"({"text":"x","to":["me",5],"media":[]})").told(),
            "422 request.invalid: /to/1 field.type, /to/0 id.malformed, /to/1 id.malformed, "
            "/media field.unknown");
  EXPECT_EQ(send(R"({"text":"x","to":["par_00000000000000000000000000"]})").told(),
            "422 participant.not_found: /to/0 participant.not_found");
  EXPECT_EQ(send(R"({"text":")" + std::string(16'385, 'x') + R"("})").told(),
            "422 text.too_long: /text text.too_long");
}

// They were accepted with 202, and went to nobody.
TEST_F(MessagesApi, AreRefusedToWhoLeftOrIsBlocked) {
  const auto people = "/api/v1/sessions/" + session["id"].asString() + "/participants";
  const auto joined = face.ask("POST", people, R"({"address":"+12025550143"})");
  ASSERT_EQ(joined.told(), "201");
  const auto third = joined.json["id"].asString();
  const auto host = session["participants"][0]["id"].asString();
  const auto guest = session["participants"][1]["id"].asString();
  ASSERT_EQ(face.ask("PATCH", people + "/" + guest, R"({"state":"blocked"})").told(), "200");
  ASSERT_EQ(face.ask("DELETE", people + "/" + third).told(), "204");
  const auto to = [](const std::string& ids) { return R"({"text":"x","to":[)" + ids + "]}"; };
  EXPECT_EQ(send(to("\"" + third + "\"")).told(), "422 participant.gone: /to/0 participant.gone");
  EXPECT_EQ(send(to("\"" + host + "\",\"" + guest + "\"")).told(),
            "422 participant.gone: /to/1 participant.gone");
  EXPECT_EQ(send(to("\"par_00000000000000000000000000\",\"" + guest + "\"")).told(),
            "422 request.invalid: /to/0 participant.not_found, /to/1 participant.gone");
  EXPECT_TRUE(face.ask("GET", path).json["data"].empty());
  const auto everyone = send(R"({"text":"x"})");
  ASSERT_EQ(everyone.told(), "202");
  ASSERT_EQ(everyone.json["deliveries"].size(), 1U);
  EXPECT_EQ(everyone.json["deliveries"][0]["to"], host);
  ASSERT_EQ(face.ask("PATCH", people + "/" + guest, R"({"state":"active"})").told(), "200");
  EXPECT_EQ(send(to("\"" + guest + "\"")).told(), "202");
}

TEST_F(MessagesApi, HideTextsFromWhoMayNotReadThem) {
  const auto secret = face.key({Scope::sessions_read, Scope::messages_write});
  const auto sent = face.ask_with(secret, "POST", path, R"({"text":"secret words"})");
  ASSERT_EQ(sent.told(), "202");
  EXPECT_TRUE(sent.json["text"].isNull());
  const auto listed = face.ask_with(secret, "GET", path);
  EXPECT_EQ(listed.told(), "200");
  EXPECT_TRUE(listed.json["data"][0]["text"].isNull());
  EXPECT_FALSE(listed.body.contains("secret words"));
}

TEST_F(MessagesApi, AreRefusedOnceTheSessionHasEnded) {
  face.ask("PATCH", "/api/v1/sessions/" + session["id"].asString(), R"({"status":"closed"})");
  EXPECT_EQ(send(R"({"text":"x"})").told(), "409 session.closed");
}

// Its body was never read: {"force":true} passed as if it meant something.
TEST_F(MessagesApi, AreSentAgainWithNothingMoreToSay) {
  const auto retry = [&](const std::string& body) {
    return face
        .ask("POST",
             "/api/v1/dead-letters/msg_00000000000000000000000000/par_00000000000000000000000000"
             "/retry",
             body)
        .told();
  };
  EXPECT_EQ(retry(R"({"force":true})"), "422 field.unknown: /force field.unknown");
  EXPECT_EQ(retry("again"), "400 json.malformed");
  EXPECT_EQ(retry("{}"), "404 dead_letter.not_found");
  EXPECT_EQ(retry(""), "404 dead_letter.not_found");
}

TEST_F(MessagesApi, ListPageByPage) {
  for (const auto* text : {"1", "2", "3"}) send(R"({"text":")" + std::string(text) + R"("})");
  std::string texts;
  std::string cursor;
  do {
    const auto page = face.ask("GET", path + "?limit=2" + cursor);
    ASSERT_EQ(page.told(), "200");
    for (const auto& message : page.json["data"]) texts += message["text"].asString();
    cursor =
        page.json["next_cursor"].isNull() ? "" : "&cursor=" + page.json["next_cursor"].asString();
  } while (!cursor.empty());
  EXPECT_EQ(texts, "321");
}

}  // namespace
}  // namespace bauta
