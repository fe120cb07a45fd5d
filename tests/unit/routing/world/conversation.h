#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "routing/messages/receipts.h"
#include "routing/messages/relay.h"
#include "routing/outbox/partition.h"
#include "routing/outbox/shared_turns.h"
#include "tests/unit/routing/world/world.h"

namespace bauta::testing_routing {

/// A carrier that answers what it was told to, accepts else, and remembers what it was given.
class ScriptedCarrier final : public CarrierPort {
 public:
  std::deque<SubmitOutcome> answers;
  /// Those that exist, and what one of them alone answers, before `answers`.
  std::set<std::string, std::less<>> connections{"twilio"};
  std::map<std::string, std::deque<SubmitOutcome>> answers_of;
  bool carries_reference = true;
  AskOutcome answer_when_asked = AskedInVain{};
  /// Called while it is asked.
  std::function<void()> while_asked;
  std::vector<SentText> asked;
  std::vector<std::string> connections_asked;
  /// The connection's own next turn.
  SteadyPoint turn_at{};
  /// And that of one of them alone.
  std::map<std::string, SteadyPoint, std::less<>> turn_of;
  /// And its rate, if it has one.
  std::optional<double> rate{};
  /// The connections whose turns were waited for, and then not.
  std::vector<std::string> left;
  /// When turns that have come may be used.
  SteadyPoint use_at{};
  std::vector<OutboundMessage> taken;
  /// "connection: text" of all that it was handed, "|" between.
  std::string handed;
  /// Called with each text before it is answered: a receipt that comes too early, a crash.
  std::function<void(const OutboundMessage&)> meanwhile;

  bool has(std::string_view connection) const override { return connections.contains(connection); }
  bool receipts_carry_reference(std::string_view) const override { return carries_reference; }
  SteadyPoint take_turn(std::string_view connection, ServiceId service,
                        std::optional<TurnTicket>& ticket, SteadyPoint now) override {
    const auto own = turn_of.find(connection);
    const auto until = std::max(turn_at, own == turn_of.end() ? now : own->second);
    if (until > now) {
      ticket = TurnTicket{};
      return until;
    }
    if (rate) return turns_.take(service, ticket, now, *rate);
    ticket.reset();
    return now;
  }
  void leave_turn(std::string_view connection, TurnTicket ticket) override {
    left.emplace_back(connection);
    turns_.leave(ticket);
  }
  SteadyPoint use_turn(std::string_view, SteadyPoint now) override { return std::max(now, use_at); }
  Task<AskOutcome> ask(std::string connection, SentText sent) override {
    asked.push_back(std::move(sent));
    connections_asked.push_back(std::move(connection));
    if (while_asked) while_asked();
    co_await boost::asio::post(boost::asio::use_awaitable_t<Executor>{});
    co_return answer_when_asked;
  }
  Task<SubmitOutcome> submit(std::string connection, OutboundMessage message) override {
    taken.push_back(message);
    handed += (handed.empty() ? "" : "|") + connection + ": " + message.text.reveal();
    co_await boost::asio::post(boost::asio::use_awaitable_t<Executor>{});
    if (const auto act = std::exchange(meanwhile, {})) act(message);
    if (auto& own = answers_of[connection]; !own.empty()) {
      auto answer = std::move(own.front());
      own.pop_front();
      co_return answer;
    }
    if (answers.empty()) co_return SubmitAccepted{{"SM" + std::to_string(taken.size())}};
    auto answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }

  /// "from > to: text", a line each.
  std::string log() const {
    std::string lines;
    for (const auto& message : taken)
      lines +=
          message.from.str() + " > " + message.to.reveal() + ": " + message.text.reveal() + "\n";
    return lines;
  }

 private:
  SharedTurns turns_;
};

/// A world with a session of A and B, the way in, and the lanes of every number that is used.
class Conversation : public World {
 public:
  static constexpr const char* kA = "+12025550142";
  static constexpr const char* kB = "+442079460142";
  static constexpr const char* kX = "+12025550199";

  Conversation() {
    add({"+12025550177", "+12025550178", "+442079460177"});
    start();
    session = *try_open(session_of({kA, kB}));
  }

  /// As after a crash: what only lived in memory is gone.
  void crash() {
    partitions.clear();
    restart();
    start();
  }
  void start() {
    for (const auto* number : {"+12025550177", "+12025550178", "+442079460177"}) {
      const auto p = partition_of(World::number(number));
      if (std::ranges::any_of(partitions, [&](const auto& other) { return other.first == p; }))
        continue;
      partitions.emplace_back(p, std::make_unique<Partition>(p, parts, carrier));
      BAUTA_ASSERT(run(partitions.back().second->start()).has_value());
    }
  }
  /// Everything that is ready now, until nothing is.
  void work() {
    for (bool again = true; again;) {
      again = false;
      for (const auto& [p, partition] : partitions) {
        BAUTA_ASSERT(run(partition->read_on()).has_value());
        for (auto& lane : partition->take_ready(clock.now())) {
          run(partition->step(std::move(lane)));
          again = true;
        }
      }
    }
  }

  void let_numbers_text_the_whole_world() {
    change_settings([](ServiceSettings& settings) { settings.locality_fallback = Tier::any; });
    for (const auto* number : {"+12025550177", "+12025550178", "+442079460177"}) {
      BAUTA_ASSERT(run(desk->change_number(caller, World::number(number),
                                           {.reach = std::vector<std::string>{}}))
                       .has_value());
    }
  }

  std::string seat_number(std::size_t at) const { return session.session.seats[at].number.str(); }
  void text(const std::string& from, const std::string& to, const std::string& words) {
    BAUTA_ASSERT(run(relay.accept(inbound(from, to, words, ""))).has_value());
  }
  InboundMessage inbound(const std::string& from, const std::string& to, const std::string& words,
                         const std::string& id) {
    return {.connection = "twilio",
            .provider_id = id.empty() ? "SM-in-" + std::to_string(++ids_) : id,
            .from = *RealAddress::from_carrier(from),
            .to = World::number(to),
            .text = *MessageText::parse(words)};
  }
  std::string outcome_of_text(const std::string& from, const std::string& to,
                              const std::string& words, const std::string& id = "") {
    const auto outcome = run(relay.accept(inbound(from, to, words, id)));
    return outcome ? std::string(inbound_outcome_name(*outcome))
                   : std::string(outcome.error().code);
  }
  ReceiptOutcome receipt(const OutboundMessage& of, ReceiptStatus status, std::string code = "") {
    return *run(receipts.apply({.connection = "twilio",
                                .reference = of.reference,
                                .word = {.status = status, .carrier_code = std::move(code)}}));
  }
  /// The states of all deliveries of the session, oldest first: "hi|sent".
  std::string deliveries() {
    std::string all;
    auto page = *run(desk->list_messages(caller, session.session.id, 100, ""));
    std::ranges::reverse(page.data);
    for (const auto& view : page.data) {
      for (const auto& delivery : view.deliveries) {
        all += view.message.text.reveal() + "|" + std::string(delivery_state_name(delivery.state));
        if (!delivery.error_code.empty()) all += ":" + delivery.error_code;
        all += " ";
      }
    }
    return all;
  }
  /// Types of the events after the opening of the session, oldest first.
  std::string told() {
    std::string all;
    const auto page = *run(events.after(service.id, 0, 500));
    for (const auto& event : page.events) {
      if (event.type != EventType::number_added && event.type != EventType::session_created) {
        all += std::string(event_type_name(event.type)) + " ";
      }
    }
    return all;
  }

  ScriptedCarrier carrier;
  Relay relay{parts};
  Receipts receipts{parts};
  std::vector<std::pair<std::uint32_t, std::unique_ptr<Partition>>> partitions;
  SessionView session;

  /// What a person was sent and nobody asked for yet, in order, "|" between.
  std::string told_to(const std::string& address) {
    work();
    std::string all;
    std::erase_if(carrier.taken, [&](const OutboundMessage& message) {
      if (message.to.reveal() != address) return false;
      all += (all.empty() ? "" : "|") + message.text.reveal();
      return true;
    });
    return all;
  }
  /// The types of the events whose data name this.
  std::string told_of(std::string_view datum) {
    std::string all;
    for (const Event& event : run(events.after(service.id, 0, 1000))->events) {
      for (const auto& [name, value] : event.data) {
        if (name == datum) all += std::string(event_type_name(event.type)) + " ";
      }
    }
    return all;
  }

 private:
  int ids_ = 0;
};

/// A conversation as a test's fixture: one for all suites, since gtest wants one for those of a name.
class Talking : public ::testing::Test, public Conversation {};

}  // namespace bauta::testing_routing
