#include "routing/accounts/audit.h"

#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

class AuditLogs : public testing::Test {
 protected:
  void write(AuditAction action, std::string object = {}) {
    Commit commit;
    AuditLog::append(commit, account,
                     {.action = action, .at = world.clock.now(), .object = std::move(object)},
                     std::chrono::days(2));
    ASSERT_TRUE(std::holds_alternative<Committed>(world.run(world.store.commit(commit))));
    world.clock.advance(1h);
  }
  /// "3:key.created 1:key.revoked", and "+" if there may be more.
  std::string page(AuditFilter filter = {}, std::optional<Position> before = {},
                   std::uint32_t limit = 50) {
    const auto found = world.run(AuditLog(world.store).newest(account, filter, before, limit));
    std::string told;
    for (const AuditEntry& entry : found->entries) {
      told += (told.empty() ? "" : " ") + std::to_string(entry.sequence) + ":" +
              std::string(audit_action_name(entry.action));
    }
    next = found->next;
    return told + (next ? "+" : "");
  }

  World world;
  const AccountId account = world.service.account;
  const TimePoint begin = world.clock.now();
  std::optional<Position> next;
};

TEST_F(AuditLogs, AreReadNewestFirstAPageAtATime) {
  write(AuditAction::key_created);
  write(AuditAction::key_revoked);
  write(AuditAction::key_created);
  EXPECT_EQ(page(), "3:key.created 2:key.revoked 1:key.created");
  EXPECT_EQ(page({}, {}, 2), "3:key.created 2:key.revoked+");
  write(AuditAction::person_exported);
  EXPECT_EQ(page({}, next, 2), "1:key.created") << "stable while entries are added";
}

TEST_F(AuditLogs, AreAskedForOneActionAndATime) {
  write(AuditAction::key_created);
  write(AuditAction::key_revoked);
  write(AuditAction::key_created);
  EXPECT_EQ(page({.action = AuditAction::key_created}), "3:key.created 1:key.created");
  EXPECT_EQ(page({.action = AuditAction::key_created}, {}, 1), "3:key.created+");
  EXPECT_EQ(page({.action = AuditAction::key_created}, next, 1), "1:key.created");
  EXPECT_EQ(page({.action = AuditAction::session_erased}), "");
  EXPECT_EQ(page({.created_after = begin}), "3:key.created 2:key.revoked");
  EXPECT_EQ(page({.created_before = begin + 1h}), "1:key.created");
  EXPECT_EQ(page({.created_after = begin, .created_before = begin + 2h}), "2:key.revoked");
}

TEST_F(AuditLogs, SayWhoItWasAndForgetItInTime) {
  Commit commit;
  const auto key = ApiKeyId::make(1, world.random);
  AuditLog::append(commit, account,
                   {.action = AuditAction::number_draining,
                    .at = begin,
                    .actor = {.key = key, .account = account, .request_id = "req_7"},
                    .service = "harbour",
                    .object = "+12025550177",
                    .details = {{"fields", "status"}}},
                   std::chrono::days(2));
  ASSERT_TRUE(std::holds_alternative<Committed>(world.run(world.store.commit(commit))));
  const auto found = world.run(AuditLog(world.store).newest(account, {}, {}, 50));
  ASSERT_EQ(found->entries.size(), 1U);
  const AuditEntry& entry = found->entries[0];
  EXPECT_EQ(entry.actor.key, key);
  EXPECT_EQ(entry.actor.account, account);
  EXPECT_EQ(entry.actor.request_id, "req_7");
  EXPECT_EQ(entry.service, "harbour");
  EXPECT_EQ(entry.object, "+12025550177");
  EXPECT_EQ(entry.details.at(0), std::pair(std::string("fields"), std::string("status")));
  world.clock.advance(std::chrono::days(2));
  EXPECT_EQ(page(), "");
}

TEST_F(AuditLogs, OfAnotherAccountAreItsOwn) {
  write(AuditAction::key_created);
  const auto other = AccountId::make(1, world.random);
  EXPECT_EQ(world.run(AuditLog(world.store).newest(other, {}, {}, 50))->entries.size(), 0U);
}

}  // namespace
}  // namespace bauta
