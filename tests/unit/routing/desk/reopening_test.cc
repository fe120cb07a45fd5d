#include <gtest/gtest.h>

#include "routing/desk/number_desk.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

class Reopened : public testing_routing::Talking {
 protected:
  Result<SessionView> reopen() {
    return run(desk->change_session(caller, session.session.id, {.reopen = true}));
  }
  static std::string faults(const Result<SessionView>& view) {
    std::string all;
    if (view) return "none";
    for (const auto& fault : view.error().faults)
      all += fault.pointer + " " + std::string(fault.code) + " ";
    return all;
  }
  static std::string status(const Result<SessionView>& view) {
    return std::string(view ? session_status_name(view->session.status) : view.error().code);
  }
};

// Found by reading: the platform's own text is activity and no conversation, and what came back was in progress, so that nobody was told when
// the first of them wrote.
TEST_F(Reopened, IsOpenIfNobodyButThePlatformHadTexted) {
  clock.advance(1min);
  send(session.session.id, "Check-in is from 3 pm.");
  ASSERT_TRUE(show(session.session.id).last_activity);
  close(session.session.id);
  EXPECT_EQ(status(reopen()), "open");
  text(kA, seat_number(0), "hi");
  EXPECT_EQ(log("session."),
            "session.created session.closed(api) session.reopened session.in_progress");
}

TEST_F(Reopened, IsInProgressIfItWas) {
  text(kA, seat_number(0), "hi");
  for (int times = 0; times < 2; ++times) {
    close(session.session.id);
    EXPECT_EQ(status(reopen()), "in_progress");
  }
  text(kA, seat_number(0), "again");
  EXPECT_EQ(log("session."),
            "session.created session.in_progress session.closed(api) session.reopened "
            "session.closed(api) session.reopened");
}

TEST_F(Reopened, IsRefusedToAnAddressThatIsANumberOfOursByNow) {
  close(session.session.id);
  add({kB});
  const auto refused = reopen();
  ASSERT_EQ(status(refused), "session.cannot_reopen");
  EXPECT_EQ(faults(refused), "/participants/1 address.is_virtual_number ");
  EXPECT_EQ(show(session.session.id).session.status, SessionStatus::closed);
}

TEST_F(Reopened, MeetsAnAddressThatBecomesANumberOfOursMeanwhile) {
  close(session.session.id);
  const NewNumber described{.number = number(kB), .connection = "twilio"};
  store.meanwhile = [&] {
    Commit commit;
    Inventory::add(commit, compose_number(service.id, described, random.next(), clock.now()));
    BAUTA_ASSERT(std::holds_alternative<Committed>(memory.apply(commit)));
  };
  EXPECT_EQ(faults(reopen()), "/participants/1 address.is_virtual_number ");
}

TEST_F(Reopened, IsRefusedWhileALineCoolsOfAnotherSession) {
  close(session.session.id);
  clock.advance(25h);
  auto request = session_of({kA, "+442079460143"});
  request.participants[0].number = session.session.seats[0].number;
  const auto other = *try_open(std::move(request));
  ASSERT_EQ(other.session.seats[0].number, session.session.seats[0].number);
  close(other.session.id);
  EXPECT_EQ(status(reopen()), "session.cannot_reopen");
  clock.advance(24h - 1ms);
  EXPECT_EQ(faults(reopen()), "/participants/0 number.in_use_by_address ");
  EXPECT_EQ(line(kA, session.session.seats[0].number), "cooling");
  clock.advance(1ms);
  EXPECT_EQ(status(reopen()), "open");
  text(kA, seat_number(0), "hi again");
  EXPECT_EQ(told_to(kB), "hi again");
}

TEST_F(Reopened, IsRefusedOnceTheNumberIsGone) {
  close(session.session.id);
  clock.advance(25h);
  const auto gone = session.session.seats[0].number;
  ASSERT_TRUE(run(desk->change_number(caller, gone, {.status = NumberStatus::draining})));
  ASSERT_TRUE(run(desk->remove_number(caller, gone)));
  EXPECT_EQ(faults(reopen()), "/participants/0 number.gone ");
}

}  // namespace
}  // namespace bauta
