#include "pool/inventory/inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/pool/world/world.h"

namespace bauta {
namespace {

using testing_pool::World;

std::string shown(const Number& number) {
  std::string text = number.number.str() + " " + std::string(number_status_name(number.status)) +
                     " " + number.connection;
  for (const auto* words : {&number.fallbacks, &number.capabilities, &number.reach, &number.tags}) {
    text += " [";
    for (const auto& word : *words) text += word + ",";
    text += "]";
  }
  return text + " " + std::to_string(number.rate_per_second) + " " + number.locality.country + "/" +
         number.locality.area_code + "/" + number.locality.region + " " +
         std::to_string(number.rank) + " " + std::to_string(to_millis(number.created_at)) +
         number.unknown_fields;
}

/// The numbers of a ring, in its order.
std::vector<std::string> ring(World& world, const std::string& name) {
  std::vector<std::string> numbers;
  const auto page =
      world.run(world.store.scan(ScanRequest::prefix(Inventory::ring_key(world.service, name))));
  for (const auto& record : page->records) {
    const auto place = Inventory::read_place(record.key);
    const auto terms = Inventory::decode_terms(record.record.value);
    numbers.push_back(place->number.str() + " " + std::string(number_status_name(terms->status)));
  }
  return numbers;
}

std::vector<std::string> listed(World& world, std::uint32_t limit,
                                const std::function<bool(const Number&)>& filter = {}) {
  std::vector<std::string> pages;
  std::optional<Key> after;
  do {
    const auto page = world.run(world.inventory.list(world.service, after, limit, filter));
    std::string text;
    for (const auto& number : page->numbers) text += number.value.number.str().substr(8) + " ";
    pages.push_back(text);
    after = page->next;
  } while (after);
  return pages;
}

TEST(Inventory, ANumberReadsBackAsItWasWritten) {
  World world;
  Number number = world.describe("+12025550101");
  number.status = NumberStatus::reserved;
  number.fallbacks = {"telnyx", "smpp"};
  number.capabilities = {"sms", "mms"};
  number.tags = {"vip"};
  number.rate_per_second = 0.5;
  world.add(number);
  EXPECT_EQ(shown(world.find(number.number)->value), shown(number));
  EXPECT_FALSE(world.find(World::number("+12025550102")));
}

TEST(Inventory, ANumberIsAddedOnceByWhateverService) {
  World world;
  world.add({"+12025550101"});
  Number other = world.describe("+12025550101");
  other.service = ServiceId::make(2, world.random);
  Commit commit;
  Inventory::add(commit, other);
  EXPECT_FALSE(world.commit(std::move(commit)));
}

TEST(Inventory, ANumberStandsInEveryRingOfItsLocality) {
  World world;
  world.add({"+12025550101", "+442079460101"});
  for (const char* name : {"area/1/202", "region/US/Washington D.C.", "country/US"}) {
    EXPECT_THAT(ring(world, name), testing::ElementsAre("+12025550101 active")) << name;
  }
  EXPECT_EQ(ring(world, "any").size(), 2U);
  world.change("+12025550101", [](Number& number) { number.status = NumberStatus::draining; });
  EXPECT_THAT(ring(world, "area/1/202"), testing::ElementsAre("+12025550101 draining"));
  Commit commit;
  Inventory::remove(commit, *world.find(World::number("+12025550101")));
  EXPECT_TRUE(world.commit(std::move(commit)));
  EXPECT_FALSE(world.find(World::number("+12025550101")));
  for (const char* name : {"area/1/202", "region/US/Washington D.C.", "country/US"}) {
    EXPECT_THAT(ring(world, name), testing::IsEmpty()) << name;
  }
  EXPECT_THAT(ring(world, "any"), testing::ElementsAre("+442079460101 active"));
}

TEST(Inventory, AChangeExpectsWhatWasRead) {
  World world;
  world.add({"+12025550101"});
  const auto was = world.find(World::number("+12025550101"));
  world.change("+12025550101", [](Number& number) { number.tags = {"new"}; });
  Number late = was->value;
  late.status = NumberStatus::draining;
  Commit commit;
  Inventory::change(commit, *was, late);
  EXPECT_FALSE(world.commit(std::move(commit)));
  EXPECT_EQ(world.find(World::number("+12025550101"))->value.status, NumberStatus::active);
}

TEST(Inventory, AChangeThatNoRingTellsWritesNoRing) {
  World world;
  world.add({"+12025550101"});
  const auto was = world.find(World::number("+12025550101"));
  Number now = was->value;
  now.tags = {"new"};
  Commit commit;
  Inventory::change(commit, *was, now);
  EXPECT_EQ(commit.puts.size(), 1U);
  now.reach.push_back("MX");
  Commit further;
  Inventory::change(further, *was, now);
  EXPECT_EQ(further.puts.size(), 5U);
}

TEST(Inventory, ListsPageByPageInRingOrder) {
  World world;
  EXPECT_THAT(listed(world, 2), testing::ElementsAre(""));
  for (std::uint64_t rank = 0; rank < 5; ++rank) {
    Number number = world.describe("+1202555010" + std::to_string(rank));
    number.rank = 5 - rank;
    world.add(number);
  }
  EXPECT_THAT(listed(world, 10), testing::ElementsAre("0104 0103 0102 0101 0100 "));
  EXPECT_THAT(listed(world, 5), testing::ElementsAre("0104 0103 0102 0101 0100 "));
  EXPECT_THAT(listed(world, 2), testing::ElementsAre("0104 0103 ", "0102 0101 ", "0100 "));
  const auto odd = [](const Number& number) { return number.rank % 2 == 1; };
  EXPECT_THAT(listed(world, 2, odd), testing::ElementsAre("0104 0102 ", "0100 "));
  EXPECT_THAT(listed(world, 1, odd), testing::ElementsAre("0104 ", "0102 ", "0100 "));
  EXPECT_THAT(listed(world, 3, [](const Number&) { return false; }), testing::ElementsAre(""));
}

TEST(Inventory, KnowsItsOwnNumbersWhateverTheChannel) {
  World world;
  world.add({"+12025550101"});
  const auto version = world.find(World::number("+12025550101"))->version;
  const auto version_of = [&](const std::string& address) {
    return *world.run(world.inventory.version_of_address(*RealAddress::from_carrier(address)));
  };
  EXPECT_EQ(version_of("+12025550101"), version);
  EXPECT_EQ(version_of("whatsapp:+12025550101"), version);
  EXPECT_EQ(version_of("+12025550102"), kAbsent);
  EXPECT_EQ(version_of("messenger:12025550101"), kAbsent);
  EXPECT_EQ(version_of("INFO"), kAbsent);
}

TEST(Inventory, WhatALaterVersionWroteSurvivesARewrite) {
  World world;
  world.add({"+12025550101"});
  auto record = *world.run(world.store.get(Inventory::key_of(World::number("+12025550101"))));
  record->value += std::string("\xa2\x06\x05later", 8);  // field 100, which nobody here knows
  auto number = decode_number(*record);
  ASSERT_TRUE(number);
  Number now = number->value;
  now.tags = {"new"};
  Commit commit;
  commit.put(Inventory::key_of(now.number), record->value);
  ASSERT_TRUE(world.commit(std::move(commit)));
  world.change("+12025550101", [](Number& changed) { changed.tags = {"new"}; });
  EXPECT_THAT(world.run(world.store.get(Inventory::key_of(now.number)))->value().value,
              testing::HasSubstr("later"));
}

TEST(Inventory, ARecordThatCannotBeReadIsCorrupt) {
  for (const std::string& value : {std::string("\xff\xff"), std::string()}) {
    const auto number = decode_number(Record{value, kAbsent, std::nullopt});
    ASSERT_FALSE(number);
    EXPECT_EQ(number.error().code, "storage.corrupt");
  }
}

}  // namespace
}  // namespace bauta
