#pragma once

#include <string_view>

namespace bauta {

/// Was a page that asks with this Host opened by an address, or as localhost?  Any other name may be somebody's who lets it point here, and whose
/// page then counts as one of this server's (DNS rebinding).
bool is_address_or_localhost(std::string_view host);

}  // namespace bauta
