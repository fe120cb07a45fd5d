#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "routing/webhooks/webhooks.h"
#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_api::Face;

/// What is tried, kept and sent again of a webhook that there is.
class WebhookDeliveriesApi : public testing::Test {
 protected:
  std::string make() {
    face.world.clock.advance(1ms);
    return face.ask("POST", "/api/v1/webhooks", R"({"url":"https://example.com/hook"})")
        .header("Location");
  }
  void happen() {
    face.world.clock.advance(1s);
    Commit commit;
    EventLog::append(
        commit, face.world.service.id,
        EventLog::make(EventType::message_sent, {}, face.world.clock.now(), face.world.random));
    static_cast<void>(face.world.memory.apply(commit));
  }
  Face face;
};

TEST_F(WebhookDeliveriesApi, AreTriedWithATest) {
  const auto path = make();
  const auto tested = face.ask("POST", path + "/test");
  ASSERT_EQ(tested.told(), "200");
  EXPECT_EQ(tested.json["result"], "delivered");
  EXPECT_EQ(tested.json["status"], 204);
  EXPECT_EQ(tested.json["latency_ms"], 7);
  EXPECT_TRUE(tested.json["error"].isNull());
  ASSERT_EQ(face.endpoints.calls.size(), 1U);
  const auto& call = face.endpoints.calls[0];
  EXPECT_EQ(call.url, "https://example.com/hook");
  EXPECT_EQ(call.id, tested.json["event"].asString());
  EXPECT_TRUE(call.signature.starts_with("v1,"));
  EXPECT_EQ(testing_api::json_of(call.body)["type"], "webhook.test");

  face.endpoints.answer = {.result = AttemptResult::timeout, .error = "http.read_timeout"};
  const auto failed = face.ask("POST", path + "/test", "{}");
  EXPECT_EQ(failed.json["result"], "timeout");
  EXPECT_TRUE(failed.json["status"].isNull());
  EXPECT_EQ(failed.json["error"], "http.read_timeout");
  EXPECT_EQ(face.ask("POST", path + "/test", R"({"x":1})").told(),
            "422 field.unknown: /x field.unknown");
}

TEST_F(WebhookDeliveriesApi, AreStampedByTheClockThatOthersCompare) {
  const auto path = make();
  EXPECT_EQ(face.ask("POST", path + "/test").told(), "200");
  decltype(face.world.clock) machine;
  machine.leap(std::chrono::hours(24));
  Router stamped;
  mount_api(stamped, *face.world.desk, face.world.clock, face.world.random,
            {.port = face.endpoints, .stamps = &machine});
  const auto tested = face.world.run(stamped.handle(face.request("POST", path + "/test")));
  EXPECT_EQ(tested.status, 200U);
  ASSERT_EQ(face.endpoints.calls.size(), 2U);
  EXPECT_EQ(face.endpoints.calls[0].timestamp, to_millis(face.world.clock.now()) / 1000);
  const auto& call = face.endpoints.calls[1];
  EXPECT_EQ(call.timestamp, to_millis(machine.now()) / 1000);
  EXPECT_EQ(testing_api::json_of(call.body)["created_at"],
            testing_api::json_of(face.endpoints.calls[0].body)["created_at"])
      << "what it tells is the relay's time";
}

TEST_F(WebhookDeliveriesApi, ShowTheirAttemptsPageByPage) {
  const auto path = make();
  Webhooks& webhooks = face.world.desk->webhooks();
  const auto made = face.world.run(webhooks.all_of(face.world.service.id))->front();
  Webhooks::State state{.progress = {.generation = 1}, .attempts = {}};
  for (int i = 0; i < 5; ++i) {
    state.attempts.add({.type = "message.sent",
                        .attempt = 1,
                        .at = face.world.clock.now(),
                        .answer = {.result = AttemptResult::refused, .status = 500}},
                       50);
  }
  state.progress.open = {{.position = 1, .attempts = 5, .first_failed_at = face.world.clock.now()}};
  const auto version = face.world.run(webhooks.find(made.service, made.id))->version;
  ASSERT_TRUE(*face.world.run(webhooks.file(made, version, state)));
  const auto page = face.ask("GET", path + "/attempts?limit=3");
  ASSERT_EQ(page.json["data"].size(), 3U);
  EXPECT_EQ(page.json["data"][0]["number"], 5);
  EXPECT_EQ(page.json["data"][0]["status"], 500);
  EXPECT_EQ(page.json["data"][0]["result"], "refused");
  const auto rest =
      face.ask("GET", path + "/attempts?limit=3&cursor=" + page.json["next_cursor"].asString());
  ASSERT_EQ(rest.json["data"].size(), 2U);
  EXPECT_EQ(rest.json["data"][1]["number"], 1);
  EXPECT_TRUE(rest.json["next_cursor"].isNull());
  EXPECT_EQ(face.ask("GET", path + "/attempts?cursor=x").told(), "400 cursor.malformed");
  EXPECT_TRUE(face.ask("GET", path).json["failing_since"].isString());
}

TEST_F(WebhookDeliveriesApi, ReplayFromAnEvent) {
  happen();
  happen();
  const auto path = make();
  const auto events = face.ask("GET", "/api/v1/events").json["data"];
  EXPECT_EQ(face.ask("POST", path + "/replay", R"({"from":")" + events[0]["id"].asString() + "\"}")
                .told(),
            "202");
  EXPECT_EQ(
      face.ask("POST", path + "/replay", R"({"from":"evt_00000000000000000000000000"})").told(),
      "404 event.not_found");
  EXPECT_EQ(face.ask("POST", path + "/replay", "{}").told(),
            "422 field.required: /from field.required");
  EXPECT_EQ(face.ask("POST", path + "/replay", R"({"from":"x"})").told(),
            "422 id.malformed: /from id.malformed");
}

}  // namespace
}  // namespace bauta
