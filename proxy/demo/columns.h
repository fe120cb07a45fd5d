#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// How many columns of a terminal `utf8` takes: wide characters and emoji two, what joins them none.
std::size_t columns_of(std::string_view utf8);
/// Lines of at most `columns`, broken at spaces, inside a word only where it is longer than a line.
std::vector<std::string> wrap(std::string_view utf8, std::size_t columns);

}  // namespace bauta
