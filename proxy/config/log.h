#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "storage/store/result.h"

/// The one way to log: one line an event, words and then key=value, on standard error.  What is not formattable cannot be logged, and
/// RealAddress, MessageText and Secret are not (promise 2).  Never given: bodies, tokens, URLs with queries, a carrier's words.
/// Thread-safe.
///   log::warn("mt refused carrier={} message={} to={} code={}", carrier, id.str(), to.masked(), code);
namespace bauta::log {

/// debug: per text, off by default.  info: start, stop, settings, a session's life.  warn: degraded, and counted.  error: a promise is in
/// danger, wake someone.
enum class Level : std::uint8_t { debug, info, warn, error };

/// Codes: config.bad_value.
Result<Level> parse_level(std::string_view name);
std::string_view level_name(Level level);
void set_level(Level level);
bool is_on(Level level);
/// Where lines go instead, without their line end; nullptr: standard error again.  For tests.
void set_sink(std::function<void(std::string_view)> sink);

/// `line` is written as one line, whatever control characters it holds.
void write(Level level, std::string_view line);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (is_on(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (is_on(Level::info)) write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  if (is_on(Level::warn)) write(Level::warn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace bauta::log
