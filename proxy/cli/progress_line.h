#pragma once

#include <string_view>

namespace bauta {

/// What long work has done so far: one line on standard error that is written over, where somebody watches; else nothing.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::string_view words);
  /// Before anything else is said.
  void clear();

 private:
  const bool is_watched_;
  bool is_shown_ = false;
};

}  // namespace bauta
