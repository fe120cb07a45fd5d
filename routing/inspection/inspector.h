#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "routing/inspection/families.h"
#include "routing/inspection/inspection.h"
#include "storage/store/records.h"

namespace bauta {

/// What a look at another record found.
template <class T>
struct Counterpart {
  /// It does not open or decode, which is a finding of its own.
  bool unreadable = false;
  std::optional<T> value = {};

  bool is_missing() const { return !unreadable && !value; }
};

/// The walk of inspect(): over every record once, each asked what its family is asked.  What a check has against a record is reported, never
/// returned; an error is one that keeps the walk from going on.  Not thread-safe.
class Inspector {
 public:
  Inspector(Store& store, const IndexKey& index_key, InspectionOptions options)
      : store_(store), index_key_(index_key), options_(std::move(options)) {}

  Task<Result<Inspection>> walk();

  using Check = Task<Status> (Inspector::*)(KeyedRecord);
  /// Personal: what somebody said, who somebody is, or, by keyed hashes, what an erasure of a person erases.
  enum class Content : std::uint8_t { plain, personal };
  struct Family {
    std::string_view name;
    KeyShape shape;
    Check check;
    Content content;
  };

 private:
  friend struct Families;

  Task<Status> look_at(KeyedRecord record);

  // Each family's question.
  Task<Status> only_its_key(KeyedRecord record);
  // account_checks.cc
  Task<Status> account(KeyedRecord record);
  Task<Status> account_name(KeyedRecord record);
  Task<Status> service(KeyedRecord record);
  Task<Status> service_name(KeyedRecord record);
  Task<Status> api_key(KeyedRecord record);
  Task<Status> api_key_id(KeyedRecord record);
  Task<Status> audit_entry(KeyedRecord record);
  Task<Status> kept_answer(KeyedRecord record);
  // pool_checks.cc
  Task<Status> number(KeyedRecord record);
  Task<Status> ring_place(KeyedRecord record);
  Task<Status> ring_cursor(KeyedRecord record);
  // session_checks.cc
  Task<Status> route(KeyedRecord record);
  Task<Status> line(KeyedRecord record);
  Task<Status> pair(KeyedRecord record);
  Task<Status> session(KeyedRecord record);
  Task<Status> activity(KeyedRecord record);
  Task<Status> session_name(KeyedRecord record);
  Task<Status> session_index(KeyedRecord record);
  Task<Status> person_index(KeyedRecord record);
  Task<Status> lane_deadline(KeyedRecord record);
  Task<Status> consent(KeyedRecord record);
  // message_checks.cc
  Task<Status> message(KeyedRecord record);
  Task<Status> delivery(KeyedRecord record);
  Task<Status> erased_delivery(KeyedRecord record);
  Task<Status> dead_letter(KeyedRecord record);
  Task<Status> work_entry(KeyedRecord record);
  Task<Status> low_water_mark(KeyedRecord record);
  Task<Status> provider_id(KeyedRecord record);
  Task<Status> event(KeyedRecord record);
  // webhook_checks.cc
  Task<Status> webhook(KeyedRecord record);
  Task<Status> webhook_progress(KeyedRecord record);
  Task<Status> webhook_attempts(KeyedRecord record);
  Task<Status> of_webhook(Key key, std::string_view family);

  /// A delivery that is open must lie in the work log: asked of many at once, so that the log is not read for each of them.
  Task<Status> expect_in_work_log(Key delivery);
  Task<Status> look_through_work_log();
  /// Positions are in commit order: no entry is older than the one before it.
  void entry_of_log(const KeyedRecord& entry);

  void report(const Key& key, std::string what);
  /// The record of `key`, read; nullptr: it cannot be, which is reported.
  template <class T>
  const T* readable(const Key& key, const Result<T>& read) {
    if (read) return &*read;
    report(key, "cannot be decoded");
    return nullptr;
  }
  /// The same for a plain protobuf message.
  template <class T>
  std::optional<T> parsed(const KeyedRecord& record) {
    T message;
    if (message.ParseFromString(record.record.value)) return message;
    report(record.key, "cannot be decoded");
    return std::nullopt;
  }

  /// Looks `key` up; `decode` makes a Result<T> of its record.
  template <class Decode,
            class T = typename std::invoke_result_t<Decode, const Record&>::value_type>
  Task<Result<Counterpart<T>>> look_up(Key key, Decode decode) {
    auto found = co_await store_.get(std::move(key));
    if (!found) {
      if (found.error().code == "storage.corrupt") co_return Counterpart<T>{.unreadable = true};
      co_return std::unexpected(std::move(found).error());
    }
    if (!*found) co_return Counterpart<T>{};
    auto read = decode(**found);
    if (!read) co_return Counterpart<T>{.unreadable = true};
    co_return Counterpart<T>{.value = *std::move(read)};
  }
  /// Is there a record, whatever it says?
  Task<Result<bool>> exists(Key key);

  Store& store_;
  const IndexKey& index_key_;
  const InspectionOptions options_;
  Inspection inspection_;

  std::unordered_set<Key> open_deliveries_;
  /// The entry of a log that was seen last.
  std::string log_;
  Version log_version_ = kAbsent;
};

/// Every family there is; in this order of names.
const std::vector<Inspector::Family>& families();

}  // namespace bauta
