#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pool/allocation/allocator.h"
#include "pool/allocation/routes.h"
#include "pool/inventory/inventory.h"
#include "storage/memory/memory_store.h"
#include "storage/store/assert.h"
#include "storage/store/random.h"

namespace bauta::testing_pool {

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
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

class SetClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  TimePoint now(ServiceId) const override { return now_; }
  void advance(Duration by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
};

/// Counts what is read, and can fail.
class WatchedStore final : public Store {
 public:
  explicit WatchedStore(Store& store) : store_(store) {}

  struct Reads {
    std::size_t calls = 0;
    std::size_t records = 0;
  };
  Reads reads;
  bool broken = false;

  Task<Result<std::optional<Record>>> get(Key key) override {
    note(1);
    if (broken) co_return failed();
    co_return co_await store_.get(std::move(key));
  }
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
    note(keys.size());
    if (broken) co_return failed();
    co_return co_await store_.multi_get(std::move(keys));
  }
  Task<Result<ScanPage>> scan(ScanRequest request) override {
    if (broken) co_return failed();
    auto page = co_await store_.scan(std::move(request));
    note(page ? page->records.size() : 0);
    co_return page;
  }
  Task<CommitOutcome> commit(Commit commit) override { return store_.commit(std::move(commit)); }
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override {
    return store_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
  }

 private:
  static std::unexpected<Error> failed() { return fail("storage.unavailable", "the disk is gone"); }
  void note(std::size_t records) {
    ++reads.calls;
    reads.records += records;
  }
  Store& store_;
};

/// A pool in memory, and what the desk does with it: commits as records.md says.
class World {
 public:
  SetClock clock;
  MemoryStore memory{clock};
  WatchedStore store{memory};
  Inventory inventory{store};
  RouteTable routes{store};
  Allocator allocator{store, inventory, routes};
  SeededRandom random{1};
  const ServiceId service = ServiceId::make(1, random);

  boost::asio::io_context& io() { return io_; }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(io_, keep(std::move(task), &result), boost::asio::detached);
    io_.restart();
    io_.run();
    return *std::move(result);
  }

  bool commit(Commit commit) {
    return std::holds_alternative<Committed>(run(store.commit(std::move(commit))));
  }

  static VirtualNumber number(const std::string& text) { return *VirtualNumber::parse(text); }
  static RealAddress person(const std::string& text) { return *RealAddress::parse(text); }
  /// Stands in for the keyed hash, which pool/ is given.
  static PersonHash hash_of(const RealAddress& address) {
    SeededRandom spread(std::hash<std::string>{}(address.reveal_with_channel()));
    Bits128 bits;
    spread.fill(bits);
    return PersonHash(bits);
  }

  Number describe(const std::string& text) {
    const VirtualNumber virtual_number = number(text);
    return {.number = virtual_number,
            .service = service,
            .connection = "twilio",
            .reach = default_reach(virtual_number),
            .locality = locality_of(virtual_number),
            .rank = random.next(),
            .created_at = clock.now()};
  }
  void add(const Number& described) {
    Commit adding;
    Inventory::add(adding, described);
    BAUTA_ASSERT(commit(std::move(adding)));
  }
  void add(std::initializer_list<std::string> numbers) {
    for (const std::string& text : numbers) add(describe(text));
  }
  std::optional<Stored<Number>> find(const VirtualNumber& virtual_number) {
    return *run(inventory.find(virtual_number));
  }
  void change(const std::string& text, const std::function<void(Number&)>& edit) {
    const auto was = find(number(text));
    Number now = was->value;
    edit(now);
    Commit changing;
    Inventory::change(changing, *was, now);
    BAUTA_ASSERT(commit(std::move(changing)));
  }

  SeatRequest seat_for(const std::string& address) {
    const RealAddress real = person(address);
    return {.service = service, .address = real, .person = hash_of(real)};
  }
  Result<SeatChoice> choose(SeatRequest request) {
    return run(allocator.choose(std::move(request), clock.now()));
  }

  /// What opening a session commits for this seat; false: a conflict, nothing was written.
  bool take(const SeatRequest& request, const SeatChoice& choice, SessionId session) {
    Commit opening;
    opening.expect(Inventory::key_of(choice.number.value.number), choice.number.version);
    RouteTable::take(opening,
                     {.service = request.service,
                      .address = request.address,
                      .person = request.person,
                      .number = choice.number.value.number,
                      .session = session,
                      .seat = SeatId::make(1, random)},
                     choice.route_version);
    choice.advance_cursor(opening);
    return commit(std::move(opening));
  }
  SessionId new_session() { return SessionId::make(to_millis(clock.now()), random); }

  /// Opens a line: the number and how near it is, or the code of the refusal.
  std::string open(const SeatRequest& request) {
    const auto choice = choose(request);
    if (!choice) return std::string(choice.error().code);
    if (!take(request, *choice, new_session())) return "conflict";
    return choice->number.value.number.str() + " " + std::string(tier_name(choice->match));
  }
  std::string open(const std::string& address) { return open(seat_for(address)); }

  std::optional<Stored<Route>> route(const std::string& address,
                                     const std::string& virtual_number) {
    const RealAddress real = person(address);
    return *run(routes.find(service, hash_of(real), real, number(virtual_number)));
  }
  void close(const std::string& address, const std::string& virtual_number, Duration cooling) {
    Commit closing;
    RouteTable::cool(closing, *route(address, virtual_number), clock.now() + cooling,
                     std::chrono::days(90));
    BAUTA_ASSERT(commit(std::move(closing)));
  }

 private:
  template <class T>
  static Task<> keep(Task<T> task, std::optional<T>* result) {
    result->emplace(co_await std::move(task));
  }
  boost::asio::io_context io_;
};

}  // namespace bauta::testing_pool
