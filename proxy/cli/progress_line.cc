#include "proxy/cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace bauta {

ProgressLine::ProgressLine() : is_watched_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string_view words) {
  if (!is_watched_) return;
  fmt::print(stderr, "\r\x1b[K{}", words);
  std::fflush(stderr);
  is_shown_ = true;
}

void ProgressLine::clear() {
  if (!is_shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  is_shown_ = false;
}

}  // namespace bauta
