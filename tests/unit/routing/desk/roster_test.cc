#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

constexpr const char* kC = "+12025550143";

/// A and B talk; others join and leave.
class Group : public testing::Test {
 protected:
  Result<SeatView> add(const std::string& address, std::string label = "") {
    return talk.run(talk.desk->add_participant(
        talk.caller, id(), {.address = World::person(address), .label = std::move(label)}, {}));
  }
  std::string code_of_add(const std::string& address) {
    const auto added = add(address);
    return added ? "added" : std::string(added.error().code);
  }
  Status remove(SeatId seat) {
    return talk.run(talk.desk->remove_participant(talk.caller, id(), seat));
  }
  Result<SeatView> change(SeatId seat, ChangeSeat request) {
    return talk.run(talk.desk->change_participant(talk.caller, id(), seat, std::move(request)));
  }
  SessionId id() const { return talk.session.session.id; }
  SeatId seat(std::size_t at) { return talk.show(id()).session.seats[at].id; }
  std::string number(std::size_t at) { return talk.show(id()).session.seats[at].number.str(); }
  /// What was sent since, a line each: "to: text", in the order of their addresses.
  std::string sent() {
    talk.work();
    std::vector<std::string> lines;
    for (const auto& message : talk.carrier.taken)
      lines.push_back(message.to.reveal() + ": " + message.text.reveal() + "\n");
    talk.carrier.taken.clear();
    std::ranges::sort(lines);
    std::string all;
    for (const auto& line : lines) all += line;
    return all;
  }
  Conversation talk;
};

TEST_F(Group, EveryTextGoesToAllOthersAndSaysWhoseItIs) {
  ASSERT_TRUE(add(kC, "Cleaner"));
  ASSERT_TRUE(change(seat(0), {.label = "Host"}));
  talk.text(Conversation::kA, number(0), "hi all");
  EXPECT_EQ(sent(), "+12025550143: Host: hi all\n+442079460142: Host: hi all\n");
  talk.text(kC, number(2), "hello");
  EXPECT_EQ(sent(), "+12025550142: Cleaner: hello\n+442079460142: Cleaner: hello\n");
}

TEST_F(Group, WhoHasNoLabelIsToldByTheirPlaceNeverByTheirNumber) {
  ASSERT_TRUE(add(kC));
  talk.text(Conversation::kB, number(1), "hi");
  EXPECT_EQ(sent(), "+12025550142: #2: hi\n+12025550143: #2: hi\n");
}

TEST_F(Group, TwoPeopleNeedNoLabels) {
  ASSERT_TRUE(change(seat(0), {.label = "Host"}));
  talk.text(Conversation::kA, number(0), "hi");
  EXPECT_EQ(sent(), "+442079460142: hi\n");
}

TEST_F(Group, EveryoneHasOneStableLine) {
  const auto before = number(0);
  ASSERT_TRUE(add(kC));
  EXPECT_EQ(number(0), before);
  talk.text(Conversation::kB, number(1), "one");
  talk.text(kC, number(2), "two");
  talk.work();
  for (const auto& message : talk.carrier.taken) {
    if (message.to.reveal() == Conversation::kA) {
      EXPECT_EQ(message.from.str(), before);
    }
  }
  EXPECT_EQ(talk.told(),
            "participant.joined session.in_progress message.received message.received "
            "message.sent message.sent message.sent message.sent ");
}

TEST_F(Group, NobodySitsTwiceInASession) {
  EXPECT_EQ(code_of_add(Conversation::kA), "participants.same_address");
  EXPECT_EQ(code_of_add("+12025550177"), "address.is_virtual_number");
}

TEST_F(Group, HasAtMostFiftyParticipants) {
  for (int at = 0; at < 48; ++at) {
    const auto address = at < 32 ? "+120255501" + std::to_string(44 + at)
                                 : "+4420794601" + std::to_string(50 + at - 32);
    ASSERT_EQ(code_of_add(address), "added") << at;
  }
  EXPECT_EQ(code_of_add("+442079460199"), "participants.count");
  talk.text(Conversation::kA, number(0), "hi");
  talk.work();
  EXPECT_EQ(talk.carrier.taken.size(), 49U);
}

TEST_F(Group, WhoLeavesGetsNothingMoreNotEvenWhatWaits) {
  ASSERT_TRUE(add(kC));
  const auto c = seat(2);
  const auto line = number(2);
  talk.text(Conversation::kA, number(0), "waits");
  ASSERT_TRUE(remove(c));
  ASSERT_TRUE(remove(c));
  EXPECT_EQ(sent(), "+442079460142: #1: waits\n");
  EXPECT_EQ(talk.line(kC, World::number(line)), "cooling");
  EXPECT_EQ(talk.outcome_of_text(kC, line, "too late"), "ended");
  talk.text(Conversation::kA, number(0), "two of us");
  EXPECT_EQ(sent(),
            "+12025550143: This conversation has ended, your message was not delivered.\n"
            "+442079460142: #1: two of us\n");
}

TEST_F(Group, WhoComesBackHasASeatOfTheirOwnAgain) {
  ASSERT_TRUE(add(kC));
  ASSERT_TRUE(remove(seat(2)));
  ASSERT_TRUE(add(kC, "Cleaner"));
  talk.text(kC, number(3), "again");
  EXPECT_EQ(sent(), "+12025550142: Cleaner: again\n+442079460142: Cleaner: again\n");
  ASSERT_TRUE(remove(seat(3)));
  ASSERT_TRUE(talk.run(talk.desk->erase_session(talk.caller, id())));
  EXPECT_FALSE(talk.run(talk.sessions.find(talk.service.id, id()))->has_value());
}

TEST_F(Group, IsOverWhenFewerThanTwoAreLeft) {
  ASSERT_TRUE(remove(seat(1)));
  const auto view = talk.show(id());
  ASSERT_TRUE(view.ending);
  EXPECT_EQ(view.ending->reason, ClosedReason::participant_left);
  EXPECT_EQ(view.session.seats[1].state, SeatState::left);
  EXPECT_EQ(talk.told(), "session.closed participant.left ");
  EXPECT_EQ(code_of_add(kC), "session.closed");
}

TEST_F(Group, WhoIsBlockedNeitherGetsNorGives) {
  ASSERT_TRUE(add(kC));
  ASSERT_EQ(change(seat(2), {.blocked = true})->seat.state, SeatState::blocked);
  talk.text(Conversation::kA, number(0), "without C");
  EXPECT_EQ(sent(), "+442079460142: #1: without C\n");
  EXPECT_EQ(talk.outcome_of_text(kC, number(2), "let me in"), "refused");
  EXPECT_EQ(sent(), "");
  ASSERT_TRUE(change(seat(2), {.blocked = false}));
  talk.text(kC, number(2), "back");
  EXPECT_EQ(sent(), "+12025550142: #3: back\n+442079460142: #3: back\n");
}

TEST_F(Group, ShowsWhoSaidStop) {
  talk.text(Conversation::kB, number(1), "STOP");
  const auto view = talk.show(id());
  EXPECT_EQ(view.seat(view.session.seats[0]).state(), SeatState::active);
  EXPECT_EQ(view.seat(view.session.seats[1]).state(), SeatState::opted_out);
}

TEST_F(Group, AnAdditionIsAnsweredOnceWhateverIsRepeated) {
  const auto once = [&] {
    return talk.run(talk.desk->add_participant(
        talk.caller, id(), {.address = World::person(kC)},
        Idempotent<SeatView>{.mark = {.key = "k", .body_hash = "b"}, .render = [](const SeatView&) {
                               return KeptAnswer{.status = 201, .location = "", .body = "{}"};
                             }}));
  };
  talk.store.unknown_commits = 1;
  EXPECT_TRUE(once());
  EXPECT_TRUE(
      talk.run(talk.desk->kept_answer(talk.caller, {.key = "k", .body_hash = "b"}))->has_value());
  EXPECT_EQ(talk.show(id()).session.seats.size(), 3U);
}

}  // namespace
}  // namespace bauta
