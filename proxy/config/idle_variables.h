#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// Why variables of the environment that look as if they set something here set nothing, as a misspelt one does:
/// "BAUTA_PUBLIC_LISTN sets nothing; did you mean BAUTA_PUBLIC_LISTEN?".  Never with what they say.  `names`: those of all variables.
/// What an orchestrator makes of services that are called bauta (BAUTA_ADMIN_SERVICE_HOST, …) is not among them.
std::vector<std::string> idle_variables(const std::vector<std::string>& names);

/// The names of this process's environment that begin with BAUTA_.  Called before there are other threads.
std::vector<std::string> own_variables();

}  // namespace bauta
