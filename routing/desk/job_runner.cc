#include "routing/desk/job_runner.h"

#include <utility>

namespace bauta {
namespace {

constexpr std::uint32_t kJobsAtOnce = 100;

}  // namespace

Task<Result<std::size_t>> JobRunner::work() const {
  BAUTA_CO_TRY(auto open, co_await Jobs(bench_.parts.store).open(kJobsAtOnce));
  std::size_t steps = 0;
  Status failed;
  for (auto& job : open) {
    auto done = co_await eraser_.step(std::move(job));
    if (done) ++steps;
    if (!done && failed) failed = std::move(done);
  }
  if (!failed) co_return std::unexpected(std::move(failed.error()));
  co_return steps;
}

}  // namespace bauta
