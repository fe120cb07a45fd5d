#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// Which of `known` somebody meant who wrote `written`: the one with the fewest letters changed, if a third of the letters is enough
/// for it; for "did you mean".
std::optional<std::string> nearest_word(std::string_view written,
                                        const std::vector<std::string>& known);

}  // namespace bauta
