#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "storage/memory/memory_store.h"
#include "storage/seal/index_key.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/master_key.h"
#include "storage/seal/sealed_store.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/seeded_random.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<Secret>);

class Seal : public ::testing::Test {
 protected:
  static Key key(const std::string& octets) { return Key::from_octets(octets); }
  std::string get(const std::string& name) {
    const auto record = run(store.get(key(name)));
    if (!record) return std::string(record.error().code);
    return *record ? (*record)->value : "absent";
  }
  void write(Commit commit) {
    ASSERT_TRUE(std::holds_alternative<Committed>(run(store.commit(std::move(commit)))));
  }
  /// As a thief or a broken disk would: past the seal.
  void write_beneath(const std::string& name, std::string value,
                     std::optional<TimePoint> expiry = {}) {
    Commit commit;
    commit.put(key(name), std::move(value), expiry);
    ASSERT_TRUE(std::holds_alternative<Committed>(inner.apply(commit)));
  }
  std::string beneath(const std::string& name) { return (*run(inner.get(key(name))))->value; }

  SetClock clock;
  MemoryStore inner{clock};
  SeededRandom random{1};
  std::unique_ptr<KeyRing> ring = KeyRing::ephemeral(random);
  SealedStore store{inner, *ring, random};
};
using NeverReveal = Seal;

TEST_F(NeverReveal, WhatLiesInTheStoreHoldsNothingOfTheValue) {
  write(std::move(
      Commit().put(key("a"), "+12025550142 secret plan").append(key("log/"), "+12025550142")));
  for (const auto& keyed : inner.everything()) {
    EXPECT_THAT(keyed.record.value, Not(HasSubstr("2025550142")));
    EXPECT_THAT(keyed.record.value, Not(HasSubstr("secret")));
  }
  EXPECT_EQ(get("a"), "+12025550142 secret plan");
}

TEST_F(NeverReveal, TheSameValueTwiceLooksDifferent) {
  write(std::move(Commit().put(key("a"), "same").put(key("b"), "same")));
  EXPECT_NE(beneath("a"), beneath("b"));
}

TEST_F(Seal, AValueMovedToAnotherKeyDoesNotOpen) {
  write(std::move(Commit().put(key("a"), "mine")));
  write_beneath("b", beneath("a"));
  EXPECT_EQ(get("b"), "storage.corrupt");
}

TEST_F(Seal, AValueWithAnotherExpiryDoesNotOpen) {
  write(std::move(Commit().put(key("a"), "short", clock.now() + std::chrono::hours(1))));
  write_beneath("a", beneath("a"), clock.now() + std::chrono::hours(2));
  EXPECT_EQ(get("a"), "storage.corrupt");
}

TEST_F(Seal, EveryChangedOctetIsNoticed) {
  write(std::move(Commit().put(key("a"), "value")));
  const auto sealed = beneath("a");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write_beneath("a", changed);
    EXPECT_EQ(get("a"), "storage.corrupt") << at;
  }
  write_beneath("a", "");
  EXPECT_EQ(get("a"), "storage.corrupt");
}

TEST_F(Seal, ANewDataKeySealsAndTheOldOneStillOpens) {
  const auto master = [] { return *MasterKey::parse(std::string(64, 'a')); };
  MemoryStore engine(clock);
  const auto own = *run(KeyRing::open(engine, master(), random, clock.now()));
  SealedStore sealed(engine, *own, random);
  run(sealed.commit(std::move(Commit().put(key("old"), "1"))));
  ASSERT_TRUE(run(own->add_data_key(engine, master(), random, clock.now())).has_value());
  run(sealed.commit(std::move(Commit().put(key("new"), "2"))));

  const auto reopened = *run(KeyRing::open(engine, master(), random, clock.now()));
  EXPECT_EQ(reopened->sealing().first, own->sealing().first);
  SealedStore again(engine, *reopened, random);
  EXPECT_EQ((*run(again.get(key("old"))))->value, "1");
  EXPECT_EQ((*run(again.get(key("new"))))->value, "2");
}

TEST_F(Seal, AnotherMasterKeyOpensNothingAndChangesNothing) {
  MemoryStore engine(clock);
  ASSERT_TRUE(
      run(KeyRing::open(engine, *MasterKey::parse(std::string(64, 'a')), random, clock.now()))
          .has_value());
  const auto before = (*run(engine.get(key("meta/keyring" + std::string(1, '\0')))))->value;
  const auto wrong =
      run(KeyRing::open(engine, *MasterKey::parse(std::string(64, 'b')), random, clock.now()));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "seal.wrong_master_key");
  EXPECT_EQ((*run(engine.get(key("meta/keyring" + std::string(1, '\0')))))->value, before);
}

TEST(TheMasterKey, IsReadFromAFileOfItsOwnerOnly) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "master.key";
  SeededRandom random(1);
  std::ofstream(path) << MasterKey::generate(random) << "\n";
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  const MasterKeySource source{.file = path.string(), .credential = "", .variable = ""};
  const auto exposed = MasterKey::load(source);
  ASSERT_FALSE(exposed);
  EXPECT_EQ(exposed.error().code, "seal.master_key_exposed");
  // It told to change the key, for which there is no command.
  EXPECT_THAT(exposed.error().detail, testing::HasSubstr("cannot be changed"));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_TRUE(MasterKey::load(source).has_value());
  EXPECT_EQ(
      MasterKey::load({.file = (folder.path() / "none").string(), .credential = "", .variable = ""})
          .has_value(),
      false);
}

TEST(TheMasterKey, OfTheEnvironmentIsClearedThere) {
  ::setenv("BAUTA_TEST_MASTER_KEY", std::string(64, 'a').c_str(), 1);
  EXPECT_TRUE(MasterKey::load({.file = "", .credential = "", .variable = "BAUTA_TEST_MASTER_KEY"})
                  .has_value());
  EXPECT_EQ(::getenv("BAUTA_TEST_MASTER_KEY"), nullptr);
}

TEST(TheMasterKey, IsRefusedWhereItIsNone) {
  for (const auto* text : {"", "abc", "zz", "0123456789abcdef"}) {
    const auto key = MasterKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code, "seal.master_key_malformed");
  }
}

TEST(TheIndexKey, GivesAPersonAnotherHashInEveryServiceAndOnEveryChannel) {
  const std::array<std::byte, IndexKey::kOctets> octets{};
  const IndexKey index(octets);
  SeededRandom random(1);
  const auto one = ServiceId::make(1, random);
  const auto other = ServiceId::make(2, random);
  EXPECT_EQ(index.person(one, "sms", "+12025550142"), index.person(one, "sms", "+12025550142"));
  EXPECT_NE(index.person(one, "sms", "+12025550142"), index.person(other, "sms", "+12025550142"));
  EXPECT_NE(index.person(one, "sms", "+12025550142"),
            index.person(one, "whatsapp", "+12025550142"));
  EXPECT_NE(index.hash("a", "bc"), index.hash("ab", "c"));
  EXPECT_TRUE(index.verify("p", "x", index.tag("p", "x")));
  EXPECT_FALSE(index.verify("p", "y", index.tag("p", "x")));
  EXPECT_FALSE(index.verify("q", "x", index.tag("p", "x")));
  EXPECT_FALSE(index.verify("p", "x", ""));
}

}  // namespace
}  // namespace bauta
