#pragma once

#include <cstdint>

#ifdef BAUTA_PLANTED_BUGS
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "storage/store/task.h"
#endif

namespace bauta {

/// Bugs that the simulation plants to show that its oracle would catch them.  They exist in the simulation's own build of pool/ and
/// routing/ alone: without BAUTA_PLANTED_BUGS every planted() is false at compile time, and nothing of it is left in what is shipped.
enum class PlantedBug : std::uint8_t {
  none,
  /// A cooling route counts as free before its time (promise 1).
  skipped_cooling,
  /// A carrier is answered before the commit is durable (promise 3).
  answer_before_commit,
  /// A text leaves without a durable claim (promise 4).
  send_without_claim,
  /// STOP without a route is forgotten (promise 6).
  stop_needs_route
};

#ifdef BAUTA_PLANTED_BUGS
inline PlantedBug planted_bug = PlantedBug::none;
inline bool planted(PlantedBug bug) { return planted_bug == bug; }
/// Does not wait for `task`.
template <class T>
void leave_behind(const Executor& executor, Task<T> task) {
  boost::asio::co_spawn(executor, std::move(task), boost::asio::detached);
}
#else
constexpr bool planted(PlantedBug) { return false; }
template <class Executor, class Task>
void leave_behind(const Executor&, const Task&) {}
#endif

}  // namespace bauta
