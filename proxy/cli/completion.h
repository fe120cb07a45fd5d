#pragma once

#include <string>

#include "proxy/cli/command_tree.h"

namespace bauta {

/// Scripts for a shell to source: after them it completes commands, options, values of closed sets, and files where one must stand.
std::string bash_completion(const CommandEntry& root);
std::string zsh_completion(const CommandEntry& root);
std::string fish_completion(const CommandEntry& root);

}  // namespace bauta
