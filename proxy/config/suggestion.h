#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// "; did you mean listen?", with the word of `known` that has the fewest letters changed, if a third of them is enough for it; else "".
std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& known);

}  // namespace bauta
