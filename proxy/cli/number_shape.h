#pragma once

#include <string>
#include <vector>

#include "proxy/cli/client_command.h"

namespace bauta {

/// How numbers of the pool are shown, many or one.
extern const Shape kNumberShape;

std::string number_path(const std::string& number);
void add_number_argument(CLI::App* command, std::string& number);
Json::Value list_of(const std::vector<std::string>& texts);

/// `bauta numbers set`.
void add_number_set_command(ClientCommands& commands, CLI::App* family);

}  // namespace bauta
