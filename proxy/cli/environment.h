#pragma once

#include <string>

namespace bauta {

/// A secret that a variable of the environment brings, "" if there is none; taken out of it, and out of what /proc/<pid>/environ shows.
/// Before there are other threads.
std::string take_secret(const char* variable);

}  // namespace bauta
