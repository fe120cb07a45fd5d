#include "proxy/carriers/twilio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/reader.h>
#include <json/value.h>

#include <fstream>
#include <sstream>

#include "proxy/carriers/twilio_answers.h"
#include "proxy/carriers/twilio_signature.h"
#include "proxy/net/form.h"
#include "tests/unit/proxy/carriers/bench/callback_bench.h"

namespace bauta {
namespace {

using testing::HasSubstr;

Json::Value vectors() {
  std::ifstream file(std::string(BAUTA_VECTORS) + "/twilio.json");
  Json::Value value;
  file >> value;
  return value;
}

Form form_of(const Json::Value& params) {
  Form form;
  for (const auto& name : params.getMemberNames()) {
    if (!params[name].isArray()) {
      form.emplace_back(name, params[name].asString());
      continue;
    }
    for (const auto& value : params[name]) form.emplace_back(name, value.asString());
  }
  return form;
}

bool authentic(const Json::Value& vector, std::string_view url, std::string_view signature) {
  const auto method = vector.get("method", "POST").asString();
  const auto body = method == "GET" ? "" : encode_form(form_of(vector["params"]));
  return twilio::is_authentic(vector["token"].asString(),
                              {.method = method,
                               .url = url,
                               .content_type = "application/x-www-form-urlencoded; charset=UTF-8",
                               .body = body,
                               .signature = signature});
}

TEST(TwilioSignature, IsThatOfTheOfficialLibrary) {
  const auto all = vectors();
  ASSERT_EQ(all["cases"].size(), 11U);
  for (const auto& vector : all["cases"]) {
    const auto url = vector["url"].asString();
    EXPECT_TRUE(authentic(vector, url, vector["expected"].asString())) << vector["name"].asString();
    EXPECT_EQ(twilio::signature_of(vector["token"].asString(), url, form_of(vector["params"])),
              vector["expected"].asString())
        << vector["name"].asString();
  }
}

TEST(TwilioSignature, OfAJsonBodyIsThatOfItsDigest) {
  const auto vector = vectors()["json"];
  const auto url = vector["url"].asString();
  twilio::SignedRequest request{.method = "POST",
                                .url = url,
                                .content_type = "application/json",
                                .body = R"({"event":"x","text":"Grüße"})",
                                .signature = "wA0ReVB9wp1GM6BcVP7J5FF7JRo="};
  EXPECT_TRUE(twilio::is_authentic(vector["token"].asString(), request));
  request.body = R"({"event":"y","text":"Grüße"})";
  EXPECT_FALSE(twilio::is_authentic(vector["token"].asString(), request));
}

TEST(TwilioSignature, MayNameTheDefaultPortOrNot) {
  const auto vector = vectors()["portVariants"];
  const auto plain = vector["url"].asString();
  const auto with_port = vector["alternative"].asString();
  const auto of_port = vector["expectedForAlternative"].asString();
  const auto of_plain =
      twilio::signature_of(vector["token"].asString(), plain, form_of(vector["params"]));
  EXPECT_TRUE(authentic(vector, plain, of_port));
  EXPECT_TRUE(authentic(vector, with_port, of_port));
  EXPECT_TRUE(authentic(vector, with_port, of_plain));
  EXPECT_FALSE(
      authentic(vector, "https://proxy.example.com:8443/webhooks/twilio/inbound", of_port));
}

TEST(TwilioSignature, IsRejectedIfAnythingIsOff) {
  const auto all = vectors();
  ASSERT_EQ(all["mustReject"].size(), 7U);
  for (const auto& vector : all["mustReject"]) {
    EXPECT_FALSE(authentic(vector, vector["url"].asString(), vector["signature"].asString()))
        << vector["name"].asString();
  }
}

// What a carrier's stand-in and the relay have in common; cases.md's fixtures.
constexpr std::string_view kToken = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kAccount = "AC00000000000000000000000000000001";
constexpr std::string_view kPath = "/carriers/twilio/0123456789abcdef/inbound";
constexpr std::string_view kStatusPath = "/carriers/twilio/0123456789abcdef/status";

ConnectionOptions connection(std::string api_url = "http://127.0.0.1:1") {
  return {.name = "twilio",
          .type = "twilio",
          .token = "0123456789abcdef",
          .api_url = std::move(api_url),
          .account_sid = std::string(kAccount),
          .auth_token = std::string(kToken)};
}

Form text_form() {
  return {{"MessageSid", "SM00000000000000000000000000000c01"},
          {"AccountSid", std::string(kAccount)},
          {"From", "+12025550142"},
          {"To", "+12025550177"},
          {"Body", "Hi there"},
          {"NumMedia", "0"}};
}

void set(Form& form, std::string_view name, std::string value) {
  for (auto& field : form) {
    if (field.first == name) {
      field.second = std::move(value);
      return;
    }
  }
  form.emplace_back(name, std::move(value));
}

HttpHeaders form_headers(std::string signature) {
  return {{"Content-Type", "application/x-www-form-urlencoded"},
          {"X-Twilio-Signature", std::move(signature)}};
}

struct TwilioTest : testing::Test {
  CallbackBench bench{{connection()}};

  HttpResponse post(std::string target, const Form& form, std::string signature) {
    return bench.send("POST", std::move(target), form_headers(std::move(signature)),
                      encode_form(form));
  }
  HttpResponse post_signed(std::string target, const Form& form) {
    auto signature = twilio::signature_of(kToken, "https://relay.example.com" + target, form);
    return post(std::move(target), form, std::move(signature));
  }
};

// bmlt-enabled/yap #1629: the validator hashed a normalised URL, and every callback with a query got 403.
TEST_F(TwilioTest, SignatureCoversTheUrlAsItCame) {
  const auto target = std::string(kPath) + "?svc=b&note=can%27t+stop&a=1";
  const auto response = post(target, text_form(), "NGpL2KCwgdPJQE0UQ6HCklbs2cE=");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.headers.find("Content-Type"), "text/xml");
  EXPECT_EQ(response.body, R"(<?xml version="1.0" encoding="UTF-8"?><Response/>)");
  ASSERT_EQ(bench.accepted.size(), 1U);
  const auto& mo = bench.accepted.front();
  EXPECT_EQ(mo.connection, "twilio");
  EXPECT_EQ(mo.provider_id, "SM00000000000000000000000000000c01");
  EXPECT_EQ(mo.from.reveal(), "+12025550142");
  EXPECT_EQ(mo.to.str(), "+12025550177");
  EXPECT_EQ(mo.text.reveal(), "Hi there");
  EXPECT_EQ(mo.media_count, 0U);
  EXPECT_FALSE(mo.carrier_answered_keyword);

  EXPECT_EQ(post(target, text_form(), "VCaDt3YltFRkRYS6U8OTORn10yQ=").status, 403U);
  EXPECT_EQ(bench.accepted.size(), 1U);
  EXPECT_EQ(
      bench.metric(
          R"(bauta_texts_total{connection="twilio",direction="inbound",outcome="bad_signature"})"),
      "1");
}

// function-templates #92: a picture without a caption has no Body at all.
TEST_F(TwilioTest, PictureWithoutWordsIsAnEmptyTextWithAPicture) {
  Form form = {{"MessageSid", "MM00000000000000000000000000000c03"},
               {"AccountSid", std::string(kAccount)},
               {"From", "+12025550142"},
               {"To", "+12025550177"},
               {"NumMedia", "1"},
               {"MediaContentType0", "image/jpeg"},
               {"MediaUrl0",
                "https://media.example.net/2010-04-01/Accounts/AC00000000000000000000000000000001/"
                "Messages/MM01/Media/ME01"}};
  EXPECT_EQ(post(std::string(kPath), form, "RVsnCgP6awUXuZ2JvZWmAIENRL4=").status, 200U);
  form.emplace_back("Body", "");
  EXPECT_EQ(post(std::string(kPath), form, "BSI+IPEPHL337G4MJRKNvZqlF0s=").status, 200U);
  ASSERT_EQ(bench.accepted.size(), 2U);
  for (const auto& mo : bench.accepted) {
    EXPECT_TRUE(mo.text.empty());
    EXPECT_EQ(mo.media_count, 1U);
  }
}

TEST_F(TwilioTest, ReadsAGetFromItsUrl) {
  const auto target = std::string(kPath) + "?" + encode_form(text_form());
  const auto signature = twilio::signature_of(kToken, "https://relay.example.com" + target, {});
  EXPECT_EQ(bench.send("GET", target, {{"X-Twilio-Signature", signature}}).status, 200U);
  ASSERT_EQ(bench.accepted.size(), 1U);
  EXPECT_EQ(bench.accepted.front().text.reveal(), "Hi there");
}

TEST_F(TwilioTest, TakesShortCodesAndNamesAsSenders) {
  auto form = text_form();
  set(form, "From", "32665");
  EXPECT_EQ(post_signed(std::string(kPath), form).status, 200U);
  set(form, "From", "MYBANK");
  EXPECT_EQ(post_signed(std::string(kPath), form).status, 200U);
  EXPECT_EQ(bench.accepted.size(), 2U);
}

TEST_F(TwilioTest, SaysThatTheCarrierAnsweredAKeyword) {
  auto form = text_form();
  set(form, "Body", "STOP");
  set(form, "OptOutType", "STOP");
  EXPECT_EQ(post_signed(std::string(kPath), form).status, 200U);
  ASSERT_EQ(bench.accepted.size(), 1U);
  EXPECT_TRUE(bench.accepted.front().carrier_answered_keyword);
}

TEST_F(TwilioTest, KeepsATextWhoseEmojiWasCutOff) {
  auto form = text_form();
  set(form, "Body", "see you \xf0\x9f\x98");
  EXPECT_EQ(post_signed(std::string(kPath), form).status, 200U);
  ASSERT_EQ(bench.accepted.size(), 1U);
  EXPECT_THAT(bench.accepted.front().text.reveal(), HasSubstr("see you \xef\xbf\xbd"));
}

TEST_F(TwilioTest, RefusesWhatIsAuthenticButNoText) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"MessageSid", ""},
      {"MessageSid", "SM1"},
      {"MessageSid", "SM00000000000000000000000000000c01NumMedia0"},
      {"From", ""},
      {"To", ""},
      {"To", "32665"},
      {"To", "whatsapp:+12025550177"},
      {"To", "rcs:+12025550177"},
      {"From", "whatsapp:+12025550142"},
  };
  for (const auto& [name, value] : wrong) {
    auto form = text_form();
    set(form, name, value);
    EXPECT_EQ(post_signed(std::string(kPath), form).status, 400U) << name << "=" << value;
  }
  EXPECT_TRUE(bench.accepted.empty());
}

TEST_F(TwilioTest, RefusesAFieldThatStandsThereTwice) {
  auto form = text_form();
  form.emplace_back("Body", "another");
  const auto response = post_signed(std::string(kPath), form);
  EXPECT_EQ(response.status, 400U);
  EXPECT_THAT(response.body, HasSubstr("carrier.malformed"));
  EXPECT_TRUE(bench.accepted.empty());
}

TEST_F(TwilioTest, TakesRepeatedFieldsThatItDoesNotRead) {
  auto form = text_form();
  form.emplace_back("New", "b");
  form.emplace_back("New", "a");
  EXPECT_EQ(post_signed(std::string(kPath), form).status, 200U);
  EXPECT_EQ(bench.accepted.size(), 1U);
}

TEST_F(TwilioTest, RefusesAnotherAccount) {
  auto form = text_form();
  set(form, "AccountSid", "AC00000000000000000000000000000002");
  EXPECT_EQ(post_signed(std::string(kPath), form).status, 403U);
  EXPECT_TRUE(bench.accepted.empty());
}

// One key for inbound texts and statuses once threw "delivered" away (simstudioai/sim #5230): each word is a receipt of its own.
TEST_F(TwilioTest, BringsEachStatusWithOurReference) {
  const auto target = std::string(kStatusPath) + "?ref=abc123";
  for (const auto* word : {"delivered", "sent", "sending", "banana", "-1"}) {
    const Form form = {{"MessageSid", "SM000000000000000000000000000000aa"},
                       {"AccountSid", std::string(kAccount)},
                       {"MessageStatus", word},
                       {"To", "+12025550142"},
                       {"From", "+12025550177"}};
    EXPECT_EQ(post_signed(target, form).status, 200U) << word;
  }
  ASSERT_EQ(bench.applied.size(), 5U);
  const auto& first = bench.applied.front();
  EXPECT_EQ(first.reference, "abc123");
  EXPECT_EQ(first.provider_id, "SM000000000000000000000000000000aa");
  EXPECT_EQ(first.word.status, ReceiptStatus::delivered);
  EXPECT_EQ(bench.applied[1].word.status, ReceiptStatus::sent);
  EXPECT_EQ(bench.applied[2].word.status, ReceiptStatus::queued);
  EXPECT_EQ(bench.applied[3].word.status, ReceiptStatus::unknown_word);
  EXPECT_EQ(bench.applied[4].word.status, ReceiptStatus::unknown_word);
}

TEST_F(TwilioTest, ReferenceOfAStatusIsSigned) {
  const Form form = {{"MessageSid", "SM000000000000000000000000000000aa"},
                     {"AccountSid", std::string(kAccount)},
                     {"MessageStatus", "delivered"}};
  const auto signature = twilio::signature_of(
      kToken, "https://relay.example.com" + std::string(kStatusPath) + "?ref=abc123", form);
  EXPECT_EQ(post(std::string(kStatusPath) + "?ref=abc124", form, signature).status, 403U);
  EXPECT_TRUE(bench.applied.empty());
}

TEST_F(TwilioTest, StatusSaysThatSomebodyOptedOut) {
  const Form form = {{"MessageSid", "SM000000000000000000000000000000aa"},
                     {"AccountSid", std::string(kAccount)},
                     {"MessageStatus", "failed"},
                     {"ErrorCode", "21610"}};
  EXPECT_EQ(post_signed(std::string(kStatusPath), form).status, 200U);
  ASSERT_EQ(bench.applied.size(), 1U);
  EXPECT_EQ(bench.applied.front().reference, std::nullopt);
  EXPECT_EQ(bench.applied.front().word.status, ReceiptStatus::rejected);
  EXPECT_EQ(bench.applied.front().word.carrier_code, "21610");
  EXPECT_TRUE(bench.applied.front().word.opted_out);
  EXPECT_FALSE(bench.applied.front().line.has_value());
}

// C40: without our reference nothing else tells whom it is about.
TEST_F(TwilioTest, StatusWithoutOurReferenceSaysWhoOptedOutOfWhichNumber) {
  Form form = {{"MessageSid", "SM000000000000000000000000000000aa"},
               {"AccountSid", std::string(kAccount)},
               {"MessageStatus", "failed"},
               {"ErrorCode", "21610"},
               {"From", "+442079460177"},
               {"To", "+442079460142"}};
  EXPECT_EQ(post_signed(std::string(kStatusPath), form).status, 200U);
  ASSERT_EQ(bench.applied.size(), 1U);
  ASSERT_TRUE(bench.applied.front().line.has_value());
  EXPECT_EQ(bench.applied.front().line->from.str(), "+442079460177");
  EXPECT_EQ(bench.applied.front().line->to.reveal(), "+442079460142");
  // Where it brings our reference that says it all; and of what is no number nothing is said.
  EXPECT_EQ(post_signed(std::string(kStatusPath) + "?ref=abc123", form).status, 200U);
  set(form, "To", "");
  EXPECT_EQ(post_signed(std::string(kStatusPath), form).status, 200U);
  set(form, "To", "whatsapp:+442079460142");
  EXPECT_EQ(post_signed(std::string(kStatusPath), form).status, 200U);
  set(form, "To", "+442079460142");
  set(form, "ErrorCode", "30003");
  EXPECT_EQ(post_signed(std::string(kStatusPath), form).status, 200U);
  ASSERT_EQ(bench.applied.size(), 5U);
  for (std::size_t at = 1; at < 5; ++at) EXPECT_FALSE(bench.applied[at].line.has_value()) << at;
}

// Outcomes of a hand-over.

std::string describe(const SubmitOutcome& outcome) {
  if (const auto* accepted = std::get_if<SubmitAccepted>(&outcome)) {
    return "accepted " + accepted->provider_ids.front();
  }
  if (const auto* refused = std::get_if<SubmitRefused>(&outcome)) {
    return "refused " + refused->code + (refused->opted_out ? " (opted out) " : " ") +
           refused->detail;
  }
  if (const auto* later = std::get_if<SubmitLater>(&outcome)) {
    const auto wait = later->retry_after ? std::to_string(later->retry_after->count()) : "-";
    return "later " + later->code + " " + wait;
  }
  return "unknown " + std::get<SubmitUnknown>(outcome).code;
}

std::string outcome_of(unsigned status, std::string body, HttpHeaders headers = {}) {
  return describe(twilio::outcome_of(
      {.status = status, .headers = std::move(headers), .body = std::move(body)}, TimePoint{}));
}

TEST(TwilioOutcome, IsAcceptedWithItsSid) {
  EXPECT_EQ(outcome_of(201, R"({"sid":"SM1","status":"queued"})"), "accepted SM1");
}

TEST(TwilioOutcome, OfASuccessThatCannotBeReadIsUnknown) {
  for (const auto* body : {"", "{", "[]", "{}", R"({"sid":7})", R"({"sid":""})",
                           R"({"sid":"a\nb"})", "<html>ok</html>"}) {
    EXPECT_EQ(outcome_of(201, body), "unknown carrier.unreadable_answer") << body;
  }
}

// nyaruka/courier 64c92146: a 429 was taken for permanent, and the text died at the first rate limit.
TEST(TwilioOutcome, OfARateLimitIsLater) {
  EXPECT_EQ(outcome_of(429, R"({"code":20429,"status":429})", {{"Retry-After", "2"}}),
            "later carrier.throttled 2000");
  EXPECT_EQ(outcome_of(429, ""), "later carrier.throttled -");
  EXPECT_EQ(outcome_of(400, R"({"code":20429})"), "later carrier.throttled -");
  EXPECT_EQ(outcome_of(400, R"({"code":21611})"), "later carrier.queue_full -");
}

TEST(TwilioOutcome, OfAServerErrorIsUnknownUnlessItSaysWhenToComeAgain) {
  EXPECT_EQ(outcome_of(503, "", {{"Retry-After", "7"}}), "later carrier.busy 7000");
  EXPECT_EQ(outcome_of(503, ""), "unknown carrier.failed");
  EXPECT_EQ(outcome_of(500, R"({"code":20500})"), "unknown carrier.failed");
  EXPECT_EQ(outcome_of(302, ""), "unknown carrier.failed");
}

TEST(TwilioOutcome, OnlyAServerErrorIsAFailureOfTheLink) {
  const auto link_failed = [](unsigned status, const std::string& body, HttpHeaders headers = {}) {
    const auto outcome = twilio::outcome_of(
        {.status = status, .headers = std::move(headers), .body = body}, TimePoint{});
    if (const auto* later = std::get_if<SubmitLater>(&outcome)) return later->link_failed;
    const auto* unknown = std::get_if<SubmitUnknown>(&outcome);
    return unknown != nullptr && unknown->link_failed;
  };
  EXPECT_TRUE(link_failed(503, ""));
  EXPECT_TRUE(link_failed(500, R"({"code":20500})"));
  EXPECT_FALSE(link_failed(503, "", {{"Retry-After", "7"}}));
  EXPECT_FALSE(link_failed(429, ""));
  EXPECT_FALSE(link_failed(401, R"({"code":20003})"));
  EXPECT_FALSE(link_failed(400, R"({"code":21610})"));
  EXPECT_FALSE(link_failed(302, ""));
  EXPECT_FALSE(link_failed(201, "<html>ok</html>"));
}

TEST(TwilioOutcome, OfOurOwnFaultLetsNoTextDie) {
  EXPECT_EQ(outcome_of(401, R"({"code":20003})"), "later carrier.credentials -");
  EXPECT_EQ(outcome_of(403, ""), "later carrier.credentials -");
  EXPECT_EQ(outcome_of(404, R"({"code":20404})"), "later carrier.credentials -");
}

TEST(NeverReveal, CarriersWordsAreRedacted) {
  EXPECT_EQ(
      outcome_of(400, R"({"code":21211,"message":"The 'To' number +12025550142 is not valid"})"),
      "refused carrier.bad_recipient 21211: The 'To' number … is not valid");
}

TEST(TwilioOutcome, NamesWhoOptedOut) {
  EXPECT_EQ(outcome_of(400, R"({"code":21610,"status":400})"),
            "refused carrier.opted_out (opted out) 21610");
  EXPECT_EQ(outcome_of(400, R"({"code":21614})"), "refused carrier.bad_recipient 21614");
  EXPECT_EQ(outcome_of(400, "no json"), "refused carrier.refused ");
}

}  // namespace
}  // namespace bauta
