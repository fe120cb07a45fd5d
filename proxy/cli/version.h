#pragma once

#include <string>
#include <string_view>

namespace bauta {

/// "0.1.0"
std::string_view version();
/// The commit that was built, "unknown" outside a checkout.
std::string_view revision();
/// When it was committed, as 2026-11-29; "" outside a checkout.
std::string_view revision_date();
/// Version, revision, compiler and libraries, a line each.
std::string version_page();
/// The same for programs, on one line.
std::string version_json();

}  // namespace bauta
