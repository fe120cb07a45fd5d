#include "proxy/cli/recovery_hold.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/cli/run_task.h"
#include "proxy/config/log.h"
#include "proxy/net/rfc3339.h"

namespace bauta {
namespace {

std::string what_happened(const Recovery& recovery) {
  if (recovery.is_after_loss) {
    return "the store goes on since " + format_rfc3339(recovery.restored_at) +
           " without writes that it had lost (--accept-loss)";
  }
  return fmt::format("the store was restored from backup {} of {}", recovery.backup,
                     format_rfc3339(recovery.backed_up_at));
}

}  // namespace

Status RecoveryHold::begin() {
  BAUTA_TRY(auto found, run_here(store_.recovery()));
  metrics_.recovery(found.has_value());
  if (found) {
    log::warn("{}: texts are taken, and nothing is sent until bauta backup release",
              what_happened(*found));
  }
  const std::lock_guard lock(mutex_);
  state_ = found;
  return {};
}

std::optional<Recovery> RecoveryHold::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::optional<std::string> RecoveryHold::warning() const {
  const auto held = state();
  if (!held) return std::nullopt;
  return what_happened(*held) +
         " and does not know all that was done since; texts are taken, and nothing is sent until "
         "bauta backup release";
}

Task<Status> RecoveryHold::release(std::function<Task<Status>()> go_on) {
  const auto is_for_me = [this] {
    const std::lock_guard lock(mutex_);
    return state_.has_value() && !std::exchange(is_releasing_, true);
  }();
  if (!is_for_me) {
    if (!is_held()) co_return Status();
    co_return fail("storage.contended", "it is being released already; ask again");
  }
  const auto ended = co_await store_.end_recovery();
  {
    const std::lock_guard lock(mutex_);
    is_releasing_ = false;
    if (ended) state_.reset();
  }
  if (!ended) co_return ended;
  metrics_.recovery(false);
  log::info("released: texts and webhooks are sent again");
  co_return co_await go_on();
}

}  // namespace bauta
