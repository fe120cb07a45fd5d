#include "pool/address/spellings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing_routing::World;

using NeverMisroute = testing_routing::Talking;
using NeverExceedConsent = testing_routing::Talking;

/// What somebody who takes a seat as `address` is told when the other one writes "hi".
std::string told_in_a_new_session(testing_routing::Conversation& talk, const std::string& address) {
  const auto opened = *talk.try_open(talk.session_of({address, talk.kX}));
  const auto seat = opened.session.seats[0].address.reveal();
  talk.told_to(seat);
  talk.text(talk.kX, opened.session.seats[1].number.str(), "hi");
  const auto told = talk.told_to(seat);
  talk.close(opened.session.id);
  talk.clock.advance(48h);
  return told;
}

struct Telephone {
  std::string seat;
  std::string written;
};
const std::vector<Telephone> kTelephones = {
    {.seat = "+5491123456789", .written = "+541123456789"},  // C56
    {.seat = "+5511987654321", .written = "+551187654321"},  // C56
    {.seat = "+525512345678", .written = "+5215512345678"},
    {.seat = "+390612345678", .written = "+39612345678"},     // C57
    {.seat = "+3780549886377", .written = "+390549886377"}};  // C57

// C56, C57: replies came from a spelling that the seat does not have.
TEST_F(NeverMisroute, ANationalVariantFindsItsSeat) {
  let_numbers_text_the_whole_world();
  for (const auto& [seat, written] : kTelephones) {
    const auto with = *try_open(session_of({seat, kX}));
    const auto line = with.session.seats[0].number.str();
    EXPECT_EQ(outcome_of_text(written, line, "as the carrier spells me"), "relayed") << seat;
    EXPECT_EQ(told_to(kX), "as the carrier spells me");
    EXPECT_EQ(outcome_of_text(seat, line, "as the platform does"), "relayed") << seat;
    EXPECT_EQ(told_to(kX), "as the platform does");
    text(kX, with.session.seats[1].number.str(), "hi");
    EXPECT_EQ(told_to(with.session.seats[0].address.reveal()), "hi");
    close(with.session.id);
    clock.advance(48h);
  }
}

// C56's trap: whoever is spelt exactly so is meant.
TEST_F(NeverMisroute, TheExactSpellingComesBeforeAVariant) {
  let_numbers_text_the_whole_world();
  const auto with = *try_open(session_of({"+5491123456789", kX}));
  const auto line = with.session.seats[0].number.str();
  EXPECT_EQ(outcome_of_text("+541123456789", line, "sin nueve"), "relayed");
  EXPECT_EQ(told_to(kX), "sin nueve");
  // The trap: somebody else has exactly that spelling on the same number.
  auto request = session_of({"+541123456789", "+12025550198"});
  request.participants[0].number = World::number(line);
  ASSERT_TRUE(try_open(request));
  EXPECT_EQ(outcome_of_text("+541123456789", line, "exact"), "relayed");
  EXPECT_EQ(told_to(kX), "");
  EXPECT_EQ(told_to("+12025550198"), "exact");
}

/// A seat of somebody who is spelt so, at this number.
SessionView seat_at(testing_routing::Conversation& talk, const std::string& address,
                    const std::string& number) {
  auto request = World::session_of({address, talk.kX});
  request.participants[0].number = World::number(number);
  return *talk.try_open(std::move(request));
}

// Found by reading: the record of a line is kept for months, and its dead spelling was taken for the sender's.
TEST_F(NeverMisroute, ALineThatHasCooledInTheExactSpellingHidesNoLiveVariant) {
  let_numbers_text_the_whole_world();
  const auto line = seat_number(0);
  const auto spring = seat_at(*this, "+541123456789", line);
  close(spring.session.id);
  seat_at(*this, "+5491123456789", line);
  // As long as it cools the exact digits are the ended line's.
  EXPECT_EQ(outcome_of_text("+541123456789", line, "too late"), "ended");
  clock.advance(48h);
  EXPECT_EQ(outcome_of_text("+541123456789", line, "hola"), "relayed");
  EXPECT_EQ(told_to(kX), "hola");
}

TEST_F(NeverMisroute, AVariantThatHasCooledIsNoSecondCandidate) {
  let_numbers_text_the_whole_world();
  const auto line = seat_number(0);
  const auto spring = seat_at(*this, "+390549886377", line);
  close(spring.session.id);
  seat_at(*this, "+3780549886377", line);
  EXPECT_EQ(outcome_of_text("+378886377", line, "whose is it?"), "refused");
  clock.advance(48h);
  EXPECT_EQ(outcome_of_text("+378886377", line, "ciao"), "relayed");
  EXPECT_EQ(told_to(kX), "ciao");
}

TEST_F(NeverExceedConsent, AStopOfANationalVariantIsTheSeatsOwn) {
  let_numbers_text_the_whole_world();
  const auto with = *try_open(session_of({"+5511987654321", kX}));
  EXPECT_EQ(outcome_of_text("+551187654321", with.session.seats[0].number.str(), "STOP"),
            "keyword");
  told_to("+5511987654321");
  text(kX, with.session.seats[1].number.str(), "hi");
  EXPECT_EQ(told_to("+5511987654321"), "");
}

// Found by thinking: it was kept under the spelling that the carrier wrote, where a session opened later did not look.
TEST_F(NeverExceedConsent, AStopWithoutARouteCountsForTheSeatThatIsSpeltOtherwise) {
  let_numbers_text_the_whole_world();
  for (const auto& [seat, written] : kTelephones) {
    EXPECT_EQ(outcome_of_text(written, seat_number(0), "STOP"), "keyword");
    EXPECT_EQ(told_in_a_new_session(*this, seat), "") << seat;
    // START, whichever way it is written, lifts it.
    EXPECT_EQ(outcome_of_text(written, seat_number(0), "START"), "keyword");
    EXPECT_EQ(told_in_a_new_session(*this, seat), "hi") << seat;
  }
}

TEST_F(NeverExceedConsent, AStopOfASeatCountsAlsoForTheOtherSpelling) {
  let_numbers_text_the_whole_world();
  for (const auto& [seat, written] : kTelephones) {
    const auto opened = *try_open(session_of({seat, kX}));
    text(seat, opened.session.seats[0].number.str(), "STOP");
    close(opened.session.id);
    clock.advance(48h);
    EXPECT_EQ(told_in_a_new_session(*this, seat), "") << seat;
    // It is the same telephone: who opens a session with the other spelling does not get past it.
    EXPECT_EQ(told_in_a_new_session(*this, written), "") << written;
  }
}

TEST_F(NeverExceedConsent, AStopThatComesInAnotherSpellingBetweenTheLookAndTheClaimIsMet) {
  let_numbers_text_the_whole_world();
  const auto opened = *try_open(session_of({"+5491123456789", kX}));
  text(kX, opened.session.seats[1].number.str(), "hi");
  for (auto& [p, partition] : partitions) {
    ASSERT_TRUE(run(partition->read_on()).has_value());
    for (auto& lane : partition->take_ready(clock.now())) {
      store.meanwhile = [this] {
        Commit commit;
        Ledger::record(
            commit, consenter(index_key, service.id, *RealAddress::from_carrier("+541123456789")),
            {}, {.state = ConsentState::opted_out, .since = clock.now()});
        BAUTA_ASSERT(std::holds_alternative<Committed>(memory.apply(commit)));
      };
      run(partition->step(lane));
    }
  }
  EXPECT_EQ(told_to("+5491123456789"), "");
}

TEST_F(NeverExceedConsent, ACarriersWordCountsForEverySpelling) {
  let_numbers_text_the_whole_world();
  carrier.answers = {
      SubmitRefused{.code = "carrier.opted_out", .detail = "21610", .opted_out = true}};
  EXPECT_EQ(told_in_a_new_session(*this, "+541123456789"), "hi");  // handed over, and refused
  EXPECT_EQ(told_in_a_new_session(*this, "+5491123456789"), "");
}

TEST_F(NeverExceedConsent, ALineThatWasClosedInAnotherSpellingIsNotGivenToTheSeat) {
  let_numbers_text_the_whole_world();
  change_settings([](ServiceSettings& settings) { settings.consent_scope = ConsentScope::line; });
  for (const auto* number : {"+12025550177", "+12025550178"})
    EXPECT_EQ(outcome_of_text("+541123456789", number, "STOP"), "keyword");
  const auto opened = *try_open(session_of({"+5491123456789", kX}));
  EXPECT_EQ(opened.session.seats[0].number.str(), "+442079460177");
}

TEST_F(NeverExceedConsent, ASeatShowsThatTheTelephoneIsOut) {
  let_numbers_text_the_whole_world();
  EXPECT_EQ(outcome_of_text("+541123456789", seat_number(0), "STOP"), "keyword");
  const auto opened = *try_open(session_of({"+5491123456789", kX}));
  const auto view = *run(desk->show_session(caller, opened.session.id));
  EXPECT_TRUE(view.opted_out.contains(view.session.seats[0].id));
  EXPECT_FALSE(view.opted_out.contains(view.session.seats[1].id));
}

}  // namespace
}  // namespace bauta
