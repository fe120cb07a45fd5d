#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "proxy/cli/client.h"
#include "storage/store/result.h"

namespace bauta {

/// Adds SESSION, a session's id or its unique_name.  Nothing that looks like an address passes: the word may stand in a URL.
void add_session_argument(CLI::App* command, std::string& word);

/// The id of the session that `word` names.  A word that begins with ses_ is one; any other is a unique_name, which the one session that has not
/// ended answers to, else the only one that ever had it.
/// Codes: session.not_found, usage.ambiguous (several that have ended: the detail names their ids), those of the API.
Result<std::string> session_named(Client& client, const std::string& word);

}  // namespace bauta
