#include "routing/desk/carrier_teller.h"

#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr auto kV1 = "+12025550177";
constexpr auto kV2 = "+442079460177";

/// A world whose carriers come and go without texts.
class TellOfCarriers : public ::testing::Test, public World {
 protected:
  TellOfCarriers() {
    add({kV1});
    begin_anew();
  }

  /// As after a restart.
  void begin_anew() {
    parts.breakers = std::make_shared<Breakers>(metrics, parts.limits.breaker);
    restart();
  }
  void settle(const std::string& connection, const SubmitOutcome& outcome) {
    // Far enough ahead for any pause to be over.
    auto passage = parts.breakers->let_through(connection, clock.steady() + 24h);
    ASSERT_TRUE(passage.has_value());
    parts.breakers->settle(*std::move(passage), outcome, {clock.steady(), clock.now()}, random);
  }
  void goes_down(const std::string& connection = "twilio") {
    for (std::uint32_t i = 0; i < parts.limits.breaker.failures; ++i)
      settle(connection,
             SubmitLater{
                 .code = "http.connect_failed", .retry_after = std::nullopt, .link_failed = true});
  }
  void comes_back(const std::string& connection = "twilio") {
    settle(connection, SubmitAccepted{{"SM1"}});
  }
  /// "carrier.down connection=twilio code=… since=…", all of a service.
  std::string told(ServiceId of) {
    std::string all;
    for (const Event& event : run(events.after(of, 0, 1000))->events) {
      const auto type = event_type_name(event.type);
      if (!type.starts_with("carrier.")) continue;
      all += (all.empty() ? "" : "|") + std::string(type);
      for (const auto& [name, value] : event.data) all += " " + name + "=" + value;
    }
    return all;
  }
  std::string told() { return told(service.id); }
};

constexpr auto kDown =
    "carrier.down connection=twilio code=http.connect_failed since=2026-03-01T00:00:00Z";

TEST_F(TellOfCarriers, EachTransitionIsToldOnce) {
  goes_down();
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), kDown);
  clock.advance(95s);
  comes_back();
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), std::string(kDown) +
                        "|carrier.up connection=twilio code=http.connect_failed "
                        "since=2026-03-01T00:00:00Z down_seconds=95");
}

TEST_F(TellOfCarriers, OnlyToServicesWhoseNumbersLeaveByItFirst) {
  const auto other =
      *run(desk->accounts().ensure_with_service("acme", "quay", clock.now(), random));
  const Caller elsewhere{.key = caller.key, .service = other};
  ASSERT_TRUE(run(desk->add_number(
      elsewhere, {.number = number(kV2), .connection = "vonage", .fallbacks = {"twilio"}}, {})));
  goes_down();
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), kDown);
  EXPECT_EQ(told(other.id), "");
  goes_down("vonage");
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), kDown);
  EXPECT_EQ(told(other.id),
            "carrier.down connection=vonage code=http.connect_failed since=2026-03-01T00:00:00Z");
}

TEST_F(TellOfCarriers, AStoreThatFailsLosesNoneAndDoublesNone) {
  goes_down();
  clock.advance(95s);
  comes_back();
  store.unknown_commits = 1;
  store.unknown_are_written = false;
  EXPECT_FALSE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), "");
  // Written, and nobody is told that it was: its witness says so.
  store.unknown_commits = 1;
  store.unknown_are_written = true;
  EXPECT_TRUE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), std::string(kDown) +
                        "|carrier.up connection=twilio code=http.connect_failed "
                        "since=2026-03-01T00:00:00Z down_seconds=95");
}

TEST_F(TellOfCarriers, ItsReturnIsToldAfterARestartToo) {
  goes_down();
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  begin_anew();
  ASSERT_TRUE(run(desk->recall_carriers()));
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), kDown) << "it is told of as down already";
  clock.advance(10s);
  // The first text is a probe.
  comes_back();
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  EXPECT_EQ(told(), std::string(kDown) +
                        "|carrier.up connection=twilio code=http.connect_failed "
                        "since=2026-03-01T00:00:00Z down_seconds=10");
  begin_anew();
  ASSERT_TRUE(run(desk->recall_carriers()));
  EXPECT_FALSE(parts.breakers->find("twilio", {clock.steady(), clock.now()}));
}

TEST_F(TellOfCarriers, AConnectionThatIsNotConfiguredAnyMoreIsForgotten) {
  goes_down("pigeon");
  ASSERT_TRUE(run(desk->tell_of_carriers()));
  ASSERT_TRUE(holds("pigeon"));
  begin_anew();
  ASSERT_TRUE(run(desk->recall_carriers()));
  EXPECT_FALSE(parts.breakers->find("pigeon", {clock.steady(), clock.now()}));
  EXPECT_FALSE(holds("pigeon"));
}

}  // namespace
}  // namespace bauta
