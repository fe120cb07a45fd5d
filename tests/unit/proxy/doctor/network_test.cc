#include "proxy/doctor/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kToken = "3f9a1c7e5b2d8f604c91ab37";

ConnectionConfig twilio(std::string token = kToken) {
  return {.name = "twilio", .type = "twilio", .token = std::move(token)};
}

Grade worst_of(const Findings& findings) {
  auto worst = Grade::ok;
  for (const auto& finding : findings) worst = std::max(worst, finding.grade);
  return worst;
}

Grade grade_of(const std::string& url, const HttpOutcome& root) {
  return worst_of(judge_connection(twilio(), url, root));
}

TEST(DoctorOfConnections, AnyAnswerIsWell) {
  EXPECT_EQ(grade_of("https://api.twilio.com", HttpAnswer{.status = 200}), Grade::ok);
  EXPECT_EQ(grade_of("https://api.twilio.com", HttpAnswer{.status = 404}), Grade::ok);
  EXPECT_EQ(grade_of("http://127.0.0.1:8079", HttpAnswer{.status = 404}), Grade::ok);
}

TEST(DoctorOfConnections, WhoIsNotReachedFails) {
  for (const auto* code : {"http.resolve_failed", "http.connect_failed", "http.tls_failed"}) {
    EXPECT_EQ(grade_of("https://api.twilio.com", HttpNotSent{{.code = code, .detail = "no"}}),
              Grade::failing)
        << code;
  }
  EXPECT_EQ(grade_of("https://api.twilio.com",
                     HttpUnknown{{.code = "http.read_timeout", .detail = "no"}}),
            Grade::warning);
  EXPECT_EQ(grade_of("", HttpAnswer{}), Grade::failing);
}

TEST(DoctorOfConnections, WhatGoesInTheClearIsDoubtful) {
  EXPECT_EQ(grade_of("http://api.example.com", HttpAnswer{.status = 200}), Grade::warning);
}

TEST(DoctorOfConnections, AShortTokenIsDoubtfulAndNeverShown) {
  for (const std::string token : {"0123456789abcdef", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    const auto findings =
        judge_connection(twilio(token), "https://api.twilio.com", HttpAnswer{.status = 200});
    EXPECT_EQ(worst_of(findings), Grade::warning) << token;
    for (const auto& finding : findings)
      EXPECT_THAT(finding.what + finding.mend, Not(HasSubstr(token)));
  }
}

// Found by a new user: the relay of another store counted as this one's, and `bauta serve` then found the address taken.
TEST(DoctorOfTheNetwork, AnAddressThatIsTakenIsFineIfThisStoresRelayHasIt) {
  const std::string listen = "127.0.0.1:8080";
  const Status taken = fail("http.listen_failed", "cannot listen on 127.0.0.1:8080");
  const auto judge = [&](Occupant who) {
    return judge_listener("public", listen, {.bound = taken, .occupant = who});
  };
  EXPECT_EQ(judge(Occupant::this_relay).grade, Grade::ok);
  for (const auto who : {Occupant::another_relay, Occupant::somebody}) {
    const auto failing = judge(who);
    EXPECT_EQ(failing.grade, Grade::failing);
    EXPECT_THAT(failing.what, HasSubstr(listen));
    EXPECT_THAT(failing.mend, HasSubstr("[public] listen"));
  }
}

TEST(DoctorOfTheNetwork, AFreeAddressIsDoubtfulOnlyWhileTheRelayRuns) {
  const auto grade = [](const std::string& listen, bool relay_runs) {
    return judge_listener("admin", listen, {.bound = {}, .relay_runs = relay_runs}).grade;
  };
  EXPECT_EQ(grade("127.0.0.1:8081", false), Grade::ok);
  EXPECT_EQ(grade("127.0.0.1:8081", true), Grade::warning) << "it listens where it did before";
  EXPECT_EQ(grade("127.0.0.1:0", true), Grade::ok) << "any port is free";
}

TEST(DoctorOfTheNetwork, AFreeAddressCanBeBoundAndATakenOneCannot) {
  EXPECT_TRUE(try_to_bind("127.0.0.1:0").has_value());
  // Nobody has it: it is kept for documentation.
  EXPECT_FALSE(try_to_bind("192.0.2.1:8080").has_value());
}

TEST(DoctorOfTheNetwork, WebhooksMayNotReachAMachinesOwnSecrets) {
  const auto grade = [](const std::vector<std::string>& networks) {
    return judge_webhooks(networks).grade;
  };
  EXPECT_EQ(grade({}), Grade::ok);
  EXPECT_EQ(grade({"10.0.0.0/8"}), Grade::ok);
  EXPECT_EQ(grade({"127.0.0.0/8"}), Grade::warning);
  EXPECT_EQ(grade({"10.0.0.0/8", "169.254.0.0/16"}), Grade::warning);
  EXPECT_EQ(grade({"0.0.0.0/0"}), Grade::warning);
  EXPECT_EQ(grade({"::1/128"}), Grade::warning);
  EXPECT_EQ(grade({"fd00:ec2::/32"}), Grade::warning);
}

TEST(DoctorOfTheNetwork, APublicUrlIsSetAndHttps) {
  Config config;
  config.public_url = "https://relay.example.com";
  EXPECT_EQ(judge_public_url(config).grade, Grade::ok);
  config.public_url = "http://relay.example.com";
  EXPECT_EQ(judge_public_url(config).grade, Grade::warning);
  config.public_url = "http://127.0.0.1:8080";
  EXPECT_EQ(judge_public_url(config).grade, Grade::ok);
  config.connections = {twilio()};
  EXPECT_EQ(judge_public_url(config).grade, Grade::failing) << "Twilio does not reach it";
  config.public_url = "https://localhost:8443";
  EXPECT_EQ(judge_public_url(config).grade, Grade::failing);
  config.connections[0].api_url = "http://127.0.0.1:8090";
  EXPECT_EQ(judge_public_url(config).grade, Grade::ok) << "a stand-in on this machine does";
  config.public_url_is_assumed = true;
  EXPECT_EQ(judge_public_url(config).grade, Grade::warning);
}

}  // namespace
}  // namespace bauta
