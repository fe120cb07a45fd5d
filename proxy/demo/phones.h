#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// One text as one of two phones shows it.
struct ShownText {
  bool mine = false;  // written on this phone
  std::string text;
  std::string time;   // "14:05"
  std::string ticks;  // "✓✓", only beside one's own
};

/// One of the two phones of the demonstration.
struct ShownPhone {
  std::string owner;   // "Host, Washington"
  std::string number;  // the owner's own: only they know it
  std::string thread;  // whom this phone believes to write with: a virtual number
  std::vector<ShownText> texts;
};

/// Both side by side, 80 columns wide, each line ended by a newline.  With `colours`, as terminals understand them.
std::string draw_phones(const ShownPhone& left, const ShownPhone& right, bool colours);

/// How many columns of a terminal `utf8` takes: wide characters and emoji two, what joins them none.
std::size_t columns_of(std::string_view utf8);
/// Lines of at most `columns`, broken at spaces, inside a word only where it is longer than a line.
std::vector<std::string> wrap(std::string_view utf8, std::size_t columns);
/// "+12025550142" as people of its country write it, near enough.
std::string spaced(std::string_view e164);

}  // namespace bauta
