#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using testing_api::Answered;
using testing_api::Face;

/// The API with limits of its own, for whoever follows its events.
class EventStreamTest : public ::testing::Test {
 protected:
  EventStreamTest() {
    mount_api(router, *face.world.desk, face.world.clock, face.world.random,
              {.port = face.endpoints},
              {.event_streams_max = 3,
               .event_streams_service_max = 2,
               .event_heartbeat = std::chrono::milliseconds(5)});
  }

  HttpResponse follow(std::vector<std::pair<std::string, std::string>> headers = {},
                      const std::string& target = "/api/v1/events") {
    headers.emplace_back("Accept", "text/event-stream");
    return face.world.run(router.handle(face.request("GET", target, "", std::move(headers))));
  }
  std::string next(const HttpResponse& response) {
    return face.world.run(response.stream->next()).value_or("(end)");
  }
  std::string code_of(HttpResponse response) { return Face::read(std::move(response)).told(); }

  Face face;
  Router router;
};

TEST_F(EventStreamTest, TellsWhatHappensFromNowOn) {
  face.world.add({"+12025550177", "+442079460177"});  // two events
  const auto stream = follow();
  EXPECT_EQ(stream.status, 200U);
  EXPECT_EQ(stream.headers.find("Content-Type"), "text/event-stream");
  EXPECT_EQ(next(stream), "retry: 3000\nid: 2\n\n");
  EXPECT_EQ(next(stream), ": still here\n\n");
  face.open();
  EXPECT_THAT(next(stream), MatchesRegex("id: 3\nevent: session.created\ndata: "
                                         "\\{\"created_at\":.*\"sequence\":3,.*\\}\n\n"));
  EXPECT_EQ(next(stream), ": still here\n\n");
}

TEST_F(EventStreamTest, GoesOnBehindTheLastEventSeen) {
  face.world.add({"+12025550177", "+442079460177"});
  const auto stream = follow({{"Last-Event-ID", "1"}});
  EXPECT_EQ(next(stream), "retry: 3000\n\n");
  EXPECT_THAT(next(stream), StartsWith("id: 2\nevent: number.added\n"));
  EXPECT_EQ(next(stream), ": still here\n\n");
  const auto up_to_date = follow({{"Last-Event-ID", "2"}});
  EXPECT_EQ(next(up_to_date), "retry: 3000\n\n");
  EXPECT_EQ(next(up_to_date), ": still here\n\n");
}

TEST_F(EventStreamTest, SaysThatEventsAreMissing) {
  face.world.add({"+12025550177", "+442079460177"});
  face.world.clock.advance(EventLog::kRetention);
  face.world.add({"+12025550178"});
  const auto stream = follow({{"Last-Event-ID", "1"}});
  EXPECT_EQ(next(stream),
            "retry: 3000\nid: 2\nevent: reset\ndata: "
            "{\"next_sequence\":3,\"reason\":\"expired\"}\n\n");
  EXPECT_THAT(next(stream), StartsWith("id: 3\n"));
}

TEST_F(EventStreamTest, SaysThatItDoesNotKnowTheLastEvent) {
  face.world.add({"+12025550177"});
  for (const auto* unknown : {"2", "evt_1", "-1", "99999999999999999999999"}) {
    EXPECT_EQ(next(follow({{"Last-Event-ID", unknown}})),
              "retry: 3000\nid: 1\nevent: reset\ndata: "
              "{\"next_sequence\":null,\"reason\":\"unknown\"}\n\n")
        << unknown;
  }
}

TEST_F(EventStreamTest, TellsAsMuchAsThereIsAPageAtATime) {
  for (int at = 0; at < 120; ++at) face.world.add({"+1202555" + std::to_string(1000 + at)});
  const auto stream = follow({{"Last-Event-ID", "0"}});
  next(stream);
  EXPECT_THAT(next(stream), HasSubstr("\n\nid: 100\n"));
  EXPECT_THAT(next(stream), StartsWith("id: 101\n"));
}

TEST_F(EventStreamTest, EndsWhenItIsAskedTo) {
  const auto stream = follow();
  next(stream);
  stream.stream->end();
  EXPECT_EQ(next(stream), "(end)");
}

TEST_F(EventStreamTest, EndsWithTheKeyThatOpenedIt) {
  const auto secret = face.key({Scope::events_read});
  const auto stream = follow({{"Authorization", "Bearer " + secret}});
  next(stream);
  EXPECT_EQ(next(stream), ": still here\n\n");
  auto& keys = face.world.desk->keys();
  const auto key = face.world.run(keys.authenticate(secret, face.world.clock.now()));
  ASSERT_TRUE(face.world.run(keys.revoke(key->account, key->id)));
  EXPECT_EQ(next(stream), "(end)");
}

// On a service where events came faster than heartbeats, no heartbeat ever came, and a key that was revoked went on reading.
TEST_F(EventStreamTest, EndsWithItsKeyThoughThereIsAlwaysSomethingToSay) {
  Router busy;
  mount_api(busy, *face.world.desk, face.world.clock, face.world.random, {.port = face.endpoints},
            {.event_heartbeat = std::chrono::milliseconds(0)});
  const auto secret = face.key({Scope::events_read});
  const auto stream = face.world.run(busy.handle(
      face.request("GET", "/api/v1/events", "",
                   {{"Accept", "text/event-stream"}, {"Authorization", "Bearer " + secret}})));
  next(stream);
  face.world.add({"+12025550177"});
  EXPECT_THAT(next(stream), StartsWith("id: 1\nevent: number.added\n"));
  auto& keys = face.world.desk->keys();
  const auto key = face.world.run(keys.authenticate(secret, face.world.clock.now()));
  ASSERT_TRUE(face.world.run(keys.revoke(key->account, key->id)));
  face.world.add({"+12025550178"});
  EXPECT_EQ(next(stream), "(end)");
}

TEST_F(EventStreamTest, TellsNothingOfAnotherService) {
  ASSERT_EQ(face.ask("POST", "/api/v1/services", R"({"name":"other"})").status, 201U);
  const auto other = follow({{"Bauta-Service", "other"}});
  next(other);
  face.world.add({"+12025550177"});
  EXPECT_EQ(next(other), ": still here\n\n");
}

TEST_F(EventStreamTest, IsRefusedBeyondTheLimits) {
  ASSERT_EQ(face.ask("POST", "/api/v1/services", R"({"name":"other"})").status, 201U);
  const auto first = follow();
  auto second = follow();
  EXPECT_EQ(code_of(follow()), "429 rate.limited");
  const auto third = follow({{"Bauta-Service", "other"}});
  EXPECT_EQ(third.status, 200U);
  EXPECT_EQ(code_of(follow({{"Bauta-Service", "other"}})), "503 overloaded");
  second = {};
  EXPECT_EQ(follow().status, 200U);
}

TEST_F(EventStreamTest, TakesNoParametersAndNeedsTheScope) {
  EXPECT_EQ(code_of(follow({}, "/api/v1/events?limit=3")),
            "422 field.unknown: /limit field.unknown");
  EXPECT_EQ(code_of(follow({{"Authorization", "Bearer " + face.key({Scope::numbers_read})}})),
            "403 auth.scope_missing");
}

}  // namespace
}  // namespace bauta
