#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

class ErasingAPerson : public testing::Test {
 protected:
  static constexpr const char* kC = "+12025550143";

  ErasingAPerson() { world.add({"+12025550176", "+442079460178"}); }

  JobId begin(const std::string& address) {
    const auto job = world.run(world.desk->erase_person(world.caller, World::person(address), {}));
    BAUTA_ASSERT(job.has_value());
    return job->id;
  }
  /// One step of all jobs; false: there was none.
  bool step() { return *world.run(world.desk->work()) > 0; }
  Job work_off(JobId id) {
    while (step()) {
    }
    return *world.run(world.desk->show_job(world.caller, id));
  }
  static std::string told(const Job& job) {
    std::string counts = job.done_at ? "done" : "running";
    for (const auto& [name, value] : job.counts) counts += " " + name + "=" + std::to_string(value);
    return counts;
  }

  Conversation world;
};

TEST_F(ErasingAPerson, LeavesNothingOfThemAndTellsWhatWent) {
  world.text(Conversation::kA, world.seat_number(0), "the key is under the mat");
  world.send(world.session.session.id, "hello both");
  world.work();
  world.clock.advance(1ms);
  const auto job = begin(Conversation::kA);
  EXPECT_EQ(told(work_off(job)),
            "done consents=0 cooling_lines=1 dead_letters=0 deliveries=3 messages=2 opt_outs=0 "
            "pairs=0 sessions=1 system_texts=0");
  EXPECT_FALSE(world.holds("under the mat"));
  EXPECT_FALSE(world.holds("2025550142"));
  EXPECT_FALSE(world.holds("2079460142")) << "nor of whom they talked with";
  EXPECT_FALSE(world.holds("pair/"));
  EXPECT_EQ(world.line(Conversation::kA, world.session.session.seats[0].number), "cooling");
}

TEST_F(ErasingAPerson, KeepsTheirStopAndForgetsWhatBautaAnswered) {
  world.text(Conversation::kA, world.seat_number(0), "STOP");
  world.work();
  ASSERT_TRUE(world.holds("sys/"));
  world.clock.advance(1ms);
  EXPECT_EQ(told(work_off(begin(Conversation::kA))),
            "done consents=0 cooling_lines=1 dead_letters=0 deliveries=0 messages=0 opt_outs=1 "
            "pairs=0 sessions=1 system_texts=1");
  EXPECT_FALSE(world.holds("sys/"));
  world.clock.advance(25h);
  const auto again = world.open({Conversation::kA, Conversation::kB});
  EXPECT_EQ(again.opted_out.size(), 1U);
}

TEST_F(ErasingAPerson, LeavesOthersAlone) {
  world.text(Conversation::kA, world.seat_number(0), "mine");
  const auto other = world.open({kC, Conversation::kB});
  world.send(other.session.id, "theirs");
  world.clock.advance(1ms);
  work_off(begin(Conversation::kA));
  EXPECT_TRUE(world.holds("theirs"));
  EXPECT_FALSE(world.show(other.session.id).ending);
}

TEST_F(ErasingAPerson, WhoComesBackMeanwhileIsAnother) {
  const auto job = begin(Conversation::kA);
  world.clock.advance(1ms);
  const auto later = world.open({Conversation::kA, kC});
  work_off(job);
  EXPECT_FALSE(world.show(later.session.id).ending);
  const auto gone = world.run(world.desk->show_session(world.caller, world.session.session.id));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, "session.not_found");
}

TEST_F(ErasingAPerson, GoesOnAfterACrashAtEveryStepAndCountsTheSame) {
  const auto played = [](int steps_before) {
    ErasingAPerson_GoesOnAfterACrashAtEveryStepAndCountsTheSame_Test other;
    auto& world = other.world;
    world.text(Conversation::kA, world.seat_number(0), "one");
    world.text(Conversation::kB, world.seat_number(1), "two");
    world.clock.advance(1ms);
    const auto job = other.begin(Conversation::kA);
    for (int at = 0; at < steps_before; ++at) other.step();
    world.crash();
    return told(other.work_off(job));
  };
  const auto whole = played(0);
  EXPECT_TRUE(whole.starts_with("done")) << whole;
  for (int steps = 1; steps <= 6; ++steps) EXPECT_EQ(played(steps), whole) << steps;
}

// Erased, but the job did not come to say so: it is erased again, and counted once.
TEST_F(ErasingAPerson, AStepThatIsDoneTwiceIsCountedOnce) {
  world.text(Conversation::kA, world.seat_number(0), "one");
  world.clock.advance(1ms);
  const auto job = begin(Conversation::kA);
  step();  // closed
  step();  // counted
  ASSERT_TRUE(world.run(world.desk->erase_session(world.caller, world.session.session.id)));
  EXPECT_EQ(told(work_off(job)),
            "done consents=0 cooling_lines=1 dead_letters=0 deliveries=1 messages=1 opt_outs=0 "
            "pairs=0 sessions=1 system_texts=0");
}

TEST_F(ErasingAPerson, WhoIsUnknownIsErasedJustTheSame) {
  EXPECT_EQ(told(work_off(begin(Conversation::kX))),
            "done consents=0 cooling_lines=0 dead_letters=0 deliveries=0 messages=0 opt_outs=0 "
            "pairs=0 sessions=0 system_texts=0");
}

TEST_F(ErasingAPerson, TheJobForgetsWhoItWas) {
  const auto job = work_off(begin(Conversation::kA));
  EXPECT_TRUE(job.people.empty());
  EXPECT_FALSE(step()) << "nothing is open any more";
}

TEST_F(ErasingAPerson, IsBegunOnceForOneIdempotencyKey) {
  const Idempotent<Job> kept{.mark = {.key = "k", .body_hash = "h"}, .render = [](const Job& job) {
                               return KeptAnswer{
                                   .status = 202, .location = {}, .body = job.id.str()};
                             }};
  const auto person = World::person(Conversation::kA);
  const auto job = world.run(world.desk->erase_person(world.caller, person, kept));
  ASSERT_TRUE(job);
  EXPECT_EQ(world.run(world.desk->kept_answer(world.caller, kept.mark))->value().body,
            job->id.str());
  const auto again = world.run(world.desk->erase_person(world.caller, person, kept));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "idempotency.in_flight");
}

}  // namespace
}  // namespace bauta
