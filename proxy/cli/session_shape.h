#pragma once

#include "proxy/cli/client_command.h"

namespace bauta {

/// How sessions are shown, many or one.
extern const Shape kSessionShape;

/// One of them, and below it who takes part.
void show_session(const Output& output, const Reply& session);

std::string session_path(const std::string& id);

/// `bauta session …` of what is about a person: joining, leaving, blocking, searching.
void add_session_people_commands(ClientCommands& commands, CLI::App* family);

}  // namespace bauta
