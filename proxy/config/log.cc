#include "proxy/config/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

namespace bauta::log {
namespace {

class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void redirect(std::function<void(std::string_view)> to) {
    const std::lock_guard lock(mutex_);
    to_ = std::move(to);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (to_) {
      to_({line.data(), line.size() - 1});
    } else {
      std::fwrite(line.data(), 1, line.size(), stderr);
    }
  }
  void flush_() override { std::fflush(stderr); }

 private:
  std::function<void(std::string_view)> to_;
};

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

struct Output {
  std::shared_ptr<LineSink> sink = std::make_shared<LineSink>();  // shared with the logger
  spdlog::logger logger{"bauta", sink};

  Output() {
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc, "\n"));
    logger.set_level(spdlog::level::info);
  }
};

Output& output() {
  static auto* const kOutput = new Output;  // never destroyed: threads may log until the very end
  return *kOutput;
}

}  // namespace

Result<Level> parse_level(std::string_view name) {
  for (const auto level : {Level::debug, Level::info, Level::warn, Level::error}) {
    if (level_name(level) == name) return level;
  }
  return fail("config.bad_value", "a level is one of: debug, info, warn, error");
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

void set_level(Level level) { output().logger.set_level(level_of(level)); }
bool is_on(Level level) { return output().logger.should_log(level_of(level)); }
void set_sink(std::function<void(std::string_view)> sink) {
  output().sink->redirect(std::move(sink));
}

void write(Level level, std::string_view line) {
  std::string text;
  text.reserve(line.size() + 6);
  text.append(level_name(level)).append(" ").append(line);
  // One line an event: a line end in a value would forge a second one.
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  output().logger.log(level_of(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace bauta::log
