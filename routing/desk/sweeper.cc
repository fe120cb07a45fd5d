#include "routing/desk/sweeper.h"

#include <utility>

namespace bauta {
namespace {

constexpr std::uint32_t kTimersPage = 100;

/// Fought over, or gone meanwhile: looked at again.
bool may_be_tried_again(const Error& error) {
  return error.code == "storage.contended" || error.code == "session.not_found";
}

}  // namespace

Task<Result<Sweeper::Swept>> Sweeper::sweep() const {
  Swept swept;
  const Timers timers(bench_.parts.store);
  for (std::uint32_t part = 0; part < Timers::kParts; ++part) {
    for (;;) {
      BAUTA_CO_TRY(auto due, co_await timers.due(part, bench_.parts.clock.now(), kTimersPage));
      std::size_t settled = 0;
      for (DueTimer& timer : due) {
        auto again = timer.kind == TimerKind::retention ? co_await forget_texts(timer, swept)
                                                        : co_await write_end(timer, swept);
        if (!again && may_be_tried_again(again.error())) continue;
        BAUTA_CO_TRY(const auto at, std::move(again));
        BAUTA_CO_CHECK(co_await settle(std::move(timer), at));
        ++settled;
      }
      if (due.size() < kTimersPage || settled == 0) break;
    }
  }
  co_return swept;
}

Task<Result<Sweeper::Again>> Sweeper::write_end(DueTimer timer, Swept& swept) const {
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(timer.service, timer.session));
  BAUTA_CO_TRY(const auto owner, co_await bench_.services.find(timer.service));
  if (!state || !owner) co_return Again{};
  const Session& session = state->session.value;
  if (session.status == SessionStatus::closed) co_return Again{};
  const auto ending = state->ending(bench_.now(timer.service));
  if (!ending) co_return next_end(session, state->last_activity);
  BAUTA_CO_TRY(const auto closed,
               co_await bench_.close(owner->value.settings, timer.service, timer.session, *ending));
  if (closed.status == SessionStatus::closed) {
    ++swept.ended;
    co_return Again{};
  }
  // A text came meanwhile: it lives on, until its clock as it stands now.
  BAUTA_CO_TRY(const auto now, co_await bench_.sessions.find(timer.service, timer.session));
  co_return now ? next_end(now->session.value, now->last_activity) : Again{};
}

Task<Result<Sweeper::Again>> Sweeper::forget_texts(DueTimer timer, Swept& swept) const {
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(timer.service, timer.session));
  BAUTA_CO_TRY(const auto owner, co_await bench_.services.find(timer.service));
  if (!state || !owner) co_return Again{};
  const Session& session = state->session.value;
  // Brought back: its next end files its own timer.
  if (session.status != SessionStatus::closed || !session.closed_at) co_return Again{};
  const TimePoint over = *session.closed_at + owner->value.settings.retention_seconds;
  if (over > bench_.now(timer.service)) co_return over;
  BAUTA_CO_CHECK(co_await eraser_.erase_texts(timer.service, timer.session));
  ++swept.forgotten;
  co_return Again{};
}

Task<Status> Sweeper::settle(DueTimer timer, Again again) const {
  Commit commit;
  commit.erase(timer.key);
  // The same moment again would be the same key, erased and written in one commit.
  if (again) {
    Timers::file(commit, timer.kind, std::max(*again, timer.at + Duration(1)), timer.service,
                 timer.session);
  }
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_CHECK(co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return Status{};
}

}  // namespace bauta
