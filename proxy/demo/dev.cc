#include "proxy/demo/dev.h"

#include <fmt/format.h>
#include <json/value.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "proxy/demo/demo.h"
#include "proxy/demo/demo_run.h"
#include "proxy/demo/dev_folder.h"
#include "proxy/demo/dev_loop.h"
#include "proxy/demo/dev_places.h"
#include "proxy/demo/handsets_process.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

void print_json(const DemoPlaces& places, const std::filesystem::path& folder,
                const std::string& test_key, const DevOptions& options) {
  Json::Value json(Json::objectValue);
  json["url"] = places.relay_url;
  json["key"] = places.key;
  json["test_key"] = test_key.empty() ? Json::Value() : Json::Value(test_key);
  json["admin"] = "http://" + options.admin_listen;
  json["handsets"] = places.handsets_url;
  json["folder"] = options.memory ? Json::Value() : Json::Value(folder.string());
  std::fputs((write_json(json) + "\n").c_str(), stdout);
  std::fflush(stdout);
}

/// The numbers, the words and, if asked for, the play.
Status present(DevLoop& loop, const DemoPlaces& places, const std::filesystem::path& folder,
               const std::string& test_key, const DevOptions& options) {
  const auto added = loop.run(add_demo_numbers(loop.client(), places));
  if (!added) return {};
  BAUTA_CHECK(*added);
  if (options.json) {
    print_json(places, folder, test_key, options);
    return {};
  }
  std::fputs(
      fmt::format(
          "\nbauta dev: for trying out, not for production: the carrier is simulated, and the key "
          "stands below.\n"
          "  API       {relay}/api/v1\n"
          "  reference {relay}/docs\n"
          "  metrics   http://{admin}/metrics\n"
          "  handsets  {handsets}\n"
          "  folder    {folder}\n"
          "  key       {key}\n"
          "  sandbox   {test_key}\n\n",
          fmt::arg("relay", places.relay_url), fmt::arg("admin", options.admin_listen),
          fmt::arg("handsets", places.handsets_url),
          fmt::arg("folder", options.memory ? "nothing is kept (--memory)" : folder.string()),
          fmt::arg("key", places.key),
          fmt::arg("test_key",
                   test_key.empty() ? "`bauta key create --test` makes a key for it" : test_key))
          .c_str(),
      stdout);
  if (!options.play) {
    std::fputs((dev_curl_lines(places) + dev_command_lines(places)).c_str(), stdout);
    std::fflush(stdout);
    return {};
  }
  const auto people = loop.run(play_demo(loop.client(), places));
  if (!people) return {};
  BAUTA_CHECK(*people);
  std::fputs(("\n" + demo_curl_lines(places, **people) + "\nCtrl-C ends it.\n").c_str(), stdout);
  std::fflush(stdout);
  return {};
}

Status live(const DevOptions& options, const StartDevRelay& start_relay) {
  BAUTA_TRY(auto folder, DevFolder::open(options));
  BAUTA_TRY(const auto loop, DevLoop::make());
  HandsetsProcess handsets({.listen = options.handsets_listen,
                            .relay_url = "http://" + options.listen,
                            .connection = "simulated",
                            .token = folder.token,
                            .secret = folder.secret});
  auto outcome = handsets.make_sure_it_runs(*loop);
  if (outcome && !loop->stopped()) {
    auto relay = start_relay({.config = folder.config,
                              .memory = options.memory,
                              .make_key = options.memory || folder.key.empty()});
    if (!relay) {
      outcome = std::unexpected(relay.error());
    } else {
      DevKeys keys = (*relay)->made_keys();
      if (keys.key.empty()) {
        keys = {.key = folder.key, .test_key = folder.test_key};
      } else if (!options.memory) {
        outcome = folder.keep(keys);
      }
      const DemoPlaces places{
          .relay_url = (*relay)->url(), .handsets_url = handsets.url(), .key = std::move(keys.key)};
      if (outcome) outcome = present(*loop, places, folder.path, keys.test_key, options);
      if (outcome) loop->run_until_stopped();
      relay->reset();  // drains
    }
  }
  // A loop of its own: the other's was left in the middle of something by the signal.
  BAUTA_TRY(const auto last, DevLoop::make());
  handsets.stop(*last);
  return outcome;
}

}  // namespace

int run_dev(const DevOptions& options, const StartDevRelay& start_relay,
            const MakeDevKey& make_key) {
  auto outcome = places_are_free(options);
  if (outcome) outcome = options.demo ? run_demo(options, make_key) : live(options, start_relay);
  if (outcome) return 0;
  std::fputs(
      fmt::format("bauta dev: {}: {}\n", outcome.error().code, outcome.error().detail).c_str(),
      stderr);
  return 1;
}

}  // namespace bauta
