#include "proxy/cli/signature_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/carriers/twilio_signature.h"
#include "routing/webhooks/signature.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kKey(32, 'k');
const std::string kBody = R"({"type":"message.delivered"})";
constexpr std::int64_t kSignedAt = 1'900'000'000;
const TimePoint kNow{std::chrono::seconds(kSignedAt + 10)};

GivenRequest signed_request(SignatureKind kind = SignatureKind::v1, const std::string& key = kKey) {
  return {
      .headers = {{"Webhook-Id", "evt_1"},
                  {"webhook-timestamp", std::to_string(kSignedAt)},
                  {"webhook-signature",
                   "v1,b3RoZXI= " +
                       sign(kind, key, {.id = "evt_1", .timestamp = kSignedAt, .body = kBody})}},
      .body = kBody};
}

/// "v1", or the code and what it says.
std::string verdict(const GivenRequest& request, const std::string& secret = shown_secret(kKey)) {
  const auto checked = check_webhook_signature(request, secret, {.now = kNow, .tolerance = 300s});
  return checked ? *checked : std::string(checked.error().code) + ": " + checked.error().detail;
}

TEST(WebhookSignature, IsRightWithItsSecretOrPublicKey) {
  EXPECT_EQ(verdict(signed_request()), "v1");
  EXPECT_EQ(verdict(signed_request(SignatureKind::v1a), shown_public_key(kKey)), "v1a");
}

TEST(WebhookSignature, OfAnotherSecretOrBodyIsWrong) {
  EXPECT_THAT(verdict(signed_request(), shown_secret(std::string(32, 'x'))),
              HasSubstr("signature.mismatch: the secret is another"));
  auto changed = signed_request();
  changed.body[2] = 'T';
  EXPECT_THAT(verdict(changed), HasSubstr("signature.mismatch"));
  EXPECT_THAT(verdict(changed, shown_public_key(kKey)), HasSubstr("signature.mismatch"));
  EXPECT_THAT(verdict(signed_request(SignatureKind::v1a), shown_public_key(std::string(32, 'x'))),
              HasSubstr("signature.mismatch"));
}

TEST(WebhookSignature, SaysWhichMistakeWasMade) {
  auto longer = signed_request();
  longer.body += "\n";
  EXPECT_THAT(verdict(longer), HasSubstr("without the line feed"));
  const auto secret = shown_secret(kKey);
  for (const auto& text : {secret, secret.substr(6)})
    EXPECT_THAT(verdict(signed_request(SignatureKind::v1, text)), HasSubstr("decoded first"));
  auto cut = signed_request();
  cut.headers.set(
      "webhook-signature",
      sign(SignatureKind::v1, kKey, {.id = "evt_1", .timestamp = kSignedAt, .body = kBody + "\n"}));
  EXPECT_THAT(verdict(cut), HasSubstr("with a line feed at the end"));
  auto other_kind = signed_request();
  other_kind.headers.set("webhook-signature", "v1a,b3RoZXI=");
  EXPECT_THAT(verdict(other_kind), HasSubstr("whpk_"));
}

TEST(WebhookSignature, HeadersAreThereAndWellFormed) {
  for (const auto* name : {"webhook-id", "webhook-timestamp", "webhook-signature"}) {
    auto request = signed_request();
    request.headers.erase(name);
    EXPECT_THAT(verdict(request),
                HasSubstr("signature.header_missing: there is no header " + std::string(name)));
  }
  auto request = signed_request();
  request.headers.set("webhook-timestamp", "yesterday");
  EXPECT_THAT(verdict(request), HasSubstr("signature.header_malformed"));
  request = signed_request();
  request.headers.set("webhook-signature", "abc");
  EXPECT_THAT(verdict(request), HasSubstr("signature.header_malformed"));
}

TEST(WebhookSignature, AnOldOneIsAReplay) {
  const auto at = [](std::chrono::seconds later, std::optional<std::chrono::seconds> tolerance) {
    const auto checked = check_webhook_signature(
        signed_request(), shown_secret(kKey),
        {.now = TimePoint(std::chrono::seconds(kSignedAt) + later), .tolerance = tolerance});
    return checked ? *checked : std::string(checked.error().code);
  };
  EXPECT_EQ(at(300s, 300s), "v1");
  EXPECT_EQ(at(301s, 300s), "signature.too_old");
  EXPECT_EQ(at(-301s, 300s), "signature.too_old");
  EXPECT_EQ(at(301s, std::nullopt), "v1");
}

TEST(WebhookSignature, ASecretIsWrittenAsItWasShown) {
  for (const auto* secret : {"", "abc", "whsec_", "whsec_%%%", "whpk_AAAA"})
    EXPECT_THAT(verdict(signed_request(), secret), HasSubstr("usage.secret")) << secret;
}

std::string twilio_verdict(const std::string& url, const std::string& body) {
  const std::string called = "https://relay.example.com/carriers/twilio/t/inbound?x=1";
  const Form fields{{"From", "+12025550142"}, {"Body", "hi"}};
  GivenRequest request{
      .headers = {{"X-Twilio-Signature", twilio::signature_of("token", called, fields)}},
      .body = body,
      .url = url};
  const auto checked = check_twilio_signature(request, "token");
  return checked ? *checked : checked.error().detail;
}

TEST(TwilioSignature, IsOverTheUrlThatWasCalled) {
  const std::string url = "https://relay.example.com/carriers/twilio/t/inbound?x=1";
  const std::string body = "From=%2B12025550142&Body=hi";
  EXPECT_EQ(twilio_verdict(url, body), "X-Twilio-Signature");
  EXPECT_THAT(twilio_verdict("http" + url.substr(5), body), HasSubstr("https instead of http"));
  EXPECT_THAT(twilio_verdict(url + "/", body), HasSubstr("no / at its end"));
  EXPECT_THAT(twilio_verdict(url, body + "\n"), HasSubstr("without the line feed"));
  EXPECT_THAT(twilio_verdict(url, "From=%2B12025550142&Body=ho"), HasSubstr("auth token"));
}

}  // namespace
}  // namespace bauta
