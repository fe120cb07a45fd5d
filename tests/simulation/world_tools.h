#pragma once

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "storage/store/assert.h"
#include "tests/simulation/world.h"

// What the files of World share.
namespace bauta::simulation {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <class T>
T must(Result<T> result) {
  BAUTA_ASSERT(result);
  return *std::move(result);
}

/// What the oracle grants, by how long such a store may take.
Oracle::Latitude latitude_under(const StoreTrouble& trouble);

/// Asking again may be answered otherwise.
inline bool may_pass(const Error& error) {
  return error.code.starts_with("storage.") || error.code == "idempotency.in_flight";
}

template <class... T>
void World::note(const char* format, const T&... values) {
  trace_.line(fmt::format("{:>12} ", schedule_.now().count()) +
              fmt::format(fmt::runtime(format), values...));
}

template <class R>
void World::until_told(Micros patience, std::function<void(std::function<void(R)>)> once,
                       std::function<void(R, int)> told) {
  auto attempt = std::make_shared<Attempt>();
  attempt->patience = patience;
  attempt->once = [this, once = std::move(once),
                   told = std::move(told)](const std::shared_ptr<Attempt>& self) {
    once([this, self, told](R answer) {
      if (self->done) return;
      if (!answer && may_pass(answer.error())) {
        schedule_.in(milliseconds(chance_.between(200, 2'000)), [this, self] { try_again(self); });
        return;
      }
      self->done = true;
      --under_way_;
      told(std::move(answer), self->tries);
    });
  };
  persist(attempt);
}

}  // namespace bauta::simulation
