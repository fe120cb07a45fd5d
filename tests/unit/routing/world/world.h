#pragma once

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "routing/desk/desk.h"
#include "routing/outbox/relay_parts.h"
#include "storage/memory/memory_store.h"
#include "storage/seal/index_key.h"
#include "storage/store/assert.h"
#include "storage/store/random.h"

namespace bauta::testing_routing {

/// Deterministic (splitmix64), the same on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> out) override {
    for (std::byte& octet : out) octet = static_cast<std::byte>(word() >> 24);
  }
  std::uint64_t word() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(word() % end); }

 private:
  std::uint64_t state_;
};

class SetClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  TimePoint now(ServiceId) const override { return now_; }
  SteadyPoint steady() const override { return steady_; }
  void advance(Duration by) {
    now_ += by;
    steady_ += by;
  }
  /// Somebody sets it, forward or back.
  void leap(Duration by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
  SteadyPoint steady_{std::chrono::hours{1}};
};

/// Lets others run before every call, as a disk does; and does what a test wants to happen just before a commit.
class BusyStore final : public Store {
 public:
  explicit BusyStore(Store& store) : store_(store) {}

  /// Called before the next commit, and forgotten.
  std::function<void()> meanwhile;
  /// What becomes of the next commits instead of what they ask for: carried out or not, nobody is told.
  int unknown_commits = 0;
  bool unknown_are_written = true;
  std::size_t commits = 0;
  std::size_t conflicts = 0;

  Task<Result<std::optional<Record>>> get(Key key) override {
    co_await others();
    co_return co_await store_.get(std::move(key));
  }
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
    co_await others();
    co_return co_await store_.multi_get(std::move(keys));
  }
  Task<Result<ScanPage>> scan(ScanRequest request) override {
    co_await others();
    co_return co_await store_.scan(std::move(request));
  }
  Task<CommitOutcome> commit(Commit commit) override {
    co_await others();
    if (const auto act = std::exchange(meanwhile, {})) act();
    ++commits;
    if (unknown_commits > 0) {
      --unknown_commits;
      if (unknown_are_written) static_cast<void>(co_await store_.commit(std::move(commit)));
      co_return Unknown{{.code = "storage.unknown", .detail = "the line went dead"}};
    }
    auto outcome = co_await store_.commit(std::move(commit));
    if (std::holds_alternative<Conflict>(outcome)) ++conflicts;
    co_return outcome;
  }
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override {
    return store_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
  }

 private:
  static Task<void> others() {
    co_await boost::asio::post(boost::asio::use_awaitable_t<Executor>{});
  }
  Store& store_;
};

/// A relay in memory, with one service ("harbour"), whose clock is moved by hand.  Numbers and people are fictional.
class World {
 public:
  World() {
    service = *run(desk->accounts().ensure_with_service("acme", "harbour", clock.now(), random));
    caller = {.key = {.id = {},
                      .account = service.account,
                      .service = {},
                      .scopes = all_scopes(),
                      .label = {},
                      .hint = {},
                      .created_at = clock.now(),
                      .expires_at = {}},
              .service = service};
  }

  SetClock clock;
  MemoryStore memory{clock};
  BusyStore store{memory};
  SeededRandom random{1};
  IndexKey index_key{std::span<const std::byte, IndexKey::kOctets>(kIndexKey)};
  metrics::Instruments metrics{"test", "none"};
  RelayParts parts{store, index_key, clock, random, metrics, {}};
  std::unique_ptr<Desk> desk = new_desk();
  Inventory inventory{store};
  RouteTable routes{store};
  Sessions sessions{store};
  EventLog events{store};
  Service service;
  Caller caller;

  /// As after a restart: what only lived in memory is gone.
  void restart() { desk = new_desk(); }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(io_, keep(std::move(task), &result), boost::asio::detached);
    io_.restart();
    io_.run();
    BAUTA_ASSERT(result.has_value());
    return *std::move(result);
  }
  void run(Task<void> task) {
    boost::asio::co_spawn(io_, std::move(task), boost::asio::detached);
    io_.restart();
    io_.run();
  }
  /// All at the same time.
  template <class T>
  std::vector<T> run_all(std::vector<Task<T>> tasks) {
    std::vector<std::optional<T>> results(tasks.size());
    for (std::size_t at = 0; at < tasks.size(); ++at)
      boost::asio::co_spawn(io_, keep(std::move(tasks[at]), &results[at]), boost::asio::detached);
    io_.restart();
    io_.run();
    std::vector<T> all;
    for (auto& result : results) all.push_back(*std::move(result));
    return all;
  }

  static VirtualNumber number(const std::string& text) { return *VirtualNumber::parse(text); }
  static RealAddress person(const std::string& text) { return *RealAddress::parse(text); }
  PersonHash hash_of(const std::string& address) const {
    const RealAddress real = person(address);
    return index_key.person(service.id, channel_name(real.channel()), real.reveal());
  }

  Consenter consenter_of(const std::string& address) const {
    return consenter(index_key, service.id, person(address));
  }

  void add(std::initializer_list<std::string> numbers) {
    for (const std::string& text : numbers) {
      NewNumber added{.number = number(text), .connection = "twilio"};
      added.rate_per_second = 1'000;  // who tests rates sets them
      BAUTA_ASSERT(run(desk->add_number(caller, std::move(added), {})).has_value());
    }
  }
  void change_settings(const std::function<void(ServiceSettings&)>& edit) {
    const auto was = *run(desk->services().find(service.id));
    ServiceSettings settings = was->value.settings;
    edit(settings);
    service = *(*run(desk->services().change(*was, settings)));
    caller.service = service;
  }

  static OpenSession session_of(std::initializer_list<std::string> people) {
    OpenSession request;
    for (const std::string& address : people)
      request.participants.push_back(
          {.address = person(address), .label = {}, .language = {}, .number = {}, .locality = {}});
    return request;
  }
  Result<SessionView> try_open(OpenSession request,
                               std::optional<Idempotent<SessionView>> idempotent = {}) {
    return run(desk->open_session(caller, std::move(request), std::move(idempotent)));
  }
  SessionView open(std::initializer_list<std::string> people) {
    auto opened = try_open(session_of(people));
    BAUTA_ASSERT(opened.has_value());
    return *std::move(opened);
  }
  /// The numbers of the seats in order, or the code of the refusal.
  std::string open_or_code(OpenSession request) { return told(try_open(std::move(request))); }
  static std::string told(const Result<SessionView>& opened) {
    if (!opened) return std::string(opened.error().code);
    std::string numbers;
    for (const Seat& seat : opened->session.seats)
      numbers += (numbers.empty() ? "" : " ") + seat.number.str();
    return numbers;
  }
  SessionView show(SessionId id) { return *run(desk->show_session(caller, id)); }
  SessionView close(SessionId id) {
    return *run(desk->change_session(caller, id, {.close = true}));
  }
  std::string send(SessionId session, const std::string& text, std::vector<SeatId> to = {}) {
    auto sent =
        run(desk->send_text(caller, {session, *MessageText::parse(text), std::move(to)}, {}));
    return sent ? sent->message.id.str() : std::string(sent.error().code);
  }

  std::optional<Stored<Route>> route(const std::string& address, const VirtualNumber& at) {
    return *run(routes.find(service.id, hash_of(address), person(address), at));
  }
  /// "live", "cooling", "free" (cooled down), "none".
  std::string line(const std::string& address, const VirtualNumber& at) {
    const auto found = route(address, at);
    if (!found) return "none";
    if (found->value.state == RouteState::live) return "live";
    return found->value.reusable_at <= clock.now() ? "free" : "cooling";
  }
  /// The log's types in order, "session.created session.closed(api)", with reasons and codes.
  std::string log(std::string_view only = "") {
    std::string told;
    for (const Event& event : run(events.after(service.id, 0, 1000))->events) {
      const std::string_view type = event_type_name(event.type);
      if (!type.starts_with(only)) continue;
      told += (told.empty() ? "" : " ") + std::string(type);
      for (const auto& [name, value] : event.data) {
        if (name == "reason" || name == "code") told += "(" + value + ")";
      }
    }
    return told;
  }
  /// Does anything in the store hold these octets?
  bool holds(std::string_view octets) const {
    for (const KeyedRecord& record : memory.everything()) {
      if (record.key.octets().contains(octets) || record.record.value.contains(octets)) return true;
    }
    return false;
  }

 private:
  static constexpr std::array<std::byte, IndexKey::kOctets> kIndexKey{std::byte{7}};

  std::unique_ptr<Desk> new_desk() {
    return std::make_unique<Desk>(
        parts, [](std::string_view name) { return name == "twilio" || name == "vonage"; },
        [] { return std::vector<std::string>{"twilio", "vonage"}; });
  }
  template <class T>
  static Task<> keep(Task<T> task, std::optional<T>* result) {
    result->emplace(co_await std::move(task));
  }
  boost::asio::io_context io_;
};

}  // namespace bauta::testing_routing
