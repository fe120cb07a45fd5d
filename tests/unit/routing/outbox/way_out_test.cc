#include "routing/outbox/way_out.h"

#include <gtest/gtest.h>

#include "storage/seal/system_random.h"
#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr TimePoint kNow{1'000'000s};

std::vector<std::string> connections_of(const std::string& own,
                                        std::vector<std::string> fallbacks) {
  Number number{.number = World::number("+12025550177"),
                .service = {},
                .connection = own,
                .reach = {},
                .locality = {},
                .created_at = {}};
  number.fallbacks = std::move(fallbacks);
  return bauta::connections_of(number);
}

/// Came back from `last`, if it is not "".
Delivery text(const std::string& last = "", std::vector<PutOff> put_off = {}) {
  Delivery delivery{.to = World::person("+12025550142"), .from = World::number("+12025550177")};
  delivery.connection = last;
  delivery.put_off = std::move(put_off);
  return delivery;
}

std::string next(const Delivery& delivery, std::vector<WayOut> ways) {
  const auto way = next_way_out(delivery, std::move(ways), kNow);
  const auto wait = std::max(way.free_at, kNow) - kNow;
  return way.connection + " " + std::to_string(wait / 1s);
}

TEST(WayOut, NamesTheNumbersOwnConnectionAndEachFallbackOnce) {
  EXPECT_EQ(connections_of("a", {"b", "a", "c", "b"}), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(connections_of("a", {}), (std::vector<std::string>{"a"}));
}

TEST(WayOut, BeginsWithTheFirstThatIsFree) {
  EXPECT_EQ(next(text(), {{"a"}, {"b"}}), "a 0");
  EXPECT_EQ(next(text(), {{"a", kNow + 1s}, {"b"}, {"c"}}), "b 0");
  // What it was handed to in a life before does not count.
  EXPECT_EQ(next(text("a"), {{"a"}, {"b"}}), "a 0");
}

TEST(WayOut, GoesOnBehindTheOneThatPutItOffAndThenFromTheBeginning) {
  EXPECT_EQ(next(text("a", {{"a", kNow + 9s}}), {{"a", kNow + 9s}, {"b"}, {"c"}}), "b 0");
  EXPECT_EQ(next(text("b", {{"b", kNow + 9s}}), {{"a"}, {"b", kNow + 9s}, {"c"}}), "c 0");
  EXPECT_EQ(next(text("c", {{"c", kNow}}), {{"a"}, {"b"}, {"c"}}), "a 0");
  // It is not named any more.
  EXPECT_EQ(next(text("x", {{"x", kNow + 9s}}), {{"a"}, {"b"}}), "a 0");
}

TEST(WayOut, WaitsForTheOneThatIsFreeFirst) {
  EXPECT_EQ(next(text("b", {{"b", kNow + 3s}}), {{"a", kNow + 9s}, {"b", kNow + 3s}}), "b 3");
  EXPECT_EQ(next(text("b", {{"b", kNow + 9s}}), {{"a", kNow + 3s}, {"b", kNow + 9s}}), "a 3");
  EXPECT_EQ(next(text("a", {{"a", kNow + 3s}}), {{"a", kNow + 3s}}), "a 3");
}

TEST(WayOut, KnowsWhenTheFirstTakesATextThatWasPutOff) {
  const auto delivery = text("b", {{"a", kNow + 9s}, {"b", kNow + 3s}});
  EXPECT_EQ(first_free(delivery, {"a", "b"}, kNow), kNow + 3s);
  EXPECT_EQ(first_free(delivery, {"a", "b", "c"}, kNow), std::nullopt);
  EXPECT_EQ(first_free(delivery, {"a", "b"}, kNow + 3s), std::nullopt);
}

TEST(WayOut, WhatWasSaidOfATextOutlivesARestart) {
  auto written = text("b", {{"a", kNow + 9s}, {"b", kNow + 3s}});
  SystemRandom random;
  written.service = ServiceId::make(1, random);
  written.message = MessageId::make(1, random);
  written.person = PersonHash::make(1, random);
  written.state = DeliveryState::queued;
  const auto read =
      decode_delivery(Record{.value = encode_delivery(written), .version = kAbsent, .expiry = {}});
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->value.put_off.size(), 2U);
  EXPECT_EQ(put_off_until(read->value, "a"), kNow + 9s);
  EXPECT_EQ(put_off_until(read->value, "b"), kNow + 3s);
  EXPECT_EQ(put_off_until(read->value, "c"), TimePoint{});
}

}  // namespace
}  // namespace bauta
