#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/seal/secret.h"

namespace bauta {

/// Takes a variable out of the environment, and out of the memory that /proc/<pid>/environ shows; nullopt: there is none.
/// Called before there are other threads.
std::optional<Secret> take_variable(const std::string& name);

/// Secrets of the environment for who asks more than once: each is taken out of it when it is first asked for, and kept here.
class TakenVariables {
 public:
  /// Good as long as this is; nullopt: there is none.
  std::optional<std::string_view> find(const std::string& name);

 private:
  std::map<std::string, Secret> taken_;
};

}  // namespace bauta
