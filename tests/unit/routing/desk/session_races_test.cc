#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

using SessionRaces = testing_routing::Talking;

/// Just before the next commit another relay has the session as `edit` makes it.
void change_meanwhile(Conversation& talk, const std::function<void(Session&)>& edit) {
  const SessionId id = talk.session.session.id;
  const auto state = *talk.run(talk.sessions.find(talk.service.id, id));
  Session session = state->session.value;
  edit(session);
  Commit commit;
  Sessions::write(commit, session, state->session.version);
  talk.store.meanwhile = [&talk, commit = std::move(commit)] {
    BAUTA_ASSERT(std::holds_alternative<Committed>(talk.memory.apply(commit)));
  };
}

/// "open 2 Ann expires": status, how many seats are taken, the label of the first, whether its clock runs.
std::string described(const Session& session) {
  std::string all = std::string(session_status_name(session.status)) + " " +
                    std::to_string(session.seats_taken());
  if (!session.seats[0].label.empty()) all += " " + session.seats[0].label;
  if (session.expires_at) all += " expires";
  return all;
}

/// A change of a session's state or roster.
struct Change {
  std::string_view name;
  std::function<bool(Conversation&)> make;
  std::string becomes;
  std::function<void(Conversation&)> before = [](Conversation&) {};
};
const std::vector<Change> kChanges = {
    {.name = "the first text",
     .make =
         [](Conversation& talk) {
           return talk.outcome_of_text(Conversation::kA, talk.seat_number(0), "hi") == "relayed";
         },
     .becomes = "in_progress 2"},
    {.name = "a clock",
     .make =
         [](Conversation& talk) {
           return talk
               .run(talk.desk->change_session(talk.caller, talk.session.session.id, {.ttl = 60s}))
               .has_value();
         },
     .becomes = "open 2 expires"},
    {.name = "a close",
     .make =
         [](Conversation& talk) {
           return talk
               .run(
                   talk.desk->change_session(talk.caller, talk.session.session.id, {.close = true}))
               .has_value();
         },
     .becomes = "closed 2"},
    {.name = "a reopening",
     .make =
         [](Conversation& talk) {
           return talk
               .run(talk.desk->change_session(talk.caller, talk.session.session.id,
                                              {.reopen = true}))
               .has_value();
         },
     .becomes = "open 2",
     .before = [](Conversation& talk) { talk.close(talk.session.session.id); }},
    {.name = "somebody joins",
     .make =
         [](Conversation& talk) {
           return talk
               .run(talk.desk->add_participant(talk.caller, talk.session.session.id,
                                               {.address = World::person(Conversation::kX)}, {}))
               .has_value();
         },
     .becomes = "open 3"},
    {.name = "a label",
     .make =
         [](Conversation& talk) {
           return talk
               .run(talk.desk->change_participant(talk.caller, talk.session.session.id,
                                                  talk.session.session.seats[0].id,
                                                  {.label = "Ann"}))
               .has_value();
         },
     .becomes = "open 2 Ann"},
    {.name = "somebody leaves",
     .make =
         [](Conversation& talk) {
           return talk
               .run(talk.desk->remove_participant(talk.caller, talk.session.session.id,
                                                  talk.session.session.seats[0].id))
               .has_value();
         },
     .becomes = "open 2",
     .before =
         [](Conversation& talk) {
           BAUTA_ASSERT(talk.run(
               talk.desk->add_participant(talk.caller, talk.session.session.id,
                                          {.address = World::person(Conversation::kX)}, {})));
         }}};

TEST(SessionChanges, MeetWhatAnotherRelayWroteMeanwhileAndOverwriteNothing) {
  for (const auto& change : kChanges) {
    SCOPED_TRACE(change.name);
    Conversation talk;
    change.before(talk);
    talk.store.conflicts = 0;
    change_meanwhile(talk, [](Session& session) { session.metadata = {{"ride", "7"}}; });
    EXPECT_TRUE(change.make(talk));
    EXPECT_EQ(talk.store.conflicts, 1U);
    const auto now = talk.show(talk.session.session.id).session;
    EXPECT_EQ(described(now), change.becomes);
    EXPECT_EQ(now.metadata, (std::vector<std::pair<std::string, std::string>>{{"ride", "7"}}));
  }
}

TEST_F(SessionRaces, TheFirstTextMeetsAClose) {
  change_meanwhile(*this, [this](Session& session) {
    session.closed_from = std::exchange(session.status, SessionStatus::closed);
    session.closed_at = clock.now();
    session.closed_reason = ClosedReason::api;
  });
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi"), "ended");
  EXPECT_EQ(told_to(kB), "");
  EXPECT_EQ(described(show(session.session.id).session), "closed 2");
}

TEST_F(SessionRaces, ACloseMeetsTheFirstText) {
  change_meanwhile(*this, [](Session& session) { session.status = SessionStatus::in_progress; });
  EXPECT_EQ(described(close(session.session.id).session), "closed 2");
  // It was a conversation, and is one when it comes back.
  const auto back = run(desk->change_session(caller, session.session.id, {.reopen = true}));
  ASSERT_TRUE(back);
  EXPECT_EQ(described(back->session), "in_progress 2");
}

TEST_F(SessionRaces, TwoReopeningsAtOnceAreOne) {
  close(session.session.id);
  std::vector<Task<Result<SessionView>>> both;
  for (int time = 0; time < 2; ++time)
    both.push_back(desk->change_session(caller, session.session.id, {.reopen = true}));
  for (const auto& view : run_all(std::move(both))) {
    ASSERT_TRUE(view);
    EXPECT_EQ(described(view->session), "open 2");
  }
  EXPECT_EQ(log("session."), "session.created session.closed(api) session.reopened");
}

}  // namespace
}  // namespace bauta
