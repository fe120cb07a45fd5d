#include "proxy/cli/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/cli/commands.h"
#include "tests/unit/proxy/cli/server/canned_server.h"

namespace bauta {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::unique_ptr<Client> client_of(const std::string& url) {
  auto client = Client::make({.url = url,
                              .service = "rides",
                              .key = "bauta_live_abc",
                              .pause_before_retry = std::chrono::milliseconds(1)});
  EXPECT_TRUE(client);
  return *std::move(client);
}

struct Refused {
  std::string code;
  int exit_code;
};

/// What a command ends with that meets this answer.
Refused meets(const std::string& answer) {
  CannedServer server({answer});
  const auto reply = client_of(server.url())->get("/api/v1/keys");
  if (reply) return {.code = "", .exit_code = done};
  return {.code = std::string(reply.error().code), .exit_code = exit_code_of(reply.error())};
}

TEST(Client, SaysWhoAsksAndOfWhichService) {
  CannedServer server({CannedServer::answer(200, "{}")});
  EXPECT_TRUE(client_of(server.url() + "/")->get("/api/v1/keys", {{"limit", "5"}, {"a", "+ &"}}));
  const auto& request = server.requests().at(0);
  EXPECT_EQ(first_line_of(request), "GET /api/v1/keys?limit=5&a=%2B+%26 HTTP/1.1");
  EXPECT_EQ(header_of(request, "Authorization"), "Bearer bauta_live_abc");
  EXPECT_EQ(header_of(request, "Bauta-Service"), "rides");
  EXPECT_EQ(header_of(request, "Idempotency-Key"), "");
}

TEST(Client, KeepsTheDocumentAsItCame) {
  const std::string body = R"({ "z": 1, "a": [] })";
  CannedServer server({CannedServer::answer(200, body)});
  const auto reply = client_of(server.url())->get("/api/v1/keys");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, body);
  EXPECT_EQ(reply->json["z"].asInt(), 1);
}

TEST(Client, EveryProblemIsARefusalWithItsOwnCode) {
  for (const int status : {400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 503}) {
    const auto refusal = meets(CannedServer::problem(status, "some.code"));
    EXPECT_EQ(refusal.code, "some.code") << status;
    EXPECT_EQ(refusal.exit_code, refused) << status;
  }
}

TEST(Client, NamesEveryFaultyField) {
  CannedServer server({CannedServer::problem(
      422, "request.invalid",
      R"(,"errors":[{"pointer":"/ttl","code":"field.unknown","detail":"No."},7,{"pointer":"/x","code":"field.type","detail":"Y."}])")});
  const auto reply = client_of(server.url())->post("/api/v1/sessions", "{}");
  ASSERT_FALSE(reply);
  ASSERT_EQ(reply.error().faults.size(), 2U);
  EXPECT_EQ(reply.error().faults[0].pointer, "/ttl");
  EXPECT_EQ(reply.error().faults[0].code, "field.unknown");
  EXPECT_EQ(reply.error().faults[1].detail, "Y.");
}

TEST(Client, AServersFaultBringsTheIdOfItsRequest) {
  CannedServer server({CannedServer::problem(500, "internal")});
  const auto reply = client_of(server.url())->get("/api/v1/keys");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().detail, "Something. (request r1)");
}

TEST(Client, WhatAServerSaysMovesNoCursor) {
  CannedServer server({CannedServer::answer(404, R"({"code":"a.b","detail":"\u001b[2J"})")});
  const auto reply = client_of(server.url())->get("/api/v1/keys");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().detail, "\\x1b[2J");
}

TEST(Client, WhatIsNotBautaIsNotTakenForIt) {
  const auto page = [](int status) { return CannedServer::answer(status, "<html>", "text/html"); };
  EXPECT_EQ(meets(page(200)).code, "server.not_bauta");
  EXPECT_EQ(meets(page(404)).code, "server.not_bauta");
  EXPECT_EQ(meets(page(302)).code, "server.not_bauta");
  EXPECT_EQ(meets(CannedServer::answer(400, R"({"error":"x"})")).code, "server.not_bauta");
  EXPECT_EQ(meets(page(404)).exit_code, refused);
}

/// What is said by a server that has nothing at the path, and answers these questions so.
Error said_without_the_path(Face wanted, std::vector<std::string> answers) {
  answers.insert(answers.begin(), CannedServer::problem(404, "http.not_found"));
  CannedServer server(answers);
  const auto client = Client::make({.url = server.url(), .key = "bauta_live_abc", .face = wanted});
  const auto reply = (*client)->get("/api/v1/keys");
  const auto& requests = server.requests();
  for (std::size_t i = 1; i < requests.size(); ++i)
    EXPECT_EQ(header_of(requests[i], "Authorization"), "") << "only who was meant gets the key";
  return reply ? Error{.code = "", .detail = ""} : reply.error();
}

// With BAUTA_URL at the simulated phones: "there is nothing at this path; the reference lists all".
TEST(Client, AnotherListenerOfBautasIsRecognised) {
  const auto nothing = CannedServer::problem(404, "http.not_found");
  const auto something = CannedServer::answer(200, "{}");
  const auto admin = said_without_the_path(Face::api, {nothing, something});
  EXPECT_EQ(admin.code, "server.not_bauta");
  EXPECT_THAT(admin.detail, HasSubstr("is the admin listener"));
  EXPECT_THAT(admin.detail, HasSubstr("BAUTA_URL"));
  const auto phones = said_without_the_path(Face::api, {nothing, nothing, something});
  EXPECT_EQ(phones.code, "server.not_bauta");
  EXPECT_THAT(phones.detail, HasSubstr("are the simulated phones"));
  const auto api = said_without_the_path(Face::admin, {something});
  EXPECT_EQ(api.code, "server.not_bauta");
  EXPECT_THAT(api.detail, HasSubstr("is the API of a relay"));
  EXPECT_THAT(api.detail, HasSubstr("BAUTA_ADMIN_URL"));
  const auto other = said_without_the_path(Face::api, {nothing, nothing, nothing});
  EXPECT_EQ(other.code, "server.not_bauta");
  EXPECT_THAT(other.detail, HasSubstr("without a path"));
}

TEST(Client, AnOlderRelayIsNotTakenForAnotherListener) {
  const auto older = said_without_the_path(Face::api, {CannedServer::answer(200, "openapi: 3.1")});
  EXPECT_EQ(older.code, "http.not_found");
  EXPECT_THAT(older.detail, HasSubstr("is it older than this bauta"));
}

TEST(Client, AConnectionThatBreaksMaySpeakTls) {
  CannedServer server({"", ""});
  const auto reply = client_of(server.url())->get("/api/v1/keys");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "server.outcome_unknown");
  EXPECT_THAT(reply.error().detail, HasSubstr("https://"));
  EXPECT_THAT(scheme_advice("https://localhost:8080",
                            {.code = "http.tls_failed",
                             .detail = "no TLS with localhost: wrong version number"}),
              HasSubstr("http://"));
  EXPECT_EQ(
      scheme_advice("https://localhost:8080", {.code = "http.connection_lost", .detail = "x"}), "");
}

TEST(Client, AGatewayThatReachesNothingIsAnUnreachableServer) {
  for (const int status : {502, 503, 504}) {
    const auto refusal = meets(CannedServer::answer(status, "<html>", "text/html"));
    EXPECT_EQ(refusal.code, "server.unreachable") << status;
    EXPECT_EQ(refusal.exit_code, unreachable) << status;
  }
}

TEST(Client, NobodyThereIsUnreachable) {
  RawListener gone;
  const auto url = "http://127.0.0.1:" + std::to_string(gone.port());
  gone.close();
  const auto reply = client_of(url)->get("/api/v1/keys");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "server.unreachable");
  EXPECT_EQ(exit_code_of(reply.error()), unreachable);
}

TEST(Client, APostWhoseAnswerIsLostIsSentAgainWithTheSameKey) {
  CannedServer server({"", CannedServer::answer(201, R"({"id":"ses_1"})")});
  const auto reply = client_of(server.url())->post("/api/v1/sessions", R"({"a":1})");
  ASSERT_TRUE(reply);
  const auto& requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0], requests[1]);
  EXPECT_GE(header_of(requests[0], "Idempotency-Key").size(), 26U);
  EXPECT_EQ(body_of(requests[0]), R"({"a":1})");
}

TEST(Client, NoTwoPostsShareAKey) {
  CannedServer server({CannedServer::answer(201, "{}"), CannedServer::answer(201, "{}")});
  const auto client = client_of(server.url());
  EXPECT_TRUE(client->post("/api/v1/sessions", "{}"));
  EXPECT_TRUE(client->post("/api/v1/sessions", "{}"));
  const auto& requests = server.requests();
  EXPECT_NE(header_of(requests.at(0), "Idempotency-Key"),
            header_of(requests.at(1), "Idempotency-Key"));
}

TEST(Client, WhatStillRunsFromTheFirstTimeIsWaitedFor) {
  CannedServer server({"", CannedServer::problem(409, "idempotency.in_flight"),
                       CannedServer::answer(201, R"({"id":"ses_1"})")});
  const auto reply = client_of(server.url())->post("/api/v1/sessions", "{}");
  ASSERT_TRUE(reply) << reply.error().code;
  EXPECT_EQ(reply->json["id"].asString(), "ses_1");
}

TEST(Client, TwoLostAnswersAreEnough) {
  CannedServer server({"", ""});
  const auto reply = client_of(server.url())->post("/api/v1/sessions", "{}");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "server.outcome_unknown");
  EXPECT_EQ(exit_code_of(reply.error()), unreachable);
  EXPECT_THAT(reply.error().detail, HasSubstr("may have been done"));
}

TEST(Client, ADeletionWhoseAnswerIsLostIsNotSentAgain) {
  CannedServer server({""});
  const auto reply = client_of(server.url())->remove("/api/v1/keys/key_1");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "server.outcome_unknown");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Client, AnAnswerWithoutABodyIsASuccess) {
  CannedServer server({"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"});
  const auto reply = client_of(server.url())->remove("/api/v1/keys/key_1");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "");
}

TEST(Client, FollowsAListPageByPage) {
  std::string first = R"({"data":[0)";
  for (int i = 1; i < 100; ++i) first += "," + std::to_string(i);
  first += R"(],"next_cursor":"a+b"})";
  CannedServer server({CannedServer::answer(200, first),
                       CannedServer::answer(200, R"({"data":[100,101],"next_cursor":"more"})")});
  const auto reply = client_of(server.url())->list("/api/v1/numbers", {{"status", "active"}}, 102);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->json["data"].size(), 102U);
  EXPECT_EQ(reply->json["data"][101].asInt(), 101);
  EXPECT_EQ(reply->json["next_cursor"].asString(), "more");
  EXPECT_THAT(reply->body, StartsWith(R"({"data":[0,1,2,)"));
  const auto& requests = server.requests();
  EXPECT_EQ(first_line_of(requests.at(0)), "GET /api/v1/numbers?status=active&limit=100 HTTP/1.1");
  EXPECT_EQ(first_line_of(requests.at(1)),
            "GET /api/v1/numbers?status=active&limit=2&cursor=a%2Bb HTTP/1.1");
}

// Where 10,000 others were looked at before one that passes, nothing was found.
TEST(Client, APageThatIsEmptyIsNotTheLast) {
  CannedServer server({CannedServer::answer(200, R"({"data":[],"next_cursor":"on"})"),
                       CannedServer::answer(200, R"({"data":[],"next_cursor":"and on"})"),
                       CannedServer::answer(200, R"({"data":[7],"next_cursor":null})")});
  const auto reply = client_of(server.url())->list("/api/v1/sessions", {{"unique_name", "x"}}, 50);
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->json["data"].size(), 1U);
  EXPECT_EQ(reply->json["data"][0].asInt(), 7);
  EXPECT_TRUE(reply->json["next_cursor"].isNull());
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Client, AListThatEndsEarlyIsAllThereIs) {
  const std::string body = R"({"next_cursor":null,"data":[1]})";
  CannedServer server({CannedServer::answer(200, body)});
  const auto reply = client_of(server.url())->list("/api/v1/numbers", {}, 50);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, body) << "one page stays as it came";
}

TEST(Client, AUrlThatIsNoneIsWrongUsage) {
  for (const char* url : {"", "relay.example.com", "ftp://relay.example.com", "http://a:b@relay",
                          "http://relay.example.com/?x=1", "http://127.0.0.1:8080/api/v1/"}) {
    const auto client = Client::make({.url = url});
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().code, "usage.url") << url;
    EXPECT_EQ(exit_code_of(client.error()), wrong_usage) << url;
    EXPECT_THAT(client.error().detail, Not(HasSubstr("a:b")));
  }
}

TEST(Client, PathsHoldOneSegmentForOneId) {
  EXPECT_EQ(path_to("/api/v1/numbers/", "+12025550177"), "/api/v1/numbers/%2B12025550177");
  EXPECT_EQ(path_to("/api/v1/keys/", "a/../b?c"), "/api/v1/keys/a%2F..%2Fb%3Fc");
}

}  // namespace
}  // namespace bauta
