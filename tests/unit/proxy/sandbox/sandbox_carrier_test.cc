#include "proxy/sandbox/sandbox_carrier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <set>

#include "proxy/sandbox/magic_numbers.h"
#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_routing::World;

constexpr const char* kNumber = "+12025550177";
constexpr const char* kOrdinary = "+12025550142";

/// A carrier of the sandbox in a world whose clock is moved by hand, and what it tells the relay.
class SandboxCarrying : public testing::Test {
 protected:
  SandboxCarrying() {
    Desk desk(world.parts, [](std::string_view name) { return name == "sandbox"; });
    BAUTA_ASSERT(world.run(desk.add_number(
        world.caller, {.number = World::number(kNumber), .connection = "sandbox"}, {})));
  }

  std::unique_ptr<SandboxCarrier> new_carrier() {
    return std::make_unique<SandboxCarrier>(SandboxCarrier::Parts{.store = world.store,
                                                                  .index_key = world.index_key,
                                                                  .clock = world.clock,
                                                                  .random = world.random});
  }
  static std::string_view habit_number(HandsetHabit habit) {
    for (const auto& magic : magic_numbers()) {
      if (magic.habit == habit) return magic.us;
    }
    return kOrdinary;
  }
  /// "accepted", or the code of what else came.
  std::string submit(HandsetHabit habit, const std::string& connection = "sandbox",
                     const std::string& from = kNumber) {
    const auto outcome = world.run(
        carrier->submit(connection, {.from = World::number(from),
                                     .to = World::person(std::string(habit_number(habit))),
                                     .text = *MessageText::parse("Hello"),
                                     .reference = "ref",
                                     .deadline = world.clock.now() + 4h}));
    if (const auto* accepted = std::get_if<SubmitAccepted>(&outcome)) {
      ids.insert(ids.end(), accepted->provider_ids.begin(), accepted->provider_ids.end());
      return "accepted";
    }
    if (const auto* refused = std::get_if<SubmitRefused>(&outcome))
      return refused->code + (refused->opted_out ? " opted out" : "");
    if (const auto* later = std::get_if<SubmitLater>(&outcome)) return "later " + later->code;
    return "unknown " + std::get<SubmitUnknown>(outcome).code;
  }
  std::vector<std::string> inbox(HandsetHabit habit) {
    std::vector<std::string> texts;
    const auto found = world.run(carrier->handsets().inbox(
        world.service.id, World::person(std::string(habit_number(habit))), 100, ""));
    for (const auto& text : found->texts) texts.push_back(text.text.reveal());
    return texts;
  }
  /// Lets a carrier's own work run until nothing is owed by now.
  void work() { world.run(work_of(this)); }
  static Task<void> work_of(SandboxCarrying* self) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto carrier = self->new_carrier();
    carrier->start(
        executor,
        {.accept = [self](InboundMessage mo) { return self->hear(std::move(mo)); },
         .apply = [self](DeliveryReceipt receipt) { return self->hear(std::move(receipt)); }});
    boost::asio::steady_timer timer(executor);
    for (int round = 0; round < 400 && !carrier->is_settled(); ++round) {
      timer.expires_after(5ms);
      co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>());
    }
    EXPECT_TRUE(carrier->is_settled());
  }
  /// Somebody types the same on their phone, once under each of these.
  static Task<void> typed(SandboxCarrying* self, std::vector<std::string> marks) {
    const auto carrier = self->new_carrier();
    carrier->start(
        co_await boost::asio::this_coro::executor,
        {.accept = [self](InboundMessage mo) { return self->hear(std::move(mo)); },
         .apply = [self](DeliveryReceipt receipt) { return self->hear(std::move(receipt)); }});
    for (const std::string& once : marks) {
      const auto outcome = co_await carrier->text(World::person(kOrdinary), World::number(kNumber),
                                                  *MessageText::parse("Hello"), once);
      EXPECT_TRUE(outcome.has_value());
    }
  }
  Task<Result<InboundOutcome>> hear(InboundMessage mo) {
    if (failures > 0) {
      --failures;
      co_return fail("storage.unavailable", "the disk did not answer");
    }
    said.push_back(mo.provider_id + " " + mo.from.reveal() + " " + mo.text.reveal());
    co_return InboundOutcome::relayed;
  }
  Task<Result<ReceiptOutcome>> hear(DeliveryReceipt receipt) {
    EXPECT_EQ(receipt.reference, "ref");
    EXPECT_EQ(receipt.connection, "sandbox");
    receipts.push_back(receipt.word.status);
    co_return ReceiptOutcome::applied;
  }

  World world;
  std::unique_ptr<SandboxCarrier> carrier = new_carrier();
  std::vector<std::string> ids;
  std::vector<std::string> said;
  std::vector<ReceiptStatus> receipts;
  int failures = 0;
};

TEST_F(SandboxCarrying, WhatIsTypedOnceHasOneId) {
  world.run(typed(this, {"k1", "k1", "k2", "", ""}));
  ASSERT_EQ(said.size(), 5U);
  EXPECT_EQ(said[0], said[1]) << "the relay knows the second for a repetition";
  EXPECT_EQ(std::set<std::string>(said.begin(), said.end()).size(), 4U);
}

TEST_F(SandboxCarrying, KnowsNoConnectionButItsOwn) {
  EXPECT_TRUE(carrier->has("sandbox"));
  for (const auto* other : {"twilio", "simulated", "", "Sandbox"}) {
    EXPECT_FALSE(carrier->has(other));
    EXPECT_EQ(submit(HandsetHabit::ordinary, other), "later carrier.unknown_connection");
  }
  EXPECT_THAT(inbox(HandsetHabit::ordinary), IsEmpty());
}

TEST_F(SandboxCarrying, SendsOnlyFromNumbersOfTheSandbox) {
  EXPECT_EQ(submit(HandsetHabit::ordinary, "sandbox", "+12025550178"), "carrier.refused");
}

TEST_F(SandboxCarrying, AnOrdinaryPhoneTakesATextAtOnce) {
  EXPECT_EQ(submit(HandsetHabit::ordinary), "accepted");
  EXPECT_THAT(inbox(HandsetHabit::ordinary), ElementsAre("Hello"));
  work();
  EXPECT_THAT(receipts, ElementsAre(ReceiptStatus::delivered));
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(SandboxCarrying, NothingIsOwedTwice) {
  EXPECT_EQ(submit(HandsetHabit::says_stop), "accepted");
  work();
  work();
  EXPECT_EQ(receipts.size(), 1U);
  EXPECT_EQ(said.size(), 1U);
}

TEST_F(SandboxCarrying, UndeliveredIsNeverRead) {
  EXPECT_EQ(submit(HandsetHabit::undelivered), "accepted");
  work();
  EXPECT_THAT(receipts, ElementsAre(ReceiptStatus::undelivered));
  EXPECT_THAT(inbox(HandsetHabit::undelivered), IsEmpty());
}

TEST_F(SandboxCarrying, SlowIsSentAtOnceAndReachedLater) {
  EXPECT_EQ(submit(HandsetHabit::slow), "accepted");
  work();
  EXPECT_THAT(receipts, ElementsAre(ReceiptStatus::sent));
  world.clock.advance(kSlow - 1ms);
  work();
  EXPECT_THAT(inbox(HandsetHabit::slow), IsEmpty());
  world.clock.advance(1ms);
  work();
  EXPECT_THAT(receipts, ElementsAre(ReceiptStatus::sent, ReceiptStatus::delivered));
  EXPECT_THAT(inbox(HandsetHabit::slow), ElementsAre("Hello"));
}

TEST_F(SandboxCarrying, UnconfirmedAndUnknownAreReadAndNobodySaysSo) {
  EXPECT_EQ(submit(HandsetHabit::unconfirmed), "accepted");
  EXPECT_EQ(submit(HandsetHabit::unknown), "unknown carrier.failed");
  work();
  EXPECT_THAT(receipts, IsEmpty());
  EXPECT_THAT(inbox(HandsetHabit::unconfirmed), ElementsAre("Hello"));
  EXPECT_THAT(inbox(HandsetHabit::unknown), ElementsAre("Hello"));
  const auto asked = world.run(carrier->ask(
      "sandbox", {.from = World::number(kNumber),
                  .to = World::person(std::string(habit_number(HandsetHabit::unknown))),
                  .text = *MessageText::parse("Hello"),
                  .not_before = world.clock.now()}));
  EXPECT_EQ(ask_outcome_name(asked), "in_vain");
}

TEST_F(SandboxCarrying, RefusesWhomItRefuses) {
  EXPECT_EQ(submit(HandsetHabit::refuses), "carrier.refused");
  EXPECT_EQ(submit(HandsetHabit::opted_out), "carrier.opted_out opted out");
  work();
  EXPECT_THAT(receipts, IsEmpty());
}

TEST_F(SandboxCarrying, AnswersAsTheNumberMeans) {
  EXPECT_EQ(submit(HandsetHabit::says_stop), "accepted");
  work();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0], testing::EndsWith(" +12025550184 STOP"));
  said.clear();
  EXPECT_EQ(submit(HandsetHabit::texts_twice), "accepted");
  work();
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0], said[1]) << "the same text of the same id";
  said.clear();
  EXPECT_EQ(submit(HandsetHabit::answers_late), "accepted");
  work();
  EXPECT_THAT(said, IsEmpty());
  world.clock.advance(kLate);
  work();
  EXPECT_EQ(said.size(), 1U);
}

TEST_F(SandboxCarrying, PutsOffForAWhileAndThenTakes) {
  EXPECT_EQ(submit(HandsetHabit::busy), "later carrier.busy");
  world.clock.advance(kBusy - 1s);
  EXPECT_EQ(submit(HandsetHabit::busy), "later carrier.busy");
  world.clock.advance(1s);
  EXPECT_EQ(submit(HandsetHabit::busy), "accepted");
  EXPECT_EQ(submit(HandsetHabit::busy), "later carrier.busy");
  EXPECT_THAT(inbox(HandsetHabit::busy), ElementsAre("Hello"));
}

TEST_F(SandboxCarrying, WhatTheRelayDidNotTakeIsToldAgain) {
  EXPECT_EQ(submit(HandsetHabit::says_stop), "accepted");
  failures = 1;
  work();
  EXPECT_EQ(said.size(), 1U);
}

TEST_F(SandboxCarrying, ATextThatIsNotDurableIsNotAccepted) {
  world.store.unknown_commits = 1;
  EXPECT_EQ(submit(HandsetHabit::ordinary), "unknown carrier.failed");
}

TEST_F(SandboxCarrying, AnInboxIsTheServicesAndComesInPages) {
  for (int n = 0; n < 3; ++n) EXPECT_EQ(submit(HandsetHabit::ordinary), "accepted");
  const auto page = [&](std::uint32_t limit, const std::string& cursor) {
    return *world.run(
        carrier->handsets().inbox(world.service.id, World::person(kOrdinary), limit, cursor));
  };
  const auto first = page(2, "");
  EXPECT_EQ(first.texts.size(), 2U);
  EXPECT_EQ(first.texts[0].id, ids[2]) << "the newest first";
  const auto rest = page(2, first.next_cursor);
  ASSERT_EQ(rest.texts.size(), 1U);
  EXPECT_EQ(rest.texts[0].id, ids[0]);
  EXPECT_EQ(rest.next_cursor, "");
  const auto elsewhere = ServiceId::make(1, world.random);
  EXPECT_THAT(
      world.run(carrier->handsets().inbox(elsewhere, World::person(kOrdinary), 10, ""))->texts,
      IsEmpty());
  EXPECT_EQ(world.run(carrier->handsets().inbox(elsewhere, World::person(kOrdinary), 10, "x"))
                .error()
                .code,
            "cursor.malformed");
  world.clock.advance(SandboxHandsets::kKept);
  EXPECT_THAT(page(10, "").texts, IsEmpty()) << "a phone forgets";
}

TEST_F(SandboxCarrying, StoresNoAddressInItsKeys) {
  EXPECT_EQ(submit(HandsetHabit::slow), "accepted");
  EXPECT_EQ(submit(HandsetHabit::busy), "later carrier.busy");
  for (const auto& keyed : world.memory.everything())
    EXPECT_FALSE(keyed.key.octets().contains("2025550181") ||
                 keyed.key.octets().contains("2025550188"));
}

}  // namespace
}  // namespace bauta
