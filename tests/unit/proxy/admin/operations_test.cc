#include "proxy/admin/operations.h"

#include <gtest/gtest.h>
#include <json/value.h>

#include <string>

namespace bauta {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kNow{milliseconds(1'772'366'400'000)};  // 2026-03-01T12:00:00Z

class OperationsTest : public ::testing::Test {
 protected:
  Json::Value shown() {
    return operations_json({.samples = metrics.samples(),
                            .now = kNow,
                            .failing = {},
                            .warnings = {},
                            .clock = std::nullopt,
                            .connections = {"spare", "twilio"},
                            .store_bytes = std::nullopt});
  }
  std::string connections() {
    std::string lines;
    for (const auto& one : shown()["connections"]) {
      lines += one["name"].asString() + ": " + one["sent"].asString() + " sent, " +
               one["waiting"].asString() + " waiting, " +
               one["last_trouble"].get("outcome", "no trouble").asString() + "\n";
    }
    return lines;
  }

  metrics::Instruments metrics{"0.1.0", "abc"};
};

TEST_F(OperationsTest, CountsATextOnceOnEachOfItsWays) {
  metrics.text_in("twilio", "relayed");
  metrics.text_in("twilio", "duplicate");
  metrics.text_in("twilio", "bad_signature");
  metrics.text_out("twilio", "later");
  metrics.text_out("twilio", "accepted");
  metrics.text_out("twilio", "delivered");
  metrics.text_out("twilio", "refused");
  metrics.text_out("twilio", "failed");
  metrics.dead_letter("carrier.refused");
  const auto texts = shown()["texts"];
  EXPECT_EQ(texts["accepted"].asInt(), 1);
  EXPECT_EQ(texts["sent"].asInt(), 1);
  EXPECT_EQ(texts["delivered"].asInt(), 1);
  EXPECT_EQ(texts["failed"].asInt(), 1) << "an attempt that was refused and its end are one text";
  EXPECT_EQ(shown()["dead_letters"][0]["code"].asString(), "carrier.refused");
  EXPECT_EQ(shown()["dead_letters"][0]["count"].asInt(), 1);
}

TEST_F(OperationsTest, NamesEveryConnectionThatIsConfiguredOrWaitedFor) {
  EXPECT_EQ(connections(),
            "spare: 0 sent, 0 waiting, no trouble\ntwilio: 0 sent, 0 waiting, no trouble\n");
  metrics.text_out("twilio", "accepted");
  metrics.text_out("twilio", "later");
  metrics.waiting("twilio", 3, seconds(70));
  metrics.waiting("gone", 1, seconds(7));
  EXPECT_EQ(connections(),
            "gone: 0 sent, 1 waiting, no trouble\nspare: 0 sent, 0 waiting, no trouble\n"
            "twilio: 1 sent, 3 waiting, later\n");
  metrics.waiting("gone", 0, seconds(0));
  EXPECT_EQ(shown()["connections"].size(), 2U);
}

TEST_F(OperationsTest, TheLastTroubleIsTheLatest) {
  const auto trouble = [](const char* outcome, double at) {
    return metrics::Sample{.name = "bauta_trouble_timestamp_seconds",
                           .labels = {{"connection", "twilio"}, {"outcome", outcome}},
                           .value = at};
  };
  const auto json = operations_json(
      {.samples = {trouble("refused", 100), trouble("unknown", 300), trouble("later", 200)},
       .now = kNow,
       .failing = {},
       .warnings = {},
       .clock = std::nullopt,
       .connections = {"twilio"},
       .store_bytes = std::nullopt});
  const auto& last = json["connections"][0]["last_trouble"];
  EXPECT_EQ(last["outcome"].asString(), "unknown");
  EXPECT_EQ(last["at"].asString(), "1970-01-01T00:05:00.000Z");
}

TEST_F(OperationsTest, AddsWhatTheThreadsOwnAndTakesTheOldest) {
  metrics.webhooks("0", "down", 2);
  metrics.webhooks("1", "down", 1);
  metrics.webhook_oldest("0", seconds(8));
  metrics.webhook_oldest("1", seconds(80));
  metrics.lane_texts_changed(5);
  metrics.lane_oldest("0", seconds(7));
  metrics.lane_oldest("1", seconds(3));
  metrics.sessions("open", 4);
  metrics.sessions("closed", 40);
  const auto json = shown();
  EXPECT_EQ(json["webhooks"]["down"].asInt(), 3);
  EXPECT_EQ(json["webhooks"]["oldest_seconds"].asDouble(), 80);
  EXPECT_EQ(json["waiting"]["texts"].asInt(), 5);
  EXPECT_EQ(json["waiting"]["oldest_seconds"].asDouble(), 7);
  EXPECT_EQ(json["sessions"]["open"].asInt(), 4);
}

TEST_F(OperationsTest, OfRefusalsOnlyThoseForWantOfANumberAreThePools) {
  metrics.refused("pool.exhausted");
  metrics.refused("session.ended");
  ASSERT_EQ(shown()["pool_refusals"].size(), 1U);
  EXPECT_EQ(shown()["pool_refusals"][0]["code"].asString(), "pool.exhausted");
}

TEST_F(OperationsTest, SaysWhatRunsAndWhatTheStoreIsLike) {
  metrics.store_disk(5'000, 256, true);
  metrics.commit_done("committed");
  metrics.commit_done("conflict");
  const auto json = shown();
  EXPECT_EQ(json["version"].asString(), "0.1.0");
  EXPECT_EQ(json["now"].asString(), "2026-03-01T12:00:00.000Z");
  EXPECT_TRUE(json["store"]["bytes"].isNull());
  EXPECT_EQ(json["store"]["free_bytes"].asInt(), 5'000);
  EXPECT_TRUE(json["store"]["full"].asBool());
  EXPECT_EQ(json["store"]["commits"].asInt(), 1);
  EXPECT_GT(json["process"]["open_files_max"].asInt64(), 0);
}

}  // namespace
}  // namespace bauta
