#pragma once

#include <optional>
#include <string_view>

#include "proxy/net/http.h"

namespace bauta {

/// What a request that changes something must carry: other sites' pages cannot send it unless they are allowed to, and nobody is.
inline constexpr std::string_view kPageHeader = "Bauta-Demo";

/// Does another site's page send it, or one that was served under a name, which may be anybody's who lets it point here?  For what programs
/// call, which name no Origin.
bool is_of_another_site(const HttpRequest& request);

/// Why `request` does not come from the page, opened where it is served; nullopt: it may.
/// A Host that is a name, other than localhost, may be anybody's who lets it point here; an Origin that is not the Host is another site.
std::optional<std::string_view> why_foreign(const HttpRequest& request);

}  // namespace bauta
