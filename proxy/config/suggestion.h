#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// "; did you mean listen?", with the nearest of `known`; "" where none is near.
std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& known);

}  // namespace bauta
