#include "proxy/cli/number_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/writer.h>

#include "tests/unit/proxy/cli/server/canned_server.h"

namespace bauta {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// "2: {…}" or "3: code: detail", a line each; or the refusal of it all.
std::vector<std::string> read(std::string_view csv, std::string_view connection = "") {
  const auto lines = read_numbers(csv, connection);
  if (!lines) return {std::string(lines.error().code) + ": " + lines.error().detail};
  std::vector<std::string> described;
  Json::StreamWriterBuilder writer;
  writer["indentation"] = "";
  for (const auto& [line, number] : *lines) {
    described.push_back(std::to_string(line) + ": " +
                        (number ? Json::writeString(writer, *number)
                                : std::string(number.error().code) + ": " + number.error().detail));
  }
  return described;
}

TEST(ReadNumbers, TakesWhatAColumnBrings) {
  EXPECT_THAT(
      read("number,connection,rate_per_second,reserved,tags\n"
           "+12025550177,twilio,0.5,true,east;new\n+12025550178,smsc,,,\n"),
      ElementsAre(
          R"(2: {"connection":"twilio","number":"+12025550177","rate_per_second":0.5,"reserved":true,"tags":["east","new"]})",
          R"(3: {"connection":"smsc","number":"+12025550178"})"));
}

TEST(ReadNumbers, ColumnsStandInAnyOrder) {
  EXPECT_THAT(
      read("reach,number,fallbacks,capabilities\nUS;CA,+12025550177,a;b,sms\n", "twilio"),
      ElementsAre(
          R"(2: {"capabilities":["sms"],"connection":"twilio","fallbacks":["a","b"],"number":"+12025550177","reach":["US","CA"]})"));
}

TEST(ReadNumbers, ALinesOwnConnectionGoesBeforeTheGivenOne) {
  EXPECT_THAT(read("number,connection\n+12025550177,smsc\n+12025550178,\n", "twilio"),
              ElementsAre(R"(2: {"connection":"smsc","number":"+12025550177"})",
                          R"(3: {"connection":"twilio","number":"+12025550178"})"));
}

TEST(ReadNumbers, AFaultyLineSpoilsNoOther) {
  EXPECT_THAT(
      read("number,rate_per_second,reserved\n+12025550177,fast,\n+12025550178,1,maybe\n"
           "+12025550179\n\n+12025550180,1,false\n",
           "twilio"),
      ElementsAre(
          "2: csv.value: rate_per_second must be a number",
          "3: csv.value: reserved must be true or false",
          "4: csv.fields: has 1 of the 3 fields that the first line names",
          R"(6: {"connection":"twilio","number":"+12025550180","rate_per_second":1.0,"reserved":false})"));
}

// Found by reading: "inf" is read as a number, is none in JSON, and the whole batch was refused for it.
TEST(ReadNumbers, WhatIsNoNumberInJsonIsNone) {
  for (const char* rate : {"inf", "-inf", "nan", "1e999", "0x10"}) {
    EXPECT_THAT(read("number,rate_per_second\n+12025550177," + std::string(rate) + "\n", "twilio"),
                ElementsAre("2: csv.value: rate_per_second must be a number"));
  }
}

TEST(ReadNumbers, AFirstLineThatNamesSomethingElseRefusesTheFile) {
  EXPECT_THAT(read(""), ElementsAre(HasSubstr("csv.empty")));
  EXPECT_THAT(read("number,conection\n"),
              ElementsAre("csv.header: line 1: there is no column 'conection'; the first line "
                          "names: number, connection, capabilities, fallbacks, rate_per_second, "
                          "reach, reserved, tags"));
  EXPECT_THAT(read("\nconnection\n"),
              ElementsAre("csv.header: line 2: the column number is missing"));
  EXPECT_THAT(read("number\n"), ElementsAre(HasSubstr("the column connection is missing")));
  EXPECT_THAT(read("number,number\n", "a"), ElementsAre(HasSubstr("stands there twice")));
}

// As spreadsheets write it where the comma stands in numbers: "there is no column 'number;connection'".
TEST(ReadNumbers, SemicolonsBetweenColumnsAreToldAsSuch) {
  for (const char* csv : {"number;connection\n+12025550177;twilio\n", "phone;connection\n",
                          "number\tconnection\n+12025550177\ttwilio\n"}) {
    EXPECT_THAT(read(csv),
                ElementsAre("csv.header: line 1: columns are separated by commas; ';' stands "
                            "between the parts of one field"))
        << csv;
  }
}

TEST(ReadNumbers, AFileWithoutAHeaderIsToldWhatBelongsThere) {
  const auto told = read("+12025550177,twilio\n");
  EXPECT_THAT(told, ElementsAre(HasSubstr("a number stands where the columns are named")));
  EXPECT_THAT(told, ElementsAre(HasSubstr("the first line is number, connection, ")));
  EXPECT_THAT(told, ElementsAre(testing::Not(HasSubstr("555"))));
}

std::unique_ptr<Client> client_of(const CannedServer& server) {
  auto client = Client::make({.url = server.url(),
                              .service = "",
                              .key = "bauta_live_abc",
                              .pause_before_retry = std::chrono::milliseconds(1)});
  EXPECT_TRUE(client);
  return *std::move(client);
}

std::string described(const NumberImport& numbers) {
  std::string all;
  for (const auto& outcome : numbers.outcomes()) all += describe(outcome);
  return all;
}

TEST(NumberImport, TellsOfEveryLineWhatBecameOfIt) {
  CannedServer server({CannedServer::answer(207, R"({"data":[
    {"number":"+12025550177","status":201,"error":null},
    {"number":"+12025550178","status":409,"error":{"code":"number.taken","detail":"It is."}},
    {"number":null,"status":422,"error":{"code":"request.invalid","detail":"Two.","errors":[
      {"pointer":"/numbers/2/number","code":"number.invalid","detail":"No."},
      {"pointer":"/numbers/2/tags/0","code":"field.too_short","detail":"Short."}]}}]})")});
  auto lines = read_numbers(
      "number,rate_per_second\n+12025550177,1\n+12025550170,x\n+12025550178,1\n12,1\n", "twilio");
  ASSERT_TRUE(lines);
  const auto client = client_of(server);
  NumberImport numbers(*client, *std::move(lines));
  ASSERT_TRUE(numbers.run());
  EXPECT_EQ(described(numbers),
            "line 3: csv.value: rate_per_second must be a number\n"
            "line 4: number.taken: It is.\n"
            "line 5: number: number.invalid: No.\n"
            "line 5: tags/0: field.too_short: Short.\n");
  EXPECT_TRUE(numbers.outcomes()[0].is_added());
  EXPECT_EQ(numbers.outcomes()[0].json["line"].asInt(), 2);
}

TEST(NumberImport, WhatWasDoneBeforeARefusalIsKnown) {
  std::string csv = "number\n";
  std::string results;
  for (int i = 0; i < 201; ++i) csv += "+12025550177\n";
  for (int i = 0; i < 200; ++i) {
    results += (i == 0 ? "" : ",");
    results += R"({"number":"+12025550177","status":201,"error":null})";
  }
  CannedServer server({CannedServer::answer(207, R"({"data":[)" + results + "]}"),
                       CannedServer::problem(401, "auth.invalid_key")});
  auto lines = read_numbers(csv, "twilio");
  ASSERT_TRUE(lines);
  const auto client = client_of(server);
  NumberImport numbers(*client, *std::move(lines));
  const auto ran = numbers.run();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, "auth.invalid_key");
  EXPECT_EQ(numbers.outcomes().size(), 200U);
  EXPECT_EQ(numbers.total(), 201U);
}

TEST(NumberImport, AnAnswerThatLeavesLinesOutIsNotBelieved) {
  CannedServer server({CannedServer::answer(207, R"({"data":[]})")});
  auto lines = read_numbers("number\n+12025550177\n", "twilio");
  ASSERT_TRUE(lines);
  const auto client = client_of(server);
  NumberImport numbers(*client, *std::move(lines));
  const auto ran = numbers.run();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, "server.not_bauta");
}

/// So many lines that they are a job of two batches.
std::string large_file() {
  std::string csv = "number\n";
  for (int i = 0; i < 1'001; ++i) csv += "+1202555" + std::to_string(1'000 + i) + "\n";
  return csv;
}
constexpr const char* kJob = R"("id":"job_00000000000000000000000001","kind":"import")";

TEST(NumberImport, ManyLinesAreAJob) {
  CannedServer server(
      {CannedServer::answer(201, std::string("{") + kJob + R"(,"next_batch":0,"total":1001})"),
       CannedServer::answer(200,
                            R"({"job":{},"refused":[{"index":1,"number":"+12025551001",)"
                            R"("status":409,"error":{"code":"number.taken","detail":"It is."}}]})"),
       CannedServer::answer(200, R"({"job":{},"refused":[]})")});
  auto lines = read_numbers(large_file(), "twilio");
  ASSERT_TRUE(lines);
  const auto client = client_of(server);
  NumberImport numbers(*client, *std::move(lines));
  ASSERT_TRUE(numbers.run());
  EXPECT_EQ(described(numbers), "line 3: number.taken: It is.\n");
  EXPECT_EQ(numbers.outcomes().size(), 1'001U);
  EXPECT_EQ(numbers.outcomes()[1'000].json["number"], "+12025552000");
  const auto& requests = server.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(first_line_of(requests[0]), "POST /api/v1/numbers/import HTTP/1.1");
  EXPECT_EQ(first_line_of(requests[1]),
            "POST /api/v1/jobs/job_00000000000000000000000001/numbers HTTP/1.1");
  EXPECT_TRUE(body_of(requests[1]).contains(R"("last":false)"));
  EXPECT_TRUE(body_of(requests[2]).contains(R"("batch":1,"last":true)"));
}

TEST(NumberImport, AJobGoesOnWhereItWas) {
  CannedServer server(
      {CannedServer::answer(200, std::string("{") + kJob + R"(,"next_batch":1,"total":1001})"),
       CannedServer::answer(200, R"({"job":{},"refused":[]})")});
  auto lines = read_numbers(large_file(), "twilio");
  ASSERT_TRUE(lines);
  const auto client = client_of(server);
  NumberImport numbers(*client, *std::move(lines), "job_00000000000000000000000001");
  ASSERT_TRUE(numbers.run());
  EXPECT_EQ(numbers.before(), 1'000U);
  EXPECT_EQ(numbers.outcomes().size(), 1U);
}

TEST(NumberImport, AJobOfAnotherFileIsNotGoneOnWith) {
  CannedServer server(
      {CannedServer::answer(200, std::string("{") + kJob + R"(,"next_batch":1,"total":5})")});
  auto lines = read_numbers(large_file(), "twilio");
  ASSERT_TRUE(lines);
  const auto client = client_of(server);
  NumberImport numbers(*client, *std::move(lines), "job_00000000000000000000000001");
  const auto ran = numbers.run();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, "csv.other_file");
}

TEST(NumberImport, NothingIsSentWhereNoLineCanBe) {
  CannedServer server({});
  auto lines = read_numbers("number,reserved\n+12025550177,perhaps\n", "twilio");
  ASSERT_TRUE(lines);
  const auto client = client_of(server);
  NumberImport numbers(*client, *std::move(lines));
  EXPECT_TRUE(numbers.run());
  EXPECT_EQ(described(numbers), "line 2: csv.value: reserved must be true or false\n");
}

}  // namespace
}  // namespace bauta
