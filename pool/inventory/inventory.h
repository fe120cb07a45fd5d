#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pool/address/locality.h"
#include "pool/address/virtual_number.h"
#include "storage/store/records.h"
#include "storage/store/store.h"

namespace bauta {

/// `active` -> `reserved` (given only by name) / `draining` (no new seats) -> removed.
enum class NumberStatus : std::uint8_t { active, reserved, draining };
std::string_view number_status_name(NumberStatus status);

/// The one global record of a virtual number.
struct Number {
  VirtualNumber number;
  ServiceId service;
  /// The connection that inbound texts must come from, and that outbound ones leave by.
  std::string connection;
  /// Connections that may send for it as well, in order.
  std::vector<std::string> fallbacks = {};
  NumberStatus status = NumberStatus::active;
  std::vector<std::string> capabilities = {"sms"};
  /// Countries (ISO 3166-1 alpha-2) whose phones it can text; empty: nothing is known that it cannot.
  std::vector<std::string> reach;
  double rate_per_second = 1;
  std::vector<std::string> tags = {};
  Locality locality;
  /// Its fixed random place in every ring that it stands in.
  std::uint64_t rank = 0;
  TimePoint created_at;
  /// What a later version of Bauta wrote besides: survives a rewrite.
  std::string unknown_fields = {};
};

/// Is `text` among them?  Of a number's capabilities or reach.
bool holds(const std::vector<std::string>& words, std::string_view text);

/// What decides whether a number may be given to somebody, as every place in a ring repeats it: so numbers which may not are passed over
/// without reading their records.  The record is the guard, and has the last word.
struct RingTerms {
  NumberStatus status = NumberStatus::active;
  std::vector<std::string> capabilities;
  std::vector<std::string> reach;
};
/// A number's place in a ring, as the key tells it.
struct RingPlace {
  std::uint64_t rank = 0;
  VirtualNumber number;
};

struct NumberPage {
  std::vector<Stored<Number>> numbers;
  std::optional<Key> next;
};

/// The numbers of the pool.  Thread-safe; reads no clock.
/// Keys: `number/<V>` (guard of everything about V), `ring/<svc>/<ring name>/<rank>/<V>`.
class Inventory {
 public:
  explicit Inventory(Store& store) : store_(store) {}

  /// Errors: storage.unavailable, storage.corrupt (as everywhere below).
  Task<Result<std::optional<Stored<Number>>>> find(VirtualNumber number) const;
  /// Is this address one of our own numbers, of whatever service?  The absent version is what a claim expects.
  Task<Result<Version>> version_of_address(RealAddress address) const;
  static Key key_of(const VirtualNumber& number);
  static Key key_of(const RealAddress& address);

  /// Numbers of `service` in ring order, all of them when `filter` is none.  Looks at 10,000 numbers at most: `next` may come with a page
  /// that is not full.
  Task<Result<NumberPage>> list(ServiceId service, std::optional<Key> after, std::uint32_t limit,
                                std::function<bool(const Number&)> filter) const;

  /// Before all places of a ring (ring_name), and of these before all of a rank.
  static Key ring_key(ServiceId service, std::string_view ring);
  static Key place_key(ServiceId service, std::string_view ring, std::uint64_t rank);
  static Key place_key(ServiceId service, std::string_view ring, std::uint64_t rank,
                       std::string_view number);
  static Result<RingPlace> read_place(const Key& key);
  static Result<RingTerms> decode_terms(const std::string& value);

  /// Adds to `commit` what makes `number` exist: expects it absent.
  static void add(Commit& commit, const Number& number);
  /// Adds to `commit` a changed record (same service, rank and locality): expects `was`.
  static void change(Commit& commit, const Stored<Number>& was, const Number& now);
  /// Adds to `commit` the removal: expects `was`, which is draining (asserted), after a scan found no line on it.
  static void remove(Commit& commit, const Stored<Number>& was);

 private:
  Store& store_;
};

/// What the record of a number reads as; storage.corrupt.
Result<Stored<Number>> decode_number(const Record& record);

}  // namespace bauta
