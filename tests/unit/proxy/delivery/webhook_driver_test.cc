#include "proxy/delivery/webhook_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/delivery/driving/webhook_driving.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_delivery::kOther;
using testing_delivery::kUrl;
using testing_delivery::WebhookDriving;

using NeverLoseEvents = WebhookDriving;

TEST_F(WebhookDriving, TellsWhatHappenedBeforeAndAfterItsStart) {
  happen("before there was a webhook");
  hook(kUrl);
  const auto first = happen("one");
  happen("not wanted", 'a', EventType::session_closed);
  drive();
  run_until_told(kUrl, 1);
  const auto second = happen("two");
  run_until_told(kUrl, 2);
  EXPECT_THAT(told(kUrl), ElementsAre("one", "two"));
  EXPECT_EQ(endpoints.calls[0].id, first.str());
  EXPECT_EQ(endpoints.calls[1].id, second.str());
  EXPECT_EQ(endpoints.calls[0].timestamp, to_millis(clock.now()) / 1000);
  EXPECT_TRUE(endpoints.calls[0].signature.starts_with("v1,"));
}

TEST_F(WebhookDriving, TakesUpWebhooksThatAreMadeChangedAndDeleted) {
  drive();
  const auto made = hook(kUrl);
  happen("one");
  run_until_told(kUrl, 1);
  static_cast<void>(run(webhooks.change(
      service.id, made.id, [](Webhook& webhook) { webhook.url = kOther; }, clock.now())));
  poll();
  happen("two");
  run_until_told(kOther, 1);
  ASSERT_TRUE(run(webhooks.remove(service.id, made.id)).has_value());
  poll();
  happen("three");
  poll();
  EXPECT_THAT(told(kUrl), ElementsAre("one"));
  EXPECT_THAT(told(kOther), ElementsAre("two"));
}

TEST_F(WebhookDriving, OneThatHangsDelaysNoOther) {
  endpoints.hanging = {kOther};
  hook(kOther);
  hook(kUrl);
  drive();
  for (int i = 0; i < 30; ++i) happen("x", static_cast<char>('a' + i));
  run_until_told(kUrl, 30);
  EXPECT_EQ(endpoints.to(kOther).size(), limits.in_flight_max);
}

TEST_F(WebhookDriving, ASessionThatIsHeldUpDelaysNoOther) {
  hook(kUrl);
  endpoints.hanging = {kUrl};
  drive();
  happen("a1", 'a');
  happen("a2", 'a');
  happen("b1", 'b');
  run_until_told(kUrl, 2);
  EXPECT_THAT(told(kUrl), ElementsAre("a1", "b1"));
  endpoints.let_through(kUrl);
  run_until_told(kUrl, 3);
  EXPECT_THAT(told(kUrl), ElementsAre("a1", "b1", "a2"));
}

TEST_F(WebhookDriving, TriesAgainWithTheSameIdAndTheSameBody) {
  hook(kUrl);
  endpoints.answers[kUrl] = {.result = AttemptResult::refused, .status = 500};
  drive();
  happen("again");
  run_until_told(kUrl, 1);
  clock.advance(30ms);
  run_until([&] { return endpoints.calls.size() == 2; });
  endpoints.answers.clear();
  clock.advance(60ms);
  run_until([&] { return endpoints.calls.size() == 3; });
  clock.advance(1h);
  poll();
  ASSERT_EQ(endpoints.calls.size(), 3U);
  EXPECT_EQ(endpoints.calls[0].id, endpoints.calls[2].id);
  EXPECT_EQ(endpoints.calls[0].body, endpoints.calls[2].body);
}

TEST_F(NeverLoseEvents, ACrashRepeatsWhatWasNotFiledAndLosesNothing) {
  const auto made = hook(kUrl);
  endpoints.hanging = {kUrl};
  happen("one", 'a');
  happen("two", 'b');
  drive();
  run_until_told(kUrl, 2);
  crash();
  endpoints.calls.clear();
  endpoints.hanging.clear();
  drive();
  run_until_told(kUrl, 2);
  EXPECT_THAT(told(kUrl), ElementsAre("one", "two"));
  run_until([&] { return state(made).progress.read_to == 2; });
  crash();
  endpoints.calls.clear();
  happen("three");
  drive();
  run_until_told(kUrl, 1);
  EXPECT_THAT(told(kUrl), ElementsAre("three")) << "what was filed is not told again";
}

TEST_F(NeverLoseEvents, ADrainFilesWhatWasSettled) {
  const auto made = hook(kUrl);
  drive();
  happen("one");
  run_until_told(kUrl, 1);
  EXPECT_EQ(finish(driver->drain(10s)), 0U);
  EXPECT_EQ(state(made).progress.read_to, 1U);
  EXPECT_TRUE(state(made).progress.open.empty());
  ASSERT_EQ(state(made).attempts.delivered.size(), 1U);
  EXPECT_EQ(state(made).attempts.delivered[0].attempt, 1U);
  EXPECT_EQ(state(made).attempts.delivered[0].answer.status, 200U);
  happen("two");
  poll();
  EXPECT_THAT(told(kUrl), ElementsAre("one"));
}

TEST_F(NeverLoseEvents, ADrainWaitsForOneThatHangsOnlySoLong) {
  const auto made = hook(kUrl);
  endpoints.hanging = {kUrl};
  drive();
  happen("one");
  run_until_told(kUrl, 1);
  EXPECT_EQ(finish(driver->drain(20ms)), 1U);
  ASSERT_EQ(state(made).progress.open.size(), 1U);
  endpoints.let_through(kUrl);
}

TEST_F(WebhookDriving, AnEndpointThatIsGoneIsDisabledAndTheOthersHearOfIt) {
  const auto gone = hook(kUrl);
  hook(kOther);
  endpoints.answers[kUrl] = {.result = AttemptResult::gone, .status = 410};
  drive();
  happen("one");
  run_until([&] { return is_disabled(gone); });
  run_until_told(kOther, 2);
  EXPECT_TRUE(endpoints.to(kOther)[1].contains(R"("type":"webhook.disabled")"));
  EXPECT_TRUE(endpoints.to(kOther)[1].contains(R"("reason":"gone")"));
  happen("two");
  clock.advance(1h);
  run_until_told(kOther, 3);
  EXPECT_THAT(told(kUrl), ElementsAre("one"));

  endpoints.answers.clear();
  static_cast<void>(run(webhooks.enable(service.id, gone.id, clock.now())));
  run_until_told(kUrl, 4);
  EXPECT_EQ(told(kUrl)[1], "one") << "it goes on where it stopped";
  EXPECT_TRUE(told(kUrl)[2].contains("webhook.disabled")) << "which is of no session";
  EXPECT_EQ(told(kUrl)[3], "two");
}

TEST_F(WebhookDriving, OneThatRefusesForThreeDaysIsDisabled) {
  const auto made = hook(kUrl);
  endpoints.answers[kUrl] = {.result = AttemptResult::unreachable, .error = "http.connect_failed"};
  drive();
  happen("one");
  run_until_told(kUrl, 1);
  EXPECT_FALSE(is_disabled(made));
  clock.advance(72h);
  run_until([&] { return is_disabled(made); });
  EXPECT_EQ(run(webhooks.find(service.id, made.id))->value.disabled->reason,
            DisabledBecause::failing);
  EXPECT_EQ(log("webhook"), "webhook.disabled(failing)");
  EXPECT_EQ(state(made).attempts.failed.back().answer.error, "http.connect_failed");
}

TEST_F(WebhookDriving, AReplayTellsEverythingAgainFromThere) {
  const auto made = hook(kUrl);
  drive();
  happen("one");
  const auto second = happen("two");
  happen("three");
  run_until_told(kUrl, 3);
  static_cast<void>(run(webhooks.replay(service.id, made.id, second, clock.now())));
  run_until_told(kUrl, 5);
  EXPECT_THAT(told(kUrl), ElementsAre("one", "two", "three", "two", "three"));
  run_until([&] { return state(made).progress.read_to == 3; });
}

TEST_F(WebhookDriving, AReplayOfARangeTellsItAgainAndGoesOnWhereItWas) {
  const auto made = hook(kUrl);
  drive();
  const auto first = happen("one");
  const auto second = happen("two");
  happen("three");
  run_until_told(kUrl, 3);
  run_until([&] { return state(made).progress.read_to == 3; });
  static_cast<void>(run(webhooks.replay_range(service.id, made.id, first, second, clock.now())));
  run_until_told(kUrl, 5);
  happen("four");
  run_until_told(kUrl, 6);
  EXPECT_THAT(told(kUrl), ElementsAre("one", "two", "three", "one", "two", "four"));
  const auto again = run(webhooks.find(service.id, made.id))->value;
  run_until([&] {
    const auto progress = state(again).progress;
    return progress.read_to == 4 && progress.open.empty();
  });
}

TEST_F(WebhookDriving, TellsTextsOnlyToWhoMayReadThem) {
  add({"+12025550177", "+442079460177"});
  const auto key_with = [&](Scope scope) {
    ApiKey key;
    key.account = service.account;
    key.scopes = {scope};
    key.created_at = clock.now();
    return run(desk->keys().create(std::move(key), random))->key.id;
  };
  const auto reader = key_with(Scope::messages_read);
  hook(kUrl, [&](Webhook& webhook) {
    webhook.include_text = true;
    webhook.key = reader;
  });
  hook(kOther, [&](Webhook& webhook) {
    webhook.include_text = true;
    webhook.key = key_with(Scope::webhooks_write);
  });
  drive();
  send(open({"+12025550142", "+442079460142"}).session.id, "the secret plan");
  run_until([&] { return !endpoints.to(kUrl).empty() && !endpoints.to(kOther).empty(); });
  EXPECT_TRUE(endpoints.to(kUrl)[0].contains(R"("text":"the secret plan")"));
  EXPECT_FALSE(endpoints.to(kOther)[0].contains("text\""));
}

TEST_F(WebhookDriving, SignsWithBothSecretsWhileTheyOverlap) {
  const auto made = hook(kUrl);
  drive();
  static_cast<void>(run(webhooks.rotate(service.id, made.id, 24h, clock.now())));
  poll();
  happen("one");
  run_until_told(kUrl, 1);
  clock.advance(24h);
  happen("two");
  run_until_told(kUrl, 2);
  const auto count = [](const std::string& all) { return std::ranges::count(all, ','); };
  EXPECT_EQ(count(endpoints.calls[0].signature), 2);
  EXPECT_EQ(count(endpoints.calls[1].signature), 1);
}

TEST_F(WebhookDriving, DrivesItsOwnWebhooksOnly) {
  const auto made = hook(kUrl);
  const auto own = static_cast<unsigned>(std::hash<WebhookId>{}(made.id) % 2);
  for (const unsigned owner : {1 - own, own}) {
    driver.emplace(loop.get_executor(),
                   WebhookDriverOptions{.owner = owner, .owners = 2, .look_interval = 1h},
                   WebhookParts{memory, webhooks, desk->keys(), clock, random, metrics, endpoints});
    driver->start();
    happen("one");
    poll();
    if (owner != own) {
      EXPECT_THAT(endpoints.calls, IsEmpty());
    }
  }
  run_until_told(kUrl, 2);
}

}  // namespace
}  // namespace bauta
