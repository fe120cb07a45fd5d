#include "proxy/net/problem.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

TEST(Problem, SaysWhatWhereAndHowToMendIt) {
  const Error error{.code = "pool.exhausted",
                    .detail = "2 more numbers are needed",
                    .members = {{"country", "US"}, {"area_code", "202"}, {"needed", "2"}}};
  const auto response = problem(409, error, "req_1", "https://relay.example.com");
  EXPECT_EQ(response.status, 409U);
  EXPECT_EQ(response.headers.find("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.headers.find("Cache-Control"), "no-store");
  EXPECT_EQ(
      response.body,
      R"({"area_code":"202","code":"pool.exhausted","country":"US","detail":"2 more numbers are needed","needed":2,)"
      R"("request_id":"req_1","status":409,"title":"Pool exhausted","type":"https://relay.example.com/errors/pool.exhausted"})");
}

TEST(Problem, NamesEveryFaultyField) {
  const Error error{.code = "request.invalid",
                    .detail = "two fields",
                    .faults = {{"/participants/0/address", "address.invalid", "not a \"number\""},
                               {"/ttl", "field.unknown", "unknown"}}};
  EXPECT_EQ(
      problem(422, error, "req_1", "").body,
      R"({"code":"request.invalid","detail":"two fields","errors":[)"
      R"({"code":"address.invalid","detail":"not a \"number\"","pointer":"/participants/0/address"},)"
      R"({"code":"field.unknown","detail":"unknown","pointer":"/ttl"}],)"
      R"("request_id":"req_1","status":422,"title":"Request invalid","type":"/errors/request.invalid"})");
}

TEST(Problem, AMemberCannotReplaceWhatEveryProblemHas) {
  const auto response =
      problem(409, {.code = "a.b", .detail = "c", .members = {{"code", "forged"}}}, "req_1", "");
  EXPECT_EQ(
      response.body,
      R"({"code":"a.b","detail":"c","request_id":"req_1","status":409,"title":"A b","type":"/errors/a.b"})");
}

}  // namespace
}  // namespace bauta
