#include "proxy/cli/say.h"

#include <fmt/format.h>

#include <cstdio>

#include "proxy/cli/commands.h"

namespace bauta {

std::string refusal_of(const Error& error) {
  auto told = fmt::format("bauta: {}: {}\n", error.code, error.detail);
  const auto is_told = [&](const FieldFault& fault) {
    return error.faults.size() == 1 && fault.code == error.code &&
           error.detail == fault.pointer + (fault.pointer.empty() ? "" : ": ") + fault.detail;
  };
  for (const auto& fault : error.faults) {
    if (is_told(fault)) continue;
    told += fmt::format("  {}{}{}: {}\n", fault.pointer, fault.pointer.empty() ? "" : ": ",
                        fault.code, fault.detail);
  }
  return told;
}

int say_refused(const Error& error) {
  fmt::print(stderr, "{}", refusal_of(error));
  return refused;
}

}  // namespace bauta
