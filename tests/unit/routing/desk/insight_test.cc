#include "routing/desk/insight.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

class Insights : public testing_routing::Talking {
 protected:
  /// "message.received message.sent:+250ms …"
  std::string steps_of(const MessageTrace& trace) {
    std::string line;
    TimePoint before = trace.view.message.received_at;
    for (const auto& step : trace.steps) {
      line.append(line.empty() ? "" : " ").append(step.type);
      if (!step.code.empty()) line.append("(" + step.code + ")");
      const auto waited = std::chrono::duration_cast<std::chrono::seconds>(step.at - before);
      if (waited.count() > 0) line.append("+" + std::to_string(waited.count()) + "s");
      before = step.at;
    }
    return line;
  }
  MessageId only_message() {
    return run(desk->list_messages(caller, session.session.id, 1, ""))->data.at(0).message.id;
  }
  Result<MessageTrace> trace(MessageId id) { return run(desk->insight().trace(service.id, id)); }
  /// "twilio: 1 0 0 0 0 0"
  std::string waiting() {
    std::string lines;
    for (const auto& [name, queue] : run(desk->insight().waiting(service.id))->connections) {
      lines += name + ":";
      for (const auto count : queue.waiting) lines += " " + std::to_string(count);
      if (queue.unknown > 0) lines += " unknown " + std::to_string(queue.unknown);
      lines += "\n";
    }
    return lines;
  }
};

TEST_F(Insights, ATraceTellsATextsLifeInOrder) {
  text(kA, seat_number(0), "hi");
  clock.advance(2s);
  work();
  clock.advance(5s);
  receipt(carrier.taken.at(0), ReceiptStatus::delivered);
  // Others write meanwhile.
  text(kB, seat_number(1), "hello");
  const auto found =
      *trace(run(desk->list_messages(caller, session.session.id, 10, ""))->data.at(1).message.id);
  EXPECT_EQ(steps_of(found), "message.received message.sent+2s message.delivered+5s");
  EXPECT_EQ(found.steps[1].connection, "twilio");
  EXPECT_EQ(found.steps[1].to, session.session.seats[1].id);
  EXPECT_TRUE(found.steps[0].event.has_value());
  EXPECT_TRUE(found.is_complete);
  EXPECT_EQ(found.view.deliveries.at(0).provider_ids, std::vector<std::string>{"SM1"});
  EXPECT_EQ(found.view.message.text.reveal(), "hi");
}

TEST_F(Insights, ATraceShowsARefusalAndTheAttemptAfterIt) {
  carrier.answers.push_back(SubmitRefused{.code = "carrier.refused", .detail = "30007"});
  text(kA, seat_number(0), "hi");
  work();
  const auto id = only_message();
  EXPECT_EQ(steps_of(*trace(id)), "message.received message.failed(carrier.refused)");
  clock.advance(60s);
  ASSERT_TRUE(run(desk->retry_dead_letter(caller, id, session.session.seats[1].id)).has_value());
  work();
  EXPECT_EQ(steps_of(*trace(id)),
            "message.received message.failed(carrier.refused) message.sent+60s");
}

TEST_F(Insights, ATraceThatLooksAtTooLittleSaysSo) {
  text(kA, seat_number(0), "hi");
  const auto id = only_message();
  clock.advance(1s);
  for (int i = 0; i < 600; ++i) text(kX, seat_number(0), "noise");
  work();
  Workbench bench(parts, [](std::string_view) { return true; });
  const Insight narrow(bench, {.events_max = 100, .entries_max = 100});
  const auto found = *run(narrow.trace(service.id, id));
  EXPECT_FALSE(found.is_complete);
  EXPECT_EQ(steps_of(found), "message.received message.sent+1s") << "what the record itself tells";
  EXPECT_FALSE(found.steps.back().event.has_value());
  EXPECT_TRUE(trace(id)->is_complete);
  EXPECT_TRUE(trace(id)->steps.back().event.has_value());
}

TEST_F(Insights, ATraceOfAnotherServicesTextIsNotFound) {
  text(kA, seat_number(0), "hi");
  const auto id = only_message();
  const auto elsewhere =
      *run(desk->accounts().ensure_with_service("stranger", "elsewhere", clock.now(), random));
  EXPECT_EQ(run(desk->insight().trace(elsewhere.id, id)).error().code, "message.not_found");
  EXPECT_EQ(trace(MessageId::make(1, random)).error().code, "message.not_found");
}

TEST_F(Insights, TheQueueCountsWhatWaitsByItsAge) {
  EXPECT_EQ(waiting(), "");
  text(kA, seat_number(0), "one");
  clock.advance(30s);
  text(kA, seat_number(0), "two");
  text(kB, seat_number(1), "three");
  EXPECT_EQ(waiting(), "twilio: 2 0 1 0 0 0\n");
  clock.advance(2h);
  EXPECT_EQ(waiting(), "twilio: 0 0 0 0 0 3\n");
  const auto elsewhere =
      *run(desk->accounts().ensure_with_service("stranger", "elsewhere", clock.now(), random));
  EXPECT_TRUE(run(desk->insight().waiting(elsewhere.id))->connections.empty());
  EXPECT_EQ(run(desk->insight().waiting(std::nullopt))->connections.at("twilio").waiting.back(), 3U)
      << "of all services together";
  work();
  EXPECT_TRUE(run(desk->insight().waiting(std::nullopt))->connections.empty());
  EXPECT_EQ(waiting(), "") << "what was sent waits for nothing but its receipt";
}

TEST_F(Insights, TheQueueShowsWhatNobodyKnowsTheOutcomeOf) {
  carrier.answers.push_back(SubmitUnknown{.code = "carrier.timeout"});
  text(kA, seat_number(0), "hi");
  work();
  EXPECT_EQ(waiting(), "twilio: 1 0 0 0 0 0 unknown 1\n");
}

TEST_F(Insights, TheQueueShowsWhatWasHandedOverAtTheConnectionThatWasHandedIt) {
  ASSERT_TRUE(run(desk->change_number(caller, session.session.seats[1].number,
                                      {.fallbacks = std::vector<std::string>{"vonage"}})));
  carrier.connections.insert("vonage");
  carrier.answers_of["twilio"] = {SubmitLater{.code = "carrier.throttled", .retry_after = 30s}};
  carrier.answers_of["vonage"] = {SubmitUnknown{.code = "carrier.timeout"}};
  text(kA, seat_number(0), "one");
  text(kA, seat_number(0), "two");
  work();
  EXPECT_EQ(waiting(), "twilio: 1 0 0 0 0 0\nvonage: 1 0 0 0 0 0 unknown 1\n");
}

TEST_F(Insights, TheQueueIsLookedAtUpToALimit) {
  for (int i = 0; i < 30; ++i) text(kA, seat_number(0), "hi " + std::to_string(i));
  Workbench bench(parts, [](std::string_view) { return true; });
  const Insight narrow(bench, {.events_max = 100, .entries_max = 10});
  EXPECT_FALSE(run(narrow.waiting(service.id))->is_complete);
  EXPECT_TRUE(run(desk->insight().waiting(service.id))->is_complete);
}

}  // namespace
}  // namespace bauta
