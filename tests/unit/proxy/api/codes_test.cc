#include "proxy/api/codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta::api {
namespace {

using ::testing::HasSubstr;
using testing_api::Face;

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

const std::filesystem::path kRoot = BAUTA_SOURCE_FOLDER;

/// docs/errors.md, as the table has it.
std::string page() {
  std::string page =
      "# Errors\n\n"
      "Every refusal is a problem document with one of these codes; they never change their "
      "meaning. `GET /errors/{code}` says the same.\n"
      "A code without a status is none of an answer's: it tells why a delivery ended, in `error` "
      "of a message or a dead letter, or stands in an event.\n\n"
      "| code | status | what it means | what to do |\n| --- | --- | --- | --- |\n";
  for (const auto& code : error_codes()) {
    page.append("| `").append(code.code).append("` | ");
    page.append(code.status == 0 ? "" : std::to_string(code.status));
    page.append(" | ").append(code.meaning).append(" | ").append(code.mend).append(" |\n");
  }
  return page;
}

TEST(ErrorCodes, AreTheOnesOfTheDocumentation) {
  const auto written = content_of(kRoot / "docs/errors.md");
  if (written == page()) return;
  const auto proposal = std::filesystem::path(testing::TempDir()) / "errors.md";
  std::ofstream(proposal) << page();
  FAIL() << "docs/errors.md is not the table's: compare it with " << proposal;
}

/// What lower parts refuse with, and what never reaches an answer of the API.
TEST(ErrorCodes, HoldEveryCodeThatAPartRefusesWith) {
  const std::set<std::string, std::less<>> elsewhere = {
      "base64.malformed", "config.bad_value", "http.listen_failed", "receipt.forged_reference",
      "signature.unknown",
      // Of a start that does not come off.
      "seal.master_key_exposed", "seal.master_key_malformed", "seal.master_key_missing",
      "seal.master_key_unreadable", "seal.wrong_master_key", "storage.locked",
      "storage.newer_format"};
  // What a carrier's Submit…{"…"} says becomes the code of a delivery.
  const std::regex raised(
      R"re((?:\bfail\(\s*|\.code = |\bcode = |\bSubmit[A-Za-z]+\{\s*)"([a-z_]+\.[a-z_]+)")re");
  std::set<std::string> missing;
  for (const auto* part :
       {"storage", "pool", "routing", "proxy/api", "proxy/carriers", "proxy/sandbox"}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(kRoot / part)) {
      if (file.path().extension() != ".cc" && file.path().extension() != ".h") continue;
      const auto text = content_of(file.path());
      for (std::sregex_iterator at(text.begin(), text.end(), raised); at != std::sregex_iterator();
           ++at) {
        const auto code = (*at)[1].str();
        if (find_error_code(code) == nullptr && !elsewhere.contains(code)) missing.insert(code);
      }
    }
  }
  EXPECT_THAT(missing, testing::IsEmpty());
}

TEST(ErrorCodes, OfTheReferenceExist) {
  const auto reference = content_of(kRoot / "docs/openapi.yaml");
  const std::regex named(
      R"re(`((?:auth|session|number|pool|participants|idempotency|json|http|field|if_match|cursor|key|service)\.[a-z_]+)`)re");
  for (std::sregex_iterator at(reference.begin(), reference.end(), named);
       at != std::sregex_iterator(); ++at)
    EXPECT_NE(find_error_code((*at)[1].str()), nullptr) << (*at)[1].str();
}

TEST(ErrorCodes, AreExplainedWhereAProblemsTypeLeads) {
  Face face;
  for (const auto& code : error_codes()) {
    const auto help = face.ask("GET", "/errors/" + std::string(code.code));
    ASSERT_EQ(help.status, 200U) << code.code;
    EXPECT_THAT(help.body, HasSubstr(std::string(code.mend)));
  }
  EXPECT_EQ(face.ask("GET", "/errors/no.such").told(), "404 http.not_found");
}

TEST(ErrorCodes, SayWhenToComeAgain) {
  const auto busy = problem_of({.code = "storage.overloaded", .detail = "busy"}, "req_1", "",
                               std::chrono::seconds(3));
  EXPECT_EQ(busy.status, 503U);
  EXPECT_EQ(busy.headers.find("Retry-After"), "3");
}

TEST(ErrorCodes, AnUnlistedCodeIsAMistakeOfOurs) { EXPECT_EQ(status_of("no.such"), 500U); }

TEST(ErrorCodes, WhatAFieldNamesInVainIsAFaultyField) {
  const Error error{.code = "participant.not_found",
                    .detail = "none",
                    .faults = {{"/to/0", "participant.not_found", "none"}}};
  EXPECT_EQ(problem_of(error, "req_1", "", std::chrono::seconds(1)).status, 422U);
}

}  // namespace
}  // namespace bauta::api
