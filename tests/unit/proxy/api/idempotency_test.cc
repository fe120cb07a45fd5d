#include <gtest/gtest.h>

#include <map>
#include <set>

#include "routing/webhooks/webhooks.h"
#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_api::Answered;
using testing_api::Face;

class IdempotentPosts : public testing::Test {
 protected:
  void SetUp() override {
    face.world.add({"+12025550177", "+12025550178", "+442079460177", "+442079460178"});
  }
  HttpRequest post(const std::string& key, const std::string& body,
                   const std::string& path = "/api/v1/sessions") {
    return face.request("POST", path, body, {{"Idempotency-Key", key}});
  }
  Answered ask(const std::string& key, const std::string& body,
               const std::string& path = "/api/v1/sessions") {
    return Face::read(face.world.run(face.router.handle(post(key, body, path))));
  }
  std::size_t sessions() { return face.ask("GET", "/api/v1/sessions").json["data"].size(); }
  Face face;
  const std::string one = Face::two_people();
  const std::string two = Face::two_people(R"(,"ttl_seconds":60)");
};

// C42 (a), (b), (c).
TEST_F(IdempotentPosts, AreAnsweredAgainAsTheFirstTime) {
  const auto first = ask("k1", one);
  ASSERT_EQ(first.told(), "201");
  EXPECT_EQ(first.header("Idempotency-Replayed"), "(none)");
  face.world.clock.advance(1h);
  const auto again = ask("k1", one);
  EXPECT_EQ(again.told(), "201");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.header("Cache-Control"), "no-store");
  EXPECT_EQ(ask("k1", two).told(), "422 idempotency.mismatch");
  EXPECT_EQ(sessions(), 1U);
  face.world.clock.advance(24h);
  EXPECT_EQ(ask("k1", one).header("Idempotency-Replayed"), "(none)");
}

// C42 (d), (e): while the first is running, another body is a mismatch and not merely in flight.
TEST_F(IdempotentPosts, InParallelHaveOneEffect) {
  std::vector<Task<HttpResponse>> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(face.router.handle(post("k2", one)));
  requests.push_back(face.router.handle(post("k2", two)));
  auto responses = face.world.run_all(std::move(requests));
  std::map<std::string, int> told;
  std::set<std::string> opened;
  for (auto& response : responses) {
    const auto answered = Face::read(std::move(response));
    ++told[answered.told()];
    if (answered.status == 201) opened.insert(answered.json["id"].asString());
  }
  EXPECT_EQ(told["422 idempotency.mismatch"], 1);
  EXPECT_EQ(told["201"] + told["409 idempotency.in_flight"], 20);
  EXPECT_GE(told["201"], 1);
  EXPECT_GE(told["409 idempotency.in_flight"], 1);
  EXPECT_EQ(opened.size(), 1U);
  EXPECT_EQ(sessions(), 1U);
  EXPECT_EQ(ask("k2", one).header("Idempotency-Replayed"), "true");
}

TEST_F(IdempotentPosts, AreToldApartByPathAndService) {
  const auto session = ask("k1", one).json["id"].asString();
  const auto sent = ask("k1", R"({"text":"hi"})", "/api/v1/sessions/" + session + "/messages");
  EXPECT_EQ(sent.told(), "202");
  EXPECT_EQ(ask("k1", R"({"text":"hi"})", "/api/v1/sessions/" + session + "/messages").body,
            sent.body);
  ASSERT_EQ(face.ask("POST", "/api/v1/services", R"({"name":"other"})").told(), "201");
  face.service = "other";
  EXPECT_EQ(ask("k1", one).told(), "409 pool.exhausted");
}

TEST_F(IdempotentPosts, KeepARefusalThatTheStateCaused) {
  ASSERT_EQ(face.open(R"(,"unique_name":"stay")").told(), "201");
  const auto body = Face::two_people(R"(,"unique_name":"stay")");
  const auto refused = ask("k1", body);
  ASSERT_EQ(refused.told(), "409 session.name_taken");
  const auto again = ask("k1", body);
  EXPECT_EQ(again.body, refused.body);
  EXPECT_EQ(again.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
}

TEST_F(IdempotentPosts, KeepNoRefusalThatCanBeMended) {
  EXPECT_EQ(ask("k1", "{}").told(), "422 field.required: /participants field.required");
  EXPECT_EQ(ask("k1", "{").told(), "400 json.malformed");
  EXPECT_EQ(ask("k1", one).told(), "201");
}

TEST_F(IdempotentPosts, WantAKeyThatIsOne) {
  EXPECT_EQ(ask("", one).told(), "400 idempotency.key_invalid");
  EXPECT_EQ(ask(std::string(256, 'k'), one).told(), "400 idempotency.key_invalid");
  EXPECT_EQ(ask("k\xc3\xa9", one).told(), "400 idempotency.key_invalid");
  EXPECT_EQ(face.ask("POST", "/api/v1/sessions", one,
                     {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}})
                .told(),
            "400 idempotency.key_invalid");
  EXPECT_EQ(ask(std::string(255, 'k'), one).told(), "201");
}

TEST_F(IdempotentPosts, OfServicesAndNumbersAreKeptToo) {
  const auto service = ask("k1", R"({"name":"other"})", "/api/v1/services");
  ASSERT_EQ(service.told(), "201");
  EXPECT_EQ(ask("k1", R"({"name":"other"})", "/api/v1/services").body, service.body);
  const std::string one_number = R"({"number":"+12025550179","connection":"twilio"})";
  const auto number = ask("k1", one_number, "/api/v1/numbers");
  ASSERT_EQ(number.told(), "201");
  EXPECT_EQ(ask("k1", one_number, "/api/v1/numbers").body, number.body);
  const std::string many = R"({"numbers":[{"number":"+12025550180","connection":"twilio"}]})";
  const auto numbers = ask("k2", many, "/api/v1/numbers");
  ASSERT_EQ(numbers.told(), "207");
  const auto again = ask("k2", many, "/api/v1/numbers");
  EXPECT_EQ(again.body, numbers.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
}

TEST_F(IdempotentPosts, NeverShowASecretTwice) {
  const std::string body = R"({"scopes":["events:read"]})";
  const auto first = ask("k1", body, "/api/v1/keys");
  ASSERT_EQ(first.told(), "201");
  const auto secret = first.json["secret"].asString();
  EXPECT_FALSE(secret.empty());
  const auto again = ask("k1", body, "/api/v1/keys");
  EXPECT_EQ(again.told(), "201");
  EXPECT_EQ(again.json["id"], first.json["id"]);
  EXPECT_TRUE(again.json["secret"].isNull());
  EXPECT_FALSE(face.world.holds(secret));
}

/// A POST that makes something, and the list in which it is seen.
struct Made {
  std::string path;
  std::string body;
  std::string list;
};

/// The answer is written in the commit of the effect, and in no other: whatever a crash leaves of what comes after it, the same request finds its
/// answer.
class EveryEffect : public testing::TestWithParam<Made> {};

TEST_P(EveryEffect, IsCommittedWithItsAnswer) {
  const auto& [path, body, list] = GetParam();
  Face face;
  face.world.add({"+12025550177", "+442079460177"});
  const auto ask = [&] {
    return Face::read(face.world.run(
        face.router.handle(face.request("POST", path, body, {{"Idempotency-Key", "once"}}))));
  };
  const auto before = face.world.store.commits;
  const auto first = ask();
  ASSERT_LT(first.status, 300U) << first.body;
  EXPECT_EQ(face.world.store.commits, before + 1) << "effect and answer are one commit";
  const auto count = face.ask("GET", list).json["data"].size();
  const auto again = ask();
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(face.ask("GET", list).json["data"].size(), count);
}

INSTANTIATE_TEST_SUITE_P(
    OfThePosts, EveryEffect,
    testing::Values(
        Made{"/api/v1/sessions", Face::two_people(), "/api/v1/sessions"},
        Made{"/api/v1/numbers", R"({"number":"+12025550178","connection":"twilio"})",
             "/api/v1/numbers"},
        Made{"/api/v1/services", R"({"name":"rides"})", "/api/v1/services"},
        Made{"/api/v1/accounts", R"({"name":"rides"})", "/api/v1/accounts"},
        Made{"/api/v1/keys", R"({"label":"desk","scopes":["sessions:read"]})", "/api/v1/keys"},
        Made{"/api/v1/consents", R"({"address":"+12025550142","state":"opted_out"})",
             "/api/v1/events"},
        Made{"/api/v1/people/erase", R"({"address":"+12025550142"})", "/api/v1/jobs"},
        Made{"/api/v1/numbers/import", R"({"total":5})", "/api/v1/jobs"},
        Made{"/api/v1/webhooks", R"({"url":"https://example.com/hook"})", "/api/v1/webhooks"}),
    [](const auto& info) { return "Number" + std::to_string(info.index); });

/// What is done to a webhook that there is, and its body.
class EveryChangeOfAWebhook : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(EveryChangeOfAWebhook, IsCommittedWithItsAnswer) {
  Face face;
  face.world.add({"+12025550177"});
  const auto made = face.ask("POST", "/api/v1/webhooks", R"({"url":"https://example.com/hook"})");
  ASSERT_EQ(made.told(), "201");
  Commit commit;
  EventLog::append(
      commit, face.world.service.id,
      EventLog::make(EventType::message_sent, {}, face.world.clock.now(), face.world.random));
  static_cast<void>(face.world.memory.apply(commit));
  const auto event = face.ask("GET", "/api/v1/events").json["data"][0]["id"].asString();
  const auto& [last, body] = GetParam();
  const auto ask = [&](std::string what) {
    if (what == "(event)") what = R"({"from":")" + event + R"("})";
    if (what == "(range)") what = R"({"from":")" + event + R"(","to":")" + event + R"("})";
    return face.ask("POST", "/api/v1/webhooks/" + made.json["id"].asString() + last, what,
                    {{"Idempotency-Key", "once"}});
  };
  const auto now = [&] {
    const auto all = face.world.run(face.world.desk->webhooks().all_of(face.world.service.id));
    return encode_webhook(all->front());
  };
  const auto before = face.world.store.commits;
  const auto first = ask(body);
  ASSERT_LT(first.status, 300U) << first.body;
  EXPECT_EQ(face.world.store.commits, before + 1) << "effect and answer are one commit";
  const auto as_it_is = now();
  const auto again = ask(body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(again.json["id"], first.json["id"]);
  EXPECT_EQ(now(), as_it_is) << "nothing is done again";
  EXPECT_EQ(ask("{ }").told(), "422 idempotency.mismatch");
}

INSTANTIATE_TEST_SUITE_P(OfAll, EveryChangeOfAWebhook,
                         testing::Values(std::pair("/rotate-secret", "{}"),
                                         std::pair("/enable", "{}"),
                                         std::pair("/replay", "(event)"),
                                         std::pair("/replay", "(range)")),
                         [](const auto& info) { return "Number" + std::to_string(info.index); });

// A question is answered by how things are now, whatever was asked with the same key before.
TEST_F(IdempotentPosts, ThatOnlyAskKeepNoMark) {
  const auto before = ask("k1", R"({"address":"+12025550142"})", "/api/v1/sessions/search");
  ASSERT_EQ(before.told(), "200");
  EXPECT_TRUE(before.json["data"].empty());
  ASSERT_EQ(face.open().told(), "201");
  for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
           {"/api/v1/sessions/search", R"({"address":"+12025550142"})"},
           {"/api/v1/people/export", R"({"address":"+12025550142"})"},
           {"/api/v1/consents/lookup", R"({"address":"+12025550142"})"},
           {"/api/v1/explain", R"({"from":"+12025550142","to":"+12025550177"})"}}) {
    const auto commits = face.world.store.commits;
    const auto first = ask("k1", body, path);
    EXPECT_EQ(first.status, 200U) << path;
    EXPECT_EQ(ask("k1", body + " ", path).status, 200U) << path;
    EXPECT_EQ(first.header("Idempotency-Replayed"), "(none)") << path;
    // That a person was exported stands in the audit log, each time.
    const std::size_t told = path == "/api/v1/people/export" ? 2 : 0;
    EXPECT_EQ(face.world.store.commits, commits + told) << path;
    EXPECT_EQ(ask("", body, path).told(), "400 idempotency.key_invalid") << path;
  }
  const auto after = ask("k1", R"({"address":"+12025550142"})", "/api/v1/sessions/search");
  EXPECT_EQ(after.json["data"].size(), 1U);
}

// A crash after the first of many numbers: repeated, the batch is told that they were added, and not that somebody has taken them.
TEST(ManyNumbers, AreAddedOnceThoughTheBatchIsRepeated) {
  Face face;
  const std::string body = R"({"numbers":[{"number":"+12025550177","connection":"twilio"},)"
                           R"({"number":"+12025550178","connection":"twilio"}]})";
  const auto ask = [&] {
    return Face::read(face.world.run(face.router.handle(
        face.request("POST", "/api/v1/numbers", body, {{"Idempotency-Key", "once"}}))));
  };
  ASSERT_EQ(ask().status, 207U);
  // What the process had not come to write when it died: the answer to the whole.
  const IdempotencyMark whole{.key = "POST /api/v1/numbers\nonce", .body_hash = {}};
  Commit commit;
  commit.erase(Key("idem")
                   .id(face.world.service.id)
                   .bits(face.world.index_key.hash("idempotency", whole.key)));
  static_cast<void>(face.world.memory.apply(commit));
  const auto again = ask();
  EXPECT_EQ(again.header("Idempotency-Replayed"), "(none)");
  EXPECT_EQ(again.json["data"][0]["status"].asUInt(), 201U) << again.body;
  EXPECT_EQ(again.json["data"][1]["status"].asUInt(), 201U);
}

}  // namespace
}  // namespace bauta
