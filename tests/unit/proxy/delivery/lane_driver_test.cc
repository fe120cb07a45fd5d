#include "proxy/delivery/lane_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;

/// Takes a text and answers when the gate is open.
class GatedCarrier final : public CarrierPort {
 public:
  explicit GatedCarrier(boost::asio::io_context& loop) : gate_(loop) {
    gate_.expires_at(std::chrono::steady_clock::time_point::max());
  }

  bool has(std::string_view) const override { return true; }
  bool receipts_carry_reference(std::string_view) const override { return true; }
  SteadyPoint take_turn(std::string_view, ServiceId, std::optional<TurnTicket>&,
                        SteadyPoint now) override {
    return now;
  }
  void leave_turn(std::string_view, TurnTicket) override {}
  SteadyPoint use_turn(std::string_view, SteadyPoint now) override { return now; }
  Task<AskOutcome> ask(std::string, SentText) override { co_return AskedInVain{}; }
  Task<SubmitOutcome> submit(std::string, OutboundMessage message) override {
    taken.push_back(message.text.reveal());
    most_at_once = std::max(most_at_once, ++inside);
    while (!open) {
      boost::system::error_code opened;
      co_await gate_.async_wait(
          boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>(), opened));
    }
    --inside;
    co_return SubmitAccepted{{"SM" + std::to_string(taken.size())}};
  }
  void let_through() {
    open = true;
    gate_.cancel();
  }

  std::vector<std::string> taken;
  int inside = 0;
  int most_at_once = 0;
  bool open = true;

 private:
  boost::asio::steady_timer gate_;
};

/// Loses every hint, and fails the next scans.
class PoorStore final : public Store {
 public:
  explicit PoorStore(Store& store) : store_(store) {}

  bool hints = true;
  int failing_scans = 0;

  Task<Result<std::optional<Record>>> get(Key key) override { return store_.get(std::move(key)); }
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
    return store_.multi_get(std::move(keys));
  }
  Task<Result<ScanPage>> scan(ScanRequest request) override {
    if (failing_scans > 0) {
      --failing_scans;
      co_return fail("storage.read_failed", "the disk did not answer");
    }
    co_return co_await store_.scan(std::move(request));
  }
  Task<CommitOutcome> commit(Commit commit) override { return store_.commit(std::move(commit)); }
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override {
    if (!hints) return nullptr;
    return store_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
  }

 private:
  Store& store_;
};

class LaneDriving : public ::testing::Test, public Conversation {
 protected:
  void drive(LaneDriverOptions options = {.look_interval = 1h}) {
    RelayParts driven{poor, parts.index_key, parts.clock, parts.random, parts.metrics, {}};
    driver.emplace(loop.get_executor(), options, driven, gated);
    ASSERT_TRUE(finish(driver->start()).has_value());
  }
  template <class T>
  T finish(Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr&, T value) {
      result.emplace(std::move(value));
    });
    run_until([&] { return result.has_value(); });
    return *std::move(result);
  }
  template <class Condition>
  void run_until(const Condition& condition) {
    const auto latest = std::chrono::steady_clock::now() + 30s;
    while (!condition() && std::chrono::steady_clock::now() < latest) loop.run_one_for(1s);
    ASSERT_TRUE(condition());
  }
  void run_until_taken(std::size_t texts) {
    run_until([&] { return gated.taken.size() == texts; });
  }
  void from_a(const std::string& words) { text(kA, seat_number(0), words); }
  void from_b(const std::string& words) { text(kB, seat_number(1), words); }

  boost::asio::io_context loop;
  GatedCarrier gated{loop};
  PoorStore poor{store};
  std::optional<LaneDriver> driver;
};
using NeverLose = LaneDriving;

TEST_F(LaneDriving, TakesUpWhatWasThereAndWhatComes) {
  from_a("before");
  drive();
  run_until_taken(1);
  from_b("after");  // nothing but its hint says so within the hour
  run_until_taken(2);
  EXPECT_EQ(finish(driver->drain(10s)), 0U);
  EXPECT_EQ(deliveries(), "before|sent after|sent ");
}

TEST_F(NeverLose, ATextWhoseHintIsLostIsFoundByLooking) {
  poor.hints = false;
  drive({.look_interval = 20ms});
  from_a("unheard");
  run_until_taken(1);
}

TEST_F(NeverLose, AWorkLogThatCouldNotBeReadIsReadAgainSoonAndNotAtOnce) {
  drive();
  loop.run_for(50ms);
  poor.failing_scans = 100;
  from_a("waits");
  loop.run_for(300ms);
  EXPECT_EQ(poor.failing_scans, 99);
  EXPECT_TRUE(gated.taken.empty());
  poor.failing_scans = 0;
  run_until_taken(1);
}

TEST_F(LaneDriving, StepsNoMoreLanesAtOnceThanItMay) {
  gated.open = false;
  from_a("one");
  from_b("two");
  drive({.in_flight_max = 1, .look_interval = 1h});
  run_until_taken(1);
  loop.poll();
  EXPECT_EQ(gated.inside, 1);
  gated.let_through();
  run_until_taken(2);
  EXPECT_EQ(gated.most_at_once, 1);
}

TEST_F(LaneDriving, StepsDifferentLanesAtTheSameTime) {
  gated.open = false;
  from_a("one");
  from_b("two");
  drive();
  run_until_taken(2);
  EXPECT_EQ(gated.most_at_once, 2);
  gated.let_through();
  EXPECT_EQ(finish(driver->drain(10s)), 0U);
}

TEST_F(LaneDriving, ADrainSettlesWhatIsOnItsWayAndTakesUpNothing) {
  gated.open = false;
  from_a("on its way");
  from_a("behind it");
  drive();
  run_until_taken(1);
  std::optional<std::size_t> left;
  boost::asio::co_spawn(loop, driver->drain(30s),
                        [&](const std::exception_ptr&, std::size_t lanes) { left = lanes; });
  loop.poll();
  EXPECT_FALSE(left.has_value());
  gated.let_through();
  run_until([&] { return left.has_value(); });
  EXPECT_EQ(left, 0U);
  EXPECT_EQ(deliveries(), "on its way|sent behind it|received ");
}

TEST_F(LaneDriving, ADrainGivesUpAtItsPatience) {
  gated.open = false;
  from_a("stuck");
  drive();
  run_until_taken(1);
  EXPECT_EQ(finish(driver->drain(20ms)), 1U);
  EXPECT_EQ(deliveries(), "stuck|claimed ");
  gated.let_through();
  loop.run_for(100ms);
}

TEST_F(LaneDriving, DrivesItsOwnPartitionsOnly) {
  from_a("one");
  from_b("two");
  const auto of_a = partition_of(World::number(seat_number(0)));
  const auto of_b = partition_of(World::number(seat_number(1)));
  ASSERT_NE(of_a, of_b);
  // One owner for each partition: the lane to A lies in that of A's number.
  drive({.owner = of_a, .owners = kPartitions, .look_interval = 1h});
  run_until_taken(1);
  loop.run_for(50ms);
  EXPECT_THAT(gated.taken, ::testing::ElementsAre("two"));
}

}  // namespace
}  // namespace bauta
