#include "proxy/cli/say.h"

#include <fmt/format.h>

#include <cstdio>

#include "proxy/cli/commands.h"

namespace bauta {

int say_refused(const Error& error) {
  fmt::print(stderr, "bauta: {}: {}\n", error.code, error.detail);
  for (const auto& fault : error.faults) {
    fmt::print(stderr, "  {}{}{}: {}\n", fault.pointer, fault.pointer.empty() ? "" : ": ",
               fault.code, fault.detail);
  }
  return refused;
}

}  // namespace bauta
