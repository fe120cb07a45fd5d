#include "proxy/demo/relay_watch.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <string_view>

#include "proxy/net/rfc3339.h"

namespace bauta {
namespace {

constexpr std::chrono::milliseconds kPatience{3'000};

bool is_shown(std::string_view line) {
  constexpr std::array<std::string_view, 6> kShown = {
      "bauta_texts_total{",        "bauta_lane_texts ",    "bauta_dead_letters_total{",
      "bauta_end_to_end_seconds_", "bauta_fsync_seconds_", "bauta_possible_doubles_total{",
  };
  return line.find("_bucket{") == std::string_view::npos &&
         std::ranges::any_of(kShown, [&](auto name) { return line.starts_with(name); });
}

template <class Work>
void for_each_line(std::string_view text, Work work) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    work(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Json::Value time_or_null(std::optional<TimePoint> time) {
  return time ? Json::Value(format_rfc3339(*time)) : Json::Value();
}

}  // namespace

Task<bool> RelayWatch::look() {
  const auto outcome = co_await client_.call(
      {.method = "GET", .url = admin_url_ + "/metrics", .timeout = kPatience});
  const auto* answer = std::get_if<HttpAnswer>(&outcome);
  if (std::holds_alternative<HttpNotSent>(outcome)) up_ = false;
  if (answer == nullptr || answer->status != 200) co_return false;
  metrics_ = Json::Value(Json::arrayValue);
  std::string process;
  for_each_line(answer->body, [&](std::string_view line) {
    if (line.starts_with("bauta_process_start_time_seconds ")) process = line;
    if (is_shown(line)) metrics_.append(std::string(line));
  });
  if (killed_at_ && !back_at_) {
    if (process == process_) co_return false;  // the one that is about to die
    back_at_ = clock_.now();
  }
  process_ = process;
  up_ = true;
  co_return true;
}

bool RelayWatch::kill() {
  if (!has_supervisor() || ::kill(supervisor_, SIGUSR1) != 0) return false;
  ++crashes_;
  killed_at_ = clock_.now();
  back_at_.reset();
  up_ = false;
  return true;
}

Json::Value RelayWatch::json() const {
  Json::Value json;
  json["up"] = up_;
  json["crashes"] = crashes_;
  json["can_crash"] = has_supervisor();
  json["killed_at"] = time_or_null(killed_at_);
  json["back_at"] = time_or_null(back_at_);
  return json;
}

/// Anybody else's process id may be that of somebody who knows nothing of us.
bool RelayWatch::has_supervisor() const { return supervisor_ > 1 && ::getppid() == supervisor_; }

}  // namespace bauta
