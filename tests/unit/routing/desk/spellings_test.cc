#include "pool/address/spellings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing_routing::Conversation;
using testing_routing::World;

constexpr const char* kToday = "+5491123456789";
constexpr const char* kOther = "+541123456789";

// C56, from the platform's side: a host was entered with Argentina's 9 in one session and without it in another, and what was asked about them
// told of one session only.
class OneTelephoneInTwoSpellings : public testing::Test {
 protected:
  OneTelephoneInTwoSpellings() {
    world.let_numbers_text_the_whole_world();
    names[open({kToday, Conversation::kX})] = "first";
    names[open({Conversation::kB, kOther})] = "second";
    names[open({Conversation::kB, Conversation::kX})] = "others'";
    names[open({kToday, Conversation::kX})] = "third";
  }

  SessionId open(const std::vector<std::string>& people) {
    world.clock.advance(1ms);
    OpenSession request;
    for (const auto& person : people)
      request.participants.push_back({.address = World::person(person),
                                      .label = {},
                                      .language = {},
                                      .number = {},
                                      .locality = {}});
    const auto opened = *world.try_open(std::move(request));
    world.clock.advance(1ms);
    world.send(opened.session.id, "hello");
    return opened.session.id;
  }
  /// All pages of `limit`: "third second first ".
  std::string searched(const std::string& address, std::uint32_t limit) {
    std::string all;
    std::string cursor;
    do {
      const auto page = *world.run(world.desk->search_sessions(
          world.caller, {.address = World::person(address), .limit = limit, .cursor = cursor}));
      for (const auto& view : page.data) all += names[view.session.id] + " ";
      cursor = page.next_cursor;
    } while (!cursor.empty() && all.size() < 1000);
    return all;
  }
  PersonExport exported_page(const std::string& address, std::uint32_t limit, std::string cursor) {
    return *world.run(world.desk->export_person(
        world.caller,
        {.address = World::person(address), .limit = limit, .cursor = std::move(cursor)}));
  }
  /// "first:1 second:1 third:1 ", with how many texts each was shown with.
  std::string exported(const std::string& address, std::uint32_t limit) {
    std::string all;
    std::string cursor;
    do {
      const auto page = exported_page(address, limit, cursor);
      for (const auto& session : page.sessions) {
        EXPECT_EQ(session.seats.size(), 1U);
        all += names[session.view.session.id] + ":" + std::to_string(session.messages.size()) + " ";
      }
      cursor = page.next_cursor;
    } while (!cursor.empty() && all.size() < 1000);
    return all;
  }
  std::string erased(const std::string& address) {
    world.clock.advance(1ms);
    const auto job = *world.run(world.desk->erase_person(world.caller, World::person(address), {}));
    while (*world.run(world.desk->work()) > 0) {
    }
    const auto done = *world.run(world.desk->show_job(world.caller, job.id));
    std::string counts = done.done_at ? "done" : "running";
    for (const auto& [name, value] : done.counts)
      counts += " " + name + "=" + std::to_string(value);
    return counts;
  }

  Conversation world;
  std::map<SessionId, std::string> names;
};

TEST_F(OneTelephoneInTwoSpellings, IsSearchedForInBoth) {
  for (const char* spelling : {kToday, kOther}) {
    for (const std::uint32_t limit : {1U, 2U, 3U, 100U})
      EXPECT_EQ(searched(spelling, limit), "third second first ") << spelling << " " << limit;
  }
}

TEST_F(OneTelephoneInTwoSpellings, IsExportedFromBoth) {
  for (const char* spelling : {kToday, kOther}) {
    for (const std::uint32_t limit : {2U, 4U, 100U})
      EXPECT_EQ(exported(spelling, limit), "first:1 second:1 third:1 ") << spelling << " " << limit;
    EXPECT_EQ(exported_page(spelling, 100, "").lines.size(), 3U) << spelling;
  }
}

// Both seats are the person's, and the session is told of once.
TEST_F(OneTelephoneInTwoSpellings, MaySitTwiceInOneSession) {
  names[open({kToday, kOther})] = "both";
  EXPECT_EQ(searched(kOther, 1), "both third second first ");
  const auto page = exported_page(kOther, 100, "");
  ASSERT_EQ(page.sessions.size(), 4U);
  EXPECT_EQ(page.sessions[3].seats.size(), 2U);
  EXPECT_THAT(erased(kToday), HasSubstr(" sessions=4 "));
}

TEST_F(OneTelephoneInTwoSpellings, AgreesAndStopsInBoth) {
  const auto record = [&](const char* address, ConsentState state) {
    ASSERT_TRUE(world.run(world.desk->record_consent(
        world.caller, {.address = World::person(address), .state = state}, {})));
  };
  record(kOther, ConsentState::opted_out);
  for (const char* spelling : {kToday, kOther}) {
    const auto known = *world.run(world.desk->consents_of(world.caller, World::person(spelling)));
    ASSERT_EQ(known.size(), 1U) << spelling;
    EXPECT_EQ(known[0].consent.state, ConsentState::opted_out) << spelling;
    EXPECT_EQ(exported_page(spelling, 1, "").consents.size(), 1U) << spelling;
  }
}

TEST_F(OneTelephoneInTwoSpellings, IsErasedInBothAndTheReceiptCountsBoth) {
  EXPECT_EQ(erased(kOther),
            "done consents=0 cooling_lines=3 dead_letters=0 deliveries=6 messages=3 opt_outs=0 "
            "pairs=0 sessions=3 system_texts=0");
  EXPECT_FALSE(world.holds("1123456789"));
  EXPECT_EQ(searched(kToday, 100), "");
  EXPECT_EQ(searched(Conversation::kX, 100), "others' ");
}

TEST_F(OneTelephoneInTwoSpellings, IsErasedToTheEndAfterACrashAtEveryStep) {
  world.clock.advance(1ms);
  const auto job = *world.run(world.desk->erase_person(world.caller, World::person(kToday), {}));
  while (*world.run(world.desk->work()) > 0) world.crash();
  const auto done = *world.run(world.desk->show_job(world.caller, job.id));
  EXPECT_EQ(done.counts.at("sessions"), 3U);
  EXPECT_EQ(done.counts.at("cooling_lines"), 3U);
  EXPECT_FALSE(world.holds("1123456789"));
}

}  // namespace
}  // namespace bauta
