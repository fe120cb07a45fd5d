#pragma once

#include <cstdint>

#ifdef BAUTA_PLANTED_BUGS
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "storage/store/task.h"
#endif

namespace bauta {

/// Bugs that the simulation plants to show that its oracle would catch them.  They exist in the simulation's own build of pool/, routing/
/// and storage/clock/ alone: without BAUTA_PLANTED_BUGS every planted() is false at compile time, and nothing of it is left in what is
/// shipped.
enum class PlantedBug : std::uint8_t {
  none,
  /// A cooling route counts as free before its time (promise 1).
  skipped_cooling,
  /// A carrier is answered before the commit is durable (promise 3).
  answer_before_commit,
  /// A text leaves without a durable claim (promise 4).
  send_without_claim,
  /// STOP without a route is forgotten (promise 6).
  stop_needs_route,
  /// A text's dedup mark is written after the text, in a commit of its own (promise 4).
  dedup_mark_apart,
  /// A text that a carrier put off goes behind the next of its lane (promise 5).
  reorder_on_retry,
  /// A claim does not expect the consent that it read (promise 6).
  claim_despite_stop,
  /// What a receipt says of its recipient's consent is passed over (promise 6).
  receipt_tells_no_opt_out,
  /// In a group a text leaves from its sender's number, not its recipient's (promise 1).
  swapped_seats,
  /// An idle session is closed although a text came since it was judged (promise 3).
  idle_close_despite_text,
  /// The end of a session also ends lines that are another's by now (promise 1).
  close_over_takeover,
  /// A line cools from its session's end on, whatever a carrier may still bring (promise 1).
  cooling_despite_deadline,
  /// Each death of the process counts twice (promise 3).
  crash_counted_twice,
  /// A death of the process is forgotten by the text that caused it (promise 3).
  crash_not_counted,
  /// Turns are counted on a clock that leaps (promise 5).
  turns_by_the_wall_clock,
  /// A wall clock that leaps ahead is followed (promise 1).
  leap_followed,
  /// A text whose outcome at one connection is unknown is handed to the next (promise 4).
  failover_of_unknown,
  /// An event that is being told to a webhook is filed as told (promise 3).
  event_filed_as_told
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
