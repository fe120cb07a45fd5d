#include "proxy/demo/handsets_process.h"

#include <json/value.h>

#include <chrono>
#include <utility>

#include "proxy/carriers/simulated.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{30'000};
constexpr milliseconds kCallTimeout{2'000};
constexpr milliseconds kPollPause{50};

std::unexpected<Error> failed(std::string detail) { return fail("dev.failed", std::move(detail)); }

}  // namespace

Status HandsetsProcess::make_sure_it_runs(DevLoop& loop) {
  auto found = ask_whose(loop);
  const auto patience = steady_clock::now() + kPatience;
  if (found == handsets_mark(options_)) {
    if (!options_.page) return {};
    ask_to_stop(loop);
    while (found && steady_clock::now() < patience && !loop.stopped()) {
      loop.pause(kPollPause);
      found = ask_whose(loop);
    }
  }
  if (found) return failed("something else listens on " + options_.listen);
  BAUTA_CHECK(spawn());
  while (steady_clock::now() < patience && !loop.stopped()) {
    if (ask_whose(loop) == handsets_mark(options_)) return {};
    if (child_.has_ended()) return failed("the handsets ended at once");
    loop.pause(kPollPause);
  }
  return failed("the handsets do not answer on " + options_.listen);
}

void HandsetsProcess::stop(DevLoop& loop) {
  ask_to_stop(loop);
  child_.wait(kPatience);
}

std::optional<std::string> HandsetsProcess::ask_whose(DevLoop& loop) {
  const auto outcome = loop.run(loop.client().call(
      {.method = "GET", .url = url_ + "/handsets/stats", .timeout = kCallTimeout}));
  if (!outcome || std::holds_alternative<HttpNotSent>(*outcome)) return std::nullopt;
  const auto* answer = std::get_if<HttpAnswer>(&*outcome);
  const auto json = answer != nullptr ? read_foreign_json(answer->body) : nullptr;
  return json ? string_in(*json, "speaks_for") : "";
}

void HandsetsProcess::ask_to_stop(DevLoop& loop) {
  HttpCall call{.method = "POST", .url = url_ + "/stop", .timeout = kCallTimeout};
  call.headers.add(std::string(simulated::kSignatureHeader),
                   simulated::signature_of(options_.secret, "POST", "/stop", ""));
  static_cast<void>(loop.run(loop.client().call(std::move(call))));
}

Status HandsetsProcess::spawn() {
  ChildOptions child{.arguments = {"handsets", "--listen", options_.listen, "--relay",
                                   options_.relay_url, "--connection", options_.connection},
                     .variables = {"BAUTA_HANDSETS_TOKEN=" + options_.token,
                                   "BAUTA_HANDSETS_SECRET=" + options_.secret},
                     .log = log_};
  if (options_.page) {
    child.variables.push_back("BAUTA_DEMO_KEY=" + options_.page->key);
    child.variables.push_back("BAUTA_DEMO_ADMIN_URL=" + options_.page->admin_url);
    child.variables.push_back("BAUTA_DEMO_SUPERVISOR=" + std::to_string(options_.page->supervisor));
    child.dies_with_us = true;
  }
  return child_.start(child);
}

}  // namespace bauta
