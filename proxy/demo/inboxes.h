#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/store/clock.h"

namespace bauta {

/// A text as a phone shows it.
struct ReceivedText {
  /// Counts up over all phones, so that a reader can ask for what is new.
  std::uint64_t sequence = 0;
  std::string from;
  std::string text;
  TimePoint at;
};

/// What the phones of the simulated carrier got, in memory.  Beyond `texts_max` the oldest is forgotten.
class Inboxes {
 public:
  explicit Inboxes(std::size_t texts_max) : texts_max_(texts_max) {}

  void put(const std::string& phone, ReceivedText text);
  /// In the order of arrival, those behind `after`.
  std::vector<ReceivedText> read(const std::string& phone, std::uint64_t after) const;
  std::size_t phones() const { return phones_.size(); }

 private:
  const std::size_t texts_max_;
  std::uint64_t last_sequence_ = 0;
  std::unordered_map<std::string, std::deque<ReceivedText>> phones_;
  std::deque<std::string> arrivals_;  // whose inbox got each text, oldest first
};

}  // namespace bauta
