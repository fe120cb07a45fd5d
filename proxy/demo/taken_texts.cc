#include "proxy/demo/taken_texts.h"

#include <ranges>
#include <utility>

namespace bauta {

void TakenTexts::put(TakenText text) {
  texts_.push_back(std::move(text));
  if (texts_.size() > texts_max_) texts_.pop_front();
}

std::vector<TakenText> TakenTexts::find(std::string_view from, std::string_view text,
                                        TimePoint not_before, std::size_t most) const {
  std::vector<TakenText> found;
  for (const auto& one : texts_ | std::views::reverse) {
    if (one.at < not_before || found.size() == most) break;
    if (one.from == from && one.text == text) found.push_back(one);
  }
  return found;
}

}  // namespace bauta
