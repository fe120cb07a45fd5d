#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "storage/store/task.h"
#include "tests/simulation/schedule.h"

namespace bauta::simulation {

/// All that the coroutines of one process wait for.  When the process dies, what it waits for never comes: the coroutines are taken
/// apart where they stand.
class Waits {
 public:
  Waits(Schedule& schedule, boost::asio::io_context& context)
      : state_(std::make_shared<State>(schedule, context)) {}

  /// Comes back after `delay`, or never.
  Task<void> pause(Micros delay) {
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
        [state = state_, delay](auto handler) {
          if (state->dead) return;  // the handler goes, and its coroutine with it
          const auto id = ++state->last;
          state->handlers.emplace(id, Handler(std::move(handler)));
          state->schedule.in(delay, [weak = std::weak_ptr(state), id] { resume(weak, id); });
        },
        boost::asio::use_awaitable_t<Executor>());
  }

  /// Comes back once who has `ticket` says wake(), or never.
  Task<void> park(std::shared_ptr<std::uint64_t> ticket) {
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
        [state = state_, ticket](auto handler) {
          if (state->dead) return;
          *ticket = ++state->last;
          state->handlers.emplace(*ticket, Handler(std::move(handler)));
        },
        boost::asio::use_awaitable_t<Executor>());
  }
  void wake(std::uint64_t ticket, Micros delay) {
    state_->schedule.in(delay, [weak = std::weak_ptr(state_), ticket] { resume(weak, ticket); });
  }

  /// Calls `then` after `delay`, unless the process died.
  void later(Micros delay, std::function<void()> then) {
    state_->schedule.in(delay, [weak = std::weak_ptr(state_), then = std::move(then)] {
      const auto state = weak.lock();
      if (state && !state->dead) then();
    });
  }

  /// Destroys every coroutine that waits; what they do while they fall apart waits for nothing more.
  void die() {
    state_->dead = true;
    const auto handlers = std::exchange(state_->handlers, {});
  }
  bool dead() const { return state_->dead; }

 private:
  using Handler = boost::asio::any_completion_handler<void()>;
  struct State {
    State(Schedule& s, boost::asio::io_context& c) : schedule(s), context(c) {}
    Schedule& schedule;
    boost::asio::io_context& context;
    std::map<std::uint64_t, Handler> handlers;
    std::uint64_t last = 0;
    bool dead = false;
  };
  static void resume(const std::weak_ptr<State>& weak, std::uint64_t id) {
    const auto state = weak.lock();
    if (!state || state->dead) return;
    auto node = state->handlers.extract(id);
    boost::asio::post(state->context, std::move(node.mapped()));
  }

  // Shared with the events of the schedule, which outlive a process.
  std::shared_ptr<State> state_;
};

}  // namespace bauta::simulation
