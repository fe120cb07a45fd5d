#pragma once

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

/// "+12025550142" as people of its country write it, near enough.
std::string spaced(std::string_view e164);

}  // namespace bauta
