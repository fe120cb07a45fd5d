#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "routing/desk/desk.h"

namespace bauta {

/// Of each kind, a service.
inline constexpr std::size_t kDefaultNumbersOfEach = 10;

/// All that there are to give, in the order in which they are given: of ranges that nobody has, without those that tests take for people and
/// those that mean something.  As many of the one kind as of the other.
std::vector<std::string> american_numbers();
std::vector<std::string> british_numbers();

/// Gives a service of the sandbox what it lacks of ten American numbers and ten British ones; those that another service has are passed over.
/// A service that has any other number than these is left alone: somebody looks after it.  Asked again after it broke off, it goes on where
/// it was.  Answers how many are still lacking because all are given out, which the log says too.  Codes: storage.*.
Task<Result<std::size_t>> fill_pool(Desk& desk, Caller caller);

}  // namespace bauta
