#include "storage/rocksdb/known_versions.h"

#include <gtest/gtest.h>

#include <string>

namespace bauta {
namespace {

constexpr TimePoint kNow{Duration{1'000}};
constexpr std::uint64_t kBegan = 1;

KnownVersions::Known at(std::uint64_t version, std::optional<TimePoint> expiry = {}) {
  return {.version = Version{version}, .expiry = expiry};
}

std::string told(const KnownVersions& known, TimePoint now = kNow) {
  const auto record = known.recall("key", now);
  if (!record) return "not known";
  return *record ? (*record)->value : "absent";
}

TEST(KnownVersions, TellsAValueOnlyOnceItIsPublished) {
  KnownVersions known(1'000);
  known.publish(kBegan);
  known.note_read("key", at(1), kBegan, "old");
  EXPECT_EQ(told(known), "old");
  known.note_write("key", at(2), 2, "new");
  EXPECT_EQ(told(known), "not known");
  known.publish(2);
  EXPECT_EQ(told(known), "new");
}

TEST(KnownVersions, TakesNoValueForThatOfANewerWrite) {
  KnownVersions known(1'000);
  known.publish(kBegan);
  known.note_write("key", at(2), 2);
  known.note_read("key", at(1), kBegan, "old");
  known.publish(2);
  EXPECT_EQ(told(known), "not known");
  known.note_read("key", at(2), 2, "new");
  EXPECT_EQ(told(known), "new");
}

TEST(KnownVersions, TellsWhatIsErasedOrExpiredAsAbsent) {
  KnownVersions known(1'000);
  known.note_write("key", at(1, kNow + Duration{5}), 1, "short-lived");
  known.publish(1);
  EXPECT_EQ(told(known), "short-lived");
  EXPECT_EQ(told(known, kNow + Duration{5}), "absent");
  known.note_write("key", {}, 2);
  EXPECT_EQ(told(known), "not known");
  known.publish(2);
  EXPECT_EQ(told(known), "absent");
}

TEST(KnownVersions, KeepsTheVersionButNotTheValueOfALargeRecord) {
  KnownVersions known(1'000);
  known.note_write("key", at(1), 1, std::string(100'000, 'x'));
  known.publish(1);
  EXPECT_EQ(told(known), "not known");
  EXPECT_EQ(known.find("key")->version, Version{1});
}

TEST(KnownVersions, ForgetsTheOldestWhenItsValuesAreMany) {
  KnownVersions known(1'000'000);
  known.note_write("key", at(1), 1, "first");
  known.publish(1);
  const std::string value(1'000, 'x');
  for (std::uint64_t n = 2; n < 100'000; ++n) {
    known.note_write("key " + std::to_string(n), at(n), n, value);
    known.publish(n);
  }
  EXPECT_EQ(told(known), "not known");
}

}  // namespace
}  // namespace bauta
