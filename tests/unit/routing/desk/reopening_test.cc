#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

class Reopened : public testing_routing::Talking {
 protected:
  Result<SessionView> reopen() {
    return run(desk->change_session(caller, session.session.id, {.reopen = true}));
  }
  std::string status(const Result<SessionView>& view) {
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

}  // namespace
}  // namespace bauta
