#include "routing/webhooks/progress.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{1'770'000'000s};

Record record_of(std::string value) {
  Record record;
  record.value = std::move(value);
  return record;
}

TEST(WebhookProgress, IsReadAsItWasFiled) {
  const WebhookProgress progress{
      .generation = 3,
      .read_to = 500,
      .open = {{.position = 7, .attempts = 2, .first_failed_at = kNow, .not_before = kNow + 2s},
               {.position = 9},
               {.position = 11, .not_before = kNow + 60s}},
      .paused_until = kNow + 1h};
  const auto read = decode_progress(record_of(encode_progress(progress)));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->generation, 3U);
  EXPECT_EQ(read->read_to, 500U);
  EXPECT_EQ(read->paused_until, kNow + 1h);
  ASSERT_EQ(read->open.size(), 3U);
  EXPECT_EQ(read->open[0].position, 7U);
  EXPECT_EQ(read->open[0].attempts, 2U);
  EXPECT_EQ(read->open[0].first_failed_at, kNow);
  EXPECT_EQ(read->open[0].not_before, kNow + 2s);
  EXPECT_EQ(read->open[1].position, 9U);
  EXPECT_FALSE(read->open[1].first_failed_at.has_value());
  EXPECT_EQ(read->open[2].not_before, kNow + 60s) << "it waits though it was not tried";
  EXPECT_EQ(read->open[2].attempts, 0U);
  EXPECT_EQ(decode_progress(record_of("\xff")).error().code, "storage.corrupt");
}

TEST(WebhookProgress, OfAnotherGenerationBeginsWhereTheWebhookSays) {
  const Webhook webhook{.start = 40, .generation = 2};
  EXPECT_EQ(progress_of(webhook, std::nullopt).read_to, 40U);
  const auto anew = progress_of(
      webhook, WebhookProgress{.generation = 1, .read_to = 90, .open = {{.position = 50}}});
  EXPECT_EQ(anew.read_to, 40U);
  EXPECT_TRUE(anew.open.empty());
  EXPECT_EQ(progress_of(webhook, WebhookProgress{.generation = 2, .read_to = 90}).read_to, 90U);
}

TEST(WebhookProgress, FailuresFromBeforeItWasEnabledAreForgiven) {
  const Webhook webhook{.active_since = kNow};
  const auto progress =
      progress_of(webhook, WebhookProgress{.generation = 1,
                                           .open = {{.position = 1,
                                                     .attempts = 80,
                                                     .first_failed_at = kNow - 72h,
                                                     .not_before = kNow + 1h},
                                                    {.position = 2,
                                                     .attempts = 1,
                                                     .first_failed_at = kNow + 1s,
                                                     .not_before = kNow + 3s}},
                                           .paused_until = kNow + 1h});
  ASSERT_EQ(progress.open.size(), 2U);
  EXPECT_EQ(progress.open[0].position, 1U);
  EXPECT_EQ(progress.open[0].attempts, 0U);
  EXPECT_FALSE(progress.open[0].first_failed_at.has_value());
  EXPECT_EQ(progress.open[1].attempts, 1U);
  EXPECT_EQ(progress.paused_until, TimePoint{});
}

TEST(WebhookAttempts, ManyOfOneKindDoNotPushOutTheOther) {
  WebhookAttempts attempts;
  const auto add = [&](AttemptResult result, unsigned status) {
    attempts.add({.type = "message.sent", .answer = {.result = result, .status = status}}, 2);
  };
  add(AttemptResult::refused, 500);
  for (int i = 0; i < 5; ++i) add(AttemptResult::delivered, 200);
  const auto read = decode_attempts(record_of(encode_attempts(attempts)));
  ASSERT_TRUE(read.has_value());
  const auto shown = read->newest_first();
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[0].number, 6U);
  EXPECT_EQ(shown[1].number, 5U);
  EXPECT_EQ(shown[2].number, 1U);
  EXPECT_EQ(shown[2].answer.status, 500U);
  EXPECT_EQ(shown[2].type, "message.sent");
  EXPECT_EQ(read->last_number, 6U);
}

}  // namespace
}  // namespace bauta
