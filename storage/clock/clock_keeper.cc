#include "storage/clock/clock_keeper.h"

#include <algorithm>
#include <utility>

#include "storage/clock/clock_mark.pb.h"
#include "storage/store/assert.h"
#include "storage/store/records.h"

namespace bauta {
namespace {

constexpr int kDoor = 0;

Key mark_key() { return Key("clock").text("mark"); }

ClockMark mark_of(const records::ClockMark& record) {
  ClockMark mark{.time = from_millis(record.time_ms())};
  if (record.has_doubted_since_ms()) mark.doubted_since = from_millis(record.doubted_since_ms());
  return mark;
}

}  // namespace

Task<Result<ClockState>> ClockKeeper::begin() {
  BAUTA_CO_TRY(const auto kept, co_await load<records::ClockMark>(store_, mark_key()));
  if (kept) mark_ = mark_of(kept->value);
  is_written_ = kept.has_value();
  co_return clock_.begin(mark_);
}

Task<Result<ClockState>> ClockKeeper::keep() {
  BAUTA_CO_TRY(const auto alone, co_await one_at_a_time_.enter(kDoor));
  const auto state = clock_.state();
  const bool is_current = is_written_ && mark_->doubted_since == state.doubted_since &&
                          state.now < mark_->time + every_;
  if (is_current) co_return state;
  const auto time = mark_ ? std::max(mark_->time, state.now) : state.now;
  BAUTA_CO_CHECK(co_await write({.time = time, .doubted_since = state.doubted_since}));
  co_return state;
}

Task<Result<ClockState>> ClockKeeper::confirm() {
  BAUTA_CO_TRY(const auto alone, co_await one_at_a_time_.enter(kDoor));
  const auto state = clock_.state();
  if (state.trust == ClockTrust::trusted) co_return state;
  BAUTA_CO_CHECK(co_await write({.time = state.wall()}));
  co_return clock_.confirm();
}

/// Expects no version: nobody else writes it, and a write whose outcome nobody knows is made good by the next one.
Task<Status> ClockKeeper::write(ClockMark mark) {
  records::ClockMark record;
  record.set_time_ms(to_millis(mark.time));
  if (mark.doubted_since) record.set_doubted_since_ms(to_millis(*mark.doubted_since));
  Commit commit;
  commit.put(mark_key(), record.SerializeAsString());
  is_written_ = false;
  BAUTA_CO_TRY(const auto done, co_await commit_once(store_, std::move(commit)));
  BAUTA_ASSERT(done);
  mark_ = mark;
  is_written_ = true;
  co_return Status();
}

}  // namespace bauta
