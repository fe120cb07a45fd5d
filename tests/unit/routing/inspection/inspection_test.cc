#include "routing/inspection/inspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "pool/allocation/route.pb.h"
#include "routing/outbox/erased.h"
#include "routing/outbox/outbox.pb.h"
#include "routing/webhooks/webhooks.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using testing_routing::Conversation;

/// A relay with a bit of everything in its store.
class InspectionTest : public ::testing::Test {
 protected:
  InspectionTest() {
    world.text(Conversation::kA, world.seat_number(0), "hi");
    world.work();
    world.carrier.answers.push_back(SubmitRefused{.code = "carrier.refused", .detail = ""});
    world.text(Conversation::kB, world.seat_number(1), "refused");
    world.work();
    world.carrier.carries_reference = false;
    world.text(Conversation::kB, world.seat_number(1), "with a provider's id");
    world.work();
    world.carrier.answers.push_back(SubmitLater{});
    world.text(Conversation::kA, world.seat_number(0), "put off");
    world.work();
    world.text("+12025550123", world.seat_number(0), "STOP");
    world.work();
    auto named = World::session_of({"+12025550120", "+12025550121"});
    named.unique_name = "stay-8812";
    BAUTA_ASSERT(world.try_open(std::move(named)).has_value());
    world.close(world.open({"+12025550130", "+12025550131"}).session.id);
  }
  using World = testing_routing::World;

  /// What is found, a line each.
  std::string found(InspectionOptions options = {}) {
    const auto inspection = *world.run(inspect(world.store, world.index_key, options));
    std::string lines;
    for (const auto& finding : inspection.findings)
      lines += finding.family + ": " + finding.what + "\n";
    return lines;
  }
  std::vector<KeyedRecord> all(std::string_view family) const {
    std::vector<KeyedRecord> records;
    for (auto& record : world.memory.everything())
      if (family_of(record.key) == family) records.push_back(std::move(record));
    return records;
  }
  void put(const Key& key, std::string value) {
    BAUTA_ASSERT(std::holds_alternative<Committed>(
        world.memory.apply(std::move(Commit().put(key, std::move(value))))));
  }
  void erase(const Key& key) {
    BAUTA_ASSERT(
        std::holds_alternative<Committed>(world.memory.apply(std::move(Commit().erase(key)))));
  }
  const Session& session() const { return world.session.session; }
  Key route_key(std::size_t seat) const {
    return RouteTable::key_of(world.service.id, session().seats[seat].person,
                              session().seats[seat].number);
  }
  template <class T>
  void change(const Key& key, const std::function<void(T&)>& edit) {
    const auto record = *world.run(world.memory.get(key));
    T message;
    BAUTA_ASSERT(record.has_value() && message.ParseFromString(record->value));
    edit(message);
    put(key, message.SerializeAsString());
  }
  /// The delivery that is in this state; there is one.
  Key delivery_in(DeliveryState state) const {
    for (const auto& record : all("dlv"))
      if (decode_delivery(record.record)->value.state == state) return record.key;
    BAUTA_ASSERT(false);
  }

  Conversation world;
};

TEST_F(InspectionTest, AnEntryOfTheAuditLogThatSaysNothingIsFound) {
  Commit commit;
  AuditLog::append(commit, world.service.account,
                   {.action = AuditAction::key_revoked, .at = world.clock.now()},
                   std::chrono::days(400));
  static_cast<void>(world.memory.apply(std::move(commit)));
  EXPECT_EQ(found(), "");
  put(AuditLog::prefix(world.service.account).u64(2), "");
  EXPECT_EQ(found(), "audit: cannot be decoded\n");
}

TEST_F(InspectionTest, AStoreThatARelayWroteIsClean) {
  EXPECT_EQ(found(), "");
  const auto inspection = *world.run(inspect(world.store, world.index_key));
  EXPECT_TRUE(inspection.is_clean());
  EXPECT_EQ(inspection.records_read(), world.memory.everything().size());
  for (const char* family : {"acct", "rt", "nl", "ses", "name", "msg", "sys", "dlv", "dead", "out",
                             "pid", "con", "ring", "number", "ev", "idx", "act", "lanemax"})
    EXPECT_TRUE(inspection.records.contains(family)) << family;
}

TEST_F(InspectionTest, StaysCleanThroughCrashClosureAndErasure) {
  world.carrier.answers.push_back(SubmitUnknown{});
  world.text(Conversation::kA, world.seat_number(0), "whose outcome is not known");
  world.work();
  EXPECT_EQ(found(), "");
  world.crash();
  EXPECT_EQ(found(), "");
  world.close(session().id);
  EXPECT_EQ(found(), "");
  ASSERT_TRUE(world.run(world.desk->erase_session(world.caller, session().id)));
  EXPECT_EQ(found(), "");
  EXPECT_FALSE(all("gone").empty());
  world.clock.advance(std::chrono::days(8));
  world.work();
  EXPECT_EQ(found(), "");
}

TEST_F(InspectionTest, KeysAreShownWithoutAddressesAndTexts) {
  for (const auto& record : world.memory.everything()) {
    if (record.key.octets().starts_with("meta/")) continue;
    const auto shown = describe_key(record.key, world.index_key);
    for (const char* person : {"2025550142", "2079460142", "2025550123", "stay-8812"})
      EXPECT_EQ(shown.find(person), std::string::npos) << shown;
  }
  const auto& seat = session().seats[0];
  EXPECT_THAT(
      describe_key(route_key(0), world.index_key),
      ::testing::MatchesRegex(world.service.id.str() + "/#[0-9a-z]{8}/\\" + seat.number.str()));
  EXPECT_EQ(describe_key(Sessions::key_of(world.service.id, session().id), world.index_key),
            world.service.id.str() + "/" + session().id.str());
  EXPECT_THAT(describe_key(Key("rt").text("+12025550142"), world.index_key),
              ::testing::MatchesRegex("#[0-9a-z]{8}"));
  EXPECT_EQ(family_of(Key::from_octets("+12025550142/x")), "?");
}

/// What is erased of a family that is not named stays readable on the disk until the engine rewrites it by chance.
TEST_F(InspectionTest, EveryFamilyThatHoldsAnAddressOrATextIsPersonal) {
  ASSERT_TRUE(world.run(world.desk->erase_person(
      world.caller, *RealAddress::from_carrier("+12025550121"), std::nullopt)));
  std::set<std::string> holding;
  for (const auto& record : world.memory.everything()) {
    for (const char* word : {"2025550142", "2079460142", "2025550123", "2025550120", "2025550130",
                             "put off", "with a provider's id"}) {
      if (record.record.value.contains(word)) holding.insert(family_of(record.key));
    }
  }
  for (const auto* family : {"msg", "ses", "rt"}) EXPECT_TRUE(holding.contains(family)) << family;
  const auto personal = personal_families();
  for (const auto& family : holding) EXPECT_THAT(personal, ::testing::Contains(family));
  // By their hashes alone these tell who spoke with whom, by which number, and whose opt-out it is.
  EXPECT_THAT(personal, ::testing::IsSupersetOf({"con", "cur", "job", "pair", "who"}));
  EXPECT_THAT(personal, ::testing::Not(::testing::Contains("number")));
}

TEST_F(InspectionTest, APersonalFamilyIsNamedOnceThoughItsKeysHaveTwoShapes) {
  auto personal = personal_families();
  EXPECT_TRUE(std::ranges::is_sorted(personal));
  EXPECT_EQ(std::ranges::adjacent_find(personal), personal.end());
}

TEST_F(InspectionTest, AFamilyThatNobodyKnowsIsFound) {
  put(Key("pigeon").text("coo"), "x");
  put(Key::from_octets("no slash"), "x");
  put(Key("rt").text("short"), "x");
  EXPECT_EQ(found(),
            "?: has a key that no family has\n"
            "pigeon: has a key that no family has\n"
            "rt: has a key that no family has\n");
}

TEST_F(InspectionTest, WhatIsFiledAboutAWebhookIsOfOneThatExists) {
  Webhooks& webhooks = world.desk->webhooks();
  const auto made = *world.run(webhooks.create(
      {.service = world.service.id, .url = "https://example.com"}, 20, world.clock.now()));
  const auto version = world.run(webhooks.find(made.service, made.id))->version;
  ASSERT_TRUE(*world.run(webhooks.file(made, version, {.progress = {}, .attempts = {}})));
  EXPECT_EQ(found(), "");
  put(webhook_key(made.service, made.id), "\xff");
  EXPECT_EQ(found(), "hook: cannot be decoded\n");
  erase(webhook_key(made.service, made.id));
  EXPECT_EQ(found(),
            "hookat: is of a webhook that does not exist\n"
            "hooklog: is of a webhook that does not exist\n");
}

TEST_F(InspectionTest, ARecordThatIsNoneOfItsFamilyIsFound) {
  const auto lane = all("lanemax").front().key;
  put(lane, "\xff\xff\xff");
  EXPECT_EQ(found(), "lanemax: cannot be decoded\n");
}

TEST_F(InspectionTest, ARouteWithoutMirrorIsFound) {
  erase(Key("nl").text(world.seat_number(0)).id(world.service.id).id(session().seats[0].person));
  EXPECT_EQ(found(), "rt: has no mirror\n");
}

TEST_F(InspectionTest, AMirrorThatSaysOtherwiseIsFound) {
  change<pool::LineRecord>(
      Key("nl").text(world.seat_number(0)).id(world.service.id).id(session().seats[0].person),
      [](pool::LineRecord& line) { line.set_state(pool::ROUTE_COOLING); });
  EXPECT_EQ(found(), "rt: is not what its mirror says\n");
}

TEST_F(InspectionTest, AMirrorWithoutRouteAndASeatWithoutRouteAreFound) {
  erase(route_key(0));
  EXPECT_EQ(found(), "nl: is the mirror of a route that does not exist\nses: the seat " +
                         session().seats[0].id.str() + " has no route\n");
}

TEST_F(InspectionTest, ARouteOfAnotherAddressIsFound) {
  change<pool::RouteRecord>(route_key(0),
                            [](pool::RouteRecord& route) { route.set_address("+12025550188"); });
  EXPECT_EQ(found(), "rt: is filed under the hash of another address\n");
}

TEST_F(InspectionTest, ALiveRouteToAnotherSeatIsFound) {
  change<pool::RouteRecord>(route_key(0), [&](pool::RouteRecord& route) {
    route.set_seat(std::string(session().seats[1].id.bytes()));
  });
  EXPECT_EQ(found(), "rt: is live and leads to a seat of another person or number\nses: the seat " +
                         session().seats[0].id.str() + " has a route that leads elsewhere\n");
}

TEST_F(InspectionTest, ALiveRouteToASeatThatIsNotThereIsFound) {
  change<pool::RouteRecord>(route_key(0),
                            [](pool::RouteRecord& route) { route.set_seat("0123456789abcdef"); });
  EXPECT_THAT(found(), ::testing::HasSubstr(
                           "rt: is live and leads to a seat that its session does not have\n"));
}

TEST_F(InspectionTest, ALiveRouteOfAClosedSessionIsFound) {
  const auto key = route_key(0);
  const auto mirror =
      Key("nl").text(world.seat_number(0)).id(world.service.id).id(session().seats[0].person);
  const auto live = *world.run(world.memory.get(key));
  const auto live_mirror = *world.run(world.memory.get(mirror));
  world.close(session().id);
  world.work();
  ASSERT_EQ(found(), "");
  put(key, live->value);
  put(mirror, live_mirror->value);
  EXPECT_EQ(found(), "rt: is live although its session is closed\n");
}

TEST_F(InspectionTest, ARouteThatCoolsUnderALiveSeatIsFound) {
  for (const auto& key :
       {route_key(0),
        Key("nl").text(world.seat_number(0)).id(world.service.id).id(session().seats[0].person)}) {
    // Both records have their state and their time.
    if (family_of(key) == "rt")
      change<pool::RouteRecord>(key, [](auto& route) { route.set_state(pool::ROUTE_COOLING); });
    else
      change<pool::LineRecord>(key, [](auto& line) { line.set_state(pool::ROUTE_COOLING); });
  }
  EXPECT_EQ(found(),
            "ses: the seat " + session().seats[0].id.str() + " has a route that is not live\n");
}

TEST_F(InspectionTest, ASessionThatIsGoneLeavesWhatNamesIt) {
  erase(Sessions::key_of(world.service.id, session().id));
  const auto lines = found();
  EXPECT_THAT(lines,
              ::testing::HasSubstr("act: is the activity of a session that does not exist\n"));
  EXPECT_THAT(lines, ::testing::HasSubstr("idx: lists a session that does not exist\n"));
  EXPECT_THAT(lines, ::testing::HasSubstr("msg: is of a session that does not exist\n"));
  EXPECT_THAT(lines, ::testing::HasSubstr("rt: is live and of a session that does not exist\n"));
}

TEST_F(InspectionTest, ANameThatPointsToNoOpenSessionIsFound) {
  const auto name = all("name").front().key;
  put(name, Sessions::encode_name(session().id));
  EXPECT_EQ(found(),
            "name: is the name of a session that has another one\n"
            "ses: has a name that is filed as another session's\n");
  erase(name);
  EXPECT_EQ(found(), "ses: has a name that is not filed\n");
}

TEST_F(InspectionTest, AnIndexThatSaysOtherwiseIsFound) {
  put(Sessions::index_key(world.service.id, session().id), std::string("\x08\x01", 2));
  EXPECT_EQ(found(), "ses: is listed with another status\n");
  erase(Sessions::index_key(world.service.id, session().id));
  EXPECT_EQ(found(), "ses: is in no list\n");
}

TEST_F(InspectionTest, AnOpenDeliveryThatIsNotInTheWorkLogIsFound) {
  for (const auto& record : all("out")) erase(record.key);
  EXPECT_EQ(found(), "dlv: is open and not in the work log: nobody would ever hand it over\n");
  EXPECT_EQ(found({.open_deliveries_max = 1}),
            "dlv: is open and not in the work log: nobody would ever hand it over\n");
}

TEST_F(InspectionTest, AnOpenDeliveryBelowTheLowWaterMarkIsFound) {
  const auto delivery = delivery_in(DeliveryState::queued);
  const auto number = decode_delivery(**world.run(world.memory.get(delivery)))->value.from;
  records::LowWaterMark mark;
  mark.set_position(1'000);
  put(Key("mark").u64(partition_of(number)), mark.SerializeAsString());
  EXPECT_EQ(found(), "dlv: is open and not in the work log: nobody would ever hand it over\n");
}

TEST_F(InspectionTest, ADeliveryWithoutMessageAndAMessageWithoutDeliveryAreFound) {
  const auto delivery = delivery_in(DeliveryState::failed);
  const auto value = (*world.run(world.memory.get(delivery)))->value;
  const auto read = decode_delivery(**world.run(world.memory.get(delivery)))->value;
  erase(delivery);
  EXPECT_EQ(found(),
            "dead: is of a delivery that does not exist\n"
            "msg: has no delivery to the recipient " +
                read.seat.str() + "\n");
  put(delivery, value);
  erase(message_key(read.service, read.session, read.message));
  EXPECT_EQ(found(), "dlv: is of a message that does not exist\n");
}

TEST_F(InspectionTest, ADeadDeliveryHasItsDeadLetterAndNoOther) {
  const auto letter = all("dead").front();
  erase(letter.key);
  EXPECT_EQ(found(), "dlv: is failed and has no dead letter\n");
  put(letter.key, letter.record.value);
  ASSERT_EQ(found(), "");
  change<records::Delivery>(delivery_in(DeliveryState::failed), [](records::Delivery& delivery) {
    delivery.set_state(static_cast<std::uint32_t>(DeliveryState::delivered));
  });
  EXPECT_EQ(found(), "dlv: is delivered and has a dead letter\n");
  change<records::Delivery>(delivery_in(DeliveryState::delivered), [](records::Delivery& delivery) {
    delivery.set_state(static_cast<std::uint32_t>(DeliveryState::blocked));
  });
  EXPECT_EQ(found(), "dead: says that its delivery ended otherwise than it did\n");
}

TEST_F(InspectionTest, APlaceInARingIsWhatTheNumberSays) {
  const auto place = all("ring").front();
  erase(place.key);
  EXPECT_THAT(found(), ::testing::MatchesRegex("number: has no place in the ring [^\n]+\n"));
  put(place.key, "");
  EXPECT_THAT(found(), ::testing::HasSubstr("ring: cannot be decoded\n"));
  put(place.key, place.record.value);
  put(Inventory::place_key(world.service.id, "any", 7, world.seat_number(0)), place.record.value);
  EXPECT_EQ(found(), "ring: is a place where its number's record does not put it\n");
}

TEST_F(InspectionTest, ANumberThatIsGoneLeavesItsPlaces) {
  erase(Inventory::key_of(World::number(world.seat_number(0))));
  EXPECT_THAT(found(),
              ::testing::HasSubstr("ring: is the place of a number that does not exist\n"));
}

TEST_F(InspectionTest, AProviderIdPointsToADelivery) {
  const auto pid = all("pid").front();
  put(pid.key, encode_provider_id({.delivery = Key("ses").text("x"), .attempt = 1}));
  EXPECT_EQ(found(), "pid: points to something that is no delivery\n");
  const auto delivery = *decode_provider_id(pid.record)->value.delivery;
  put(pid.key, encode_provider_id({.delivery = delivery, .attempt = 9}));
  EXPECT_EQ(found(), "pid: is of an attempt that its delivery has not made\n");
  const auto erased = delivery_key(world.service.id, MessageId(), SeatId());
  put(pid.key, encode_provider_id({.delivery = erased, .attempt = 1}));
  EXPECT_EQ(found(), "");
}

TEST_F(InspectionTest, WhatStaysOfAnErasedDeliveryIsAlone) {
  const auto delivery = decode_delivery(all("dlv").front().record)->value;
  const ErasedDelivery stays{
      .consenting = world.consenter_of(Conversation::kA), .from = delivery.from, .heard_of = {}};
  const auto key = erased_key(delivery.service, delivery.message, delivery.seat);
  put(key, encode_erased(stays));
  EXPECT_EQ(found(), "gone: is what stays of a delivery that is still there\n");
  erase(key);
  put(erased_key(delivery.service, MessageId(), SeatId()), encode_erased(stays));
  EXPECT_EQ(found(), "");
  put(erased_key(delivery.service, MessageId(), SeatId()), "x");
  EXPECT_EQ(found(), "gone: cannot be decoded\n");
}

TEST_F(InspectionTest, AWorkEntryOfAnotherPartitionIsFound) {
  const auto entry = all("out").front();
  const auto lane = decode_work_entry(entry.record)->lane;
  put(Key("out").u64((partition_of(lane.number) + 1) % kPartitions).u64(1'000), entry.record.value);
  EXPECT_EQ(found(), "out: lies in the log of another partition than its number's\n");
}

TEST_F(InspectionTest, PositionsOfALogAreInCommitOrder) {
  const auto events = all("ev");
  put(events.front().key, events.front().record.value);  // rewritten: now newer than what follows
  EXPECT_EQ(found(), "ev: was committed before the entry that stands before it\n");
}

TEST_F(InspectionTest, FindingsBeyondTheLimitAreCounted) {
  for (const auto& record : all("ring")) erase(record.key);
  const auto inspection = *world.run(inspect(world.store, world.index_key, {.findings_max = 2}));
  EXPECT_EQ(inspection.findings.size(), 2U);
  EXPECT_GT(inspection.findings_left_out, 3U);
  EXPECT_FALSE(inspection.is_clean());
}

}  // namespace
}  // namespace bauta
