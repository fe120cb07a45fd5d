#include "proxy/demo/demo_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include "proxy/demo/demo.h"
#include "proxy/demo/dev_folder.h"
#include "proxy/demo/dev_loop.h"
#include "proxy/demo/handsets_process.h"
#include "proxy/demo/relay_process.h"

namespace bauta {
namespace {

void present(const HandsetsProcess& handsets, const DevOptions& options, const DevFolder& folder) {
  std::fputs(
      fmt::format("\n  Open  {page}/\n\n"
                  "Two phones, simulated, and a real relay between them: book a stay, text, "
                  "pull the plug.\n"
                  "Not for production.  API http://{relay}/api/v1, metrics "
                  "http://{admin}/metrics; key, store and log lie in {folder}.\n"
                  "Ctrl-C ends it.\n",
                  fmt::arg("page", handsets.url()), fmt::arg("relay", options.listen),
                  fmt::arg("admin", options.admin_listen), fmt::arg("folder", folder.path.string()))
          .c_str(),
      stdout);
  std::fflush(stdout);
}

Status serve(DevLoop& loop, HandsetsProcess& handsets, RelayProcess& relay,
             const DevOptions& options, const DevFolder& folder) {
  BAUTA_CHECK(handsets.make_sure_it_runs(loop));
  if (loop.stopped()) return {};
  BAUTA_CHECK(relay.start());
  if (loop.stopped()) return {};
  const auto added =
      loop.run(add_demo_numbers(loop.client(), {.relay_url = "http://" + options.listen,
                                                .handsets_url = handsets.url(),
                                                .key = folder.key}));
  if (!added) return {};
  BAUTA_CHECK(*added);
  present(handsets, options, folder);
  loop.run_until_stopped();
  return {};
}

}  // namespace

Status run_demo(const DevOptions& options, const MakeDevKey& make_key) {
  BAUTA_TRY(auto folder, DevFolder::open(options));
  if (folder.key.empty()) {
    BAUTA_TRY(const auto keys, make_key(folder.config));
    BAUTA_CHECK(folder.keep(keys));
  }
  const auto log = folder.path / "demo.log";  // of this run alone
  std::error_code error;
  std::filesystem::remove(log, error);
  const auto admin_url = "http://" + options.admin_listen;
  const auto relay_url = "http://" + options.listen;
  BAUTA_TRY(const auto loop, DevLoop::make());
  RelayProcess relay(*loop, {.config = folder.config, .log = log, .admin_url = admin_url});
  HandsetsProcess handsets({.listen = options.handsets_listen,
                            .relay_url = relay_url,
                            .connection = "simulated",
                            .token = folder.token,
                            .secret = folder.secret,
                            .page = DemoPageOptions{.relay_url = relay_url,
                                                    .admin_url = admin_url,
                                                    .key = folder.key,
                                                    .supervisor = ::getpid()}},
                           log);
  const auto outcome = serve(*loop, handsets, relay, options, folder);
  relay.stop();
  // A loop of its own: the other's was left in the middle of something by the signal.
  BAUTA_TRY(const auto last, DevLoop::make());
  handsets.stop(*last);
  return outcome;
}

}  // namespace bauta
