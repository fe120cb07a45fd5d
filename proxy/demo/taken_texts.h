#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store/clock.h"

namespace bauta {

/// A text that the relay handed over.
struct TakenText {
  std::string id;
  std::string from;
  std::string to;
  std::string text;
  TimePoint at;
  /// It never reaches its phone.
  bool lost = false;
};

/// What the simulated carrier took, answered or not, as it can be asked about it, in memory.  Beyond `texts_max` the oldest is forgotten.
class TakenTexts {
 public:
  explicit TakenTexts(std::size_t texts_max) : texts_max_(texts_max) {}

  /// In the order of `at`.
  void put(TakenText text);
  /// The latest `most` that `from` sent at `not_before` or later with these words, the latest first.
  std::vector<TakenText> find(std::string_view from, std::string_view text, TimePoint not_before,
                              std::size_t most) const;

 private:
  const std::size_t texts_max_;
  std::deque<TakenText> texts_;
};

}  // namespace bauta
