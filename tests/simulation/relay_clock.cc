#include "tests/simulation/relay_clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

#include "storage/store/assert.h"

namespace bauta::simulation {
namespace {

Task<void> answer(Task<Result<ClockState>> task, std::optional<ClockState>& state) {
  auto result = co_await std::move(task);
  BAUTA_ASSERT(result);
  state = *std::move(result);
}

/// Nothing in it waits for time to pass.
ClockState at_once(Task<Result<ClockState>> task) {
  boost::asio::io_context context{1};
  std::optional<ClockState> state;
  boost::asio::co_spawn(context, answer(std::move(task), state),
                        [](const std::exception_ptr& thrown) {
                          if (thrown) std::rethrow_exception(thrown);
                        });
  context.run();
  BAUTA_ASSERT(state);
  return *state;
}

}  // namespace

ClockState RelayClock::begin(Store& disk) {
  keeper_.reset();
  trusted_.emplace(wall_, kJumpMax);
  keeper_.emplace(disk, *trusted_, kMarkEvery);
  return at_once(keeper_->begin());
}

ClockState RelayClock::keep() {
  BAUTA_ASSERT(keeper_);
  return at_once(keeper_->keep());
}

ClockState RelayClock::confirm() {
  BAUTA_ASSERT(keeper_);
  return at_once(keeper_->confirm());
}

}  // namespace bauta::simulation
