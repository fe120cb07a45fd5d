#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/store/store.h"
#include "tests/conformance/ground/set_clock.h"

namespace bauta {

/// An engine under test.
class Ground {
 public:
  virtual ~Ground() = default;
  virtual Store& store() = 0;
  /// The process ends and starts again: what was committed is there, what was remembered is not.
  virtual void restart() = 0;
  /// As if all that the engine does in the background to free space were done at once.
  virtual void free_space() {}
};

struct Engine {
  std::string name;
  std::unique_ptr<Ground> (*make)(const SetClock& clock);
};

/// Every engine that has to fulfil the contract.
std::vector<Engine> engines();

}  // namespace bauta
