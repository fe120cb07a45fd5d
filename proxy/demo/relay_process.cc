#include "proxy/demo/relay_process.h"

#include <csignal>
#include <fstream>
#include <string>
#include <utility>

namespace bauta {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStartPatience{60'000};
constexpr milliseconds kStopPatience{15'000};
constexpr milliseconds kCallTimeout{2'000};
constexpr milliseconds kPollPause{50};

std::unexpected<Error> failed(std::string detail) { return fail("dev.failed", std::move(detail)); }

/// A process that gives up says why last.
std::string last_line_of(const std::filesystem::path& path) {
  std::ifstream log(path);
  std::string last;
  for (std::string line; std::getline(log, line);)
    if (!line.empty()) last = line;
  return last;
}

}  // namespace

RelayProcess::RelayProcess(DevLoop& loop, Options options)
    : loop_(loop), options_(std::move(options)) {
  // At once: whom nobody listens to, this signal would end.
  loop_.on_user_signal([this] { child_.signal(SIGKILL); });
}

Status RelayProcess::spawn() {
  return child_.start({.arguments = {"serve", "--config", options_.config.string()},
                       .log = options_.log,
                       .dies_with_us = true});
}

Status RelayProcess::start() {
  BAUTA_CHECK(spawn());
  const auto patience = steady_clock::now() + kStartPatience;
  while (steady_clock::now() < patience && !loop_.stopped()) {
    const auto outcome = loop_.run(loop_.client().call(
        {.method = "GET", .url = options_.admin_url + "/readyz", .timeout = kCallTimeout}));
    if (child_.has_ended())
      return failed("the relay ended at once: " + last_line_of(options_.log) +
                    " (all of it: " + options_.log.string() + ")");
    const auto* answer = outcome ? std::get_if<HttpAnswer>(&*outcome) : nullptr;
    if (answer != nullptr && answer->status == 200) {
      kept_running_ = true;
      loop_.every(kPollPause, [this] { look(); });
      return {};
    }
    loop_.pause(kPollPause);
  }
  if (loop_.stopped()) return {};
  return failed("the relay does not get ready; it says why in " + options_.log.string());
}

void RelayProcess::look() {
  if (!kept_running_ || !child_.has_ended()) return;
  if (std::exchange(was_running_, false)) ended_at_ = steady_clock::now();
  if (steady_clock::now() - ended_at_ < options_.pause) return;
  // One that cannot be started now may be a moment later.
  was_running_ = spawn().has_value();
  if (!was_running_) ended_at_ = steady_clock::now();
}

void RelayProcess::stop() {
  kept_running_ = false;
  child_.signal(SIGTERM);
  child_.wait(kStopPatience);
}

}  // namespace bauta
