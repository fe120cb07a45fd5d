#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "tests/unit/proxy/delivery/driving/webhook_driving.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_delivery::kOther;
using testing_delivery::kUrl;
using testing_delivery::WebhookDriving;

/// A webhook that is changed while its endpoint is being asked.
class ChangedInTheMiddle : public WebhookDriving {
 protected:
  ChangedInTheMiddle() { add({"+12025550177", "+442079460177"}); }

  auto key_with(Scope scope) {
    ApiKey key;
    key.account = service.account;
    key.scopes = {scope};
    key.created_at = clock.now();
    return run(desk->keys().create(std::move(key), random))->key.id;
  }
  /// A webhook of kUrl, whose first attempt hangs there.
  Webhook hanging_hook(const std::function<void(Webhook&)>& edit = {}) {
    endpoints.hanging = {kUrl};
    auto made = hook(kUrl, edit);
    drive();
    return made;
  }
  void change(const Webhook& webhook, const std::function<void(Webhook&)>& edit) {
    ASSERT_TRUE(run(webhooks.change(service.id, webhook.id, edit, clock.now())).has_value());
    poll();
  }
  static void move(Webhook& webhook) { webhook.url = kOther; }
  /// Of the first event that went to `url`.
  std::string id_told(const std::string& url) const {
    const auto call = std::ranges::find(endpoints.calls, url, &EndpointCall::url);
    return call == endpoints.calls.end() ? "" : call->id;
  }
};

TEST_F(ChangedInTheMiddle, WhatTheOldAddressTookIsNotToldTheNewOne) {
  const auto made = hanging_hook();
  happen("one");
  run_until_told(kUrl, 1);
  change(made, move);
  endpoints.let_through(kUrl);
  happen("two");
  run_until_told(kOther, 1);
  EXPECT_THAT(told(kUrl), ElementsAre("one"));
  EXPECT_THAT(told(kOther), ElementsAre("two"));
}

TEST_F(ChangedInTheMiddle, WhatTheOldAddressRefusedIsToldTheNewOneAtOnce) {
  limits.retry_backoff_first = limits.retry_backoff_max = 24h;
  endpoints.answers[kUrl] = {.result = AttemptResult::refused, .status = 500, .retry_after = 24h};
  const auto made = hanging_hook();
  happen("one");
  run_until_told(kUrl, 1);
  change(made, move);
  EXPECT_THAT(endpoints.to(kOther), IsEmpty()) << "one attempt at a time";
  endpoints.let_through(kUrl);
  run_until_told(kOther, 1);
  EXPECT_THAT(told(kOther), ElementsAre("one"));
  EXPECT_EQ(id_told(kOther), id_told(kUrl));
}

// The old address said 410, after it had been left: the webhook was disabled, and the new address heard nothing.
TEST_F(ChangedInTheMiddle, TheEndOfTheOldAddressIsNotThatOfTheNewOne) {
  endpoints.answers[kUrl] = {.result = AttemptResult::gone, .status = 410};
  const auto made = hanging_hook();
  happen("one");
  run_until_told(kUrl, 1);
  change(made, move);
  endpoints.let_through(kUrl);
  run_until_told(kOther, 1);
  EXPECT_FALSE(is_disabled(made));
  EXPECT_THAT(told(kOther), ElementsAre("one"));
}

// The same, where the answer comes before the driver hears of the change.
TEST_F(ChangedInTheMiddle, AnAnswerThatOvertakesTheChangeIsOfTheOldAddressToo) {
  endpoints.answers[kUrl] = {.result = AttemptResult::gone, .status = 410};
  const auto made = hanging_hook();
  happen("one");
  run_until_told(kUrl, 1);
  endpoints.let_through(kUrl);
  ASSERT_TRUE(run(webhooks.change(service.id, made.id, move, clock.now())).has_value());
  run_until_told(kOther, 1);
  EXPECT_FALSE(is_disabled(made));
  EXPECT_THAT(told(kOther), ElementsAre("one"));
}

TEST_F(ChangedInTheMiddle, TextsGoToTheAddressForWhichTheyWereJudged) {
  const auto made = hanging_hook([&](Webhook& webhook) {
    webhook.include_text = true;
    webhook.key = key_with(Scope::messages_read);
  });
  endpoints.answers[kUrl] = {.result = AttemptResult::refused, .status = 500};
  send(open({"+12025550142", "+442079460142"}).session.id, "the secret plan");
  run_until([&] { return !endpoints.to(kUrl).empty(); });
  change(made, [](Webhook& webhook) {
    webhook.url = kOther;
    webhook.include_text = false;
  });
  endpoints.let_through(kUrl);
  run_until([&] { return !endpoints.to(kOther).empty(); });
  EXPECT_TRUE(endpoints.to(kUrl)[0].contains(R"("text":"the secret plan")"));
  EXPECT_FALSE(endpoints.to(kOther)[0].contains("the secret plan"));
  EXPECT_EQ(id_told(kOther), id_told(kUrl)) << "the same event";
}

TEST_F(ChangedInTheMiddle, ARightThatIsGivenCountsFromTheNextAttemptOn) {
  const auto reader = key_with(Scope::messages_read);
  const auto made = hanging_hook();
  endpoints.answers[kUrl] = {.result = AttemptResult::refused, .status = 500};
  send(open({"+12025550142", "+442079460142"}).session.id, "the secret plan");
  run_until([&] { return !endpoints.to(kUrl).empty(); });
  change(made, [&](Webhook& webhook) {
    webhook.url = kOther;
    webhook.include_text = true;
    webhook.key = reader;
  });
  endpoints.let_through(kUrl);
  run_until([&] { return !endpoints.to(kOther).empty(); });
  for (const auto& body : endpoints.to(kUrl)) EXPECT_FALSE(body.contains("the secret plan"));
  EXPECT_TRUE(endpoints.to(kOther)[0].contains(R"("text":"the secret plan")"));
}

}  // namespace
}  // namespace bauta
