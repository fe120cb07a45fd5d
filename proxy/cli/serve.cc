#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "proxy/cli/commands.h"
#include "proxy/cli/relay_server.h"
#include "proxy/cli/say.h"
#include "proxy/cli/version.h"
#include "proxy/config/config.h"
#include "proxy/config/idle_variables.h"
#include "proxy/config/log.h"

namespace bauta {
namespace {

ExitCode exit_code_of(const Error& failure) {
  if (failure.code == "storage.corrupt") return store_corrupt;
  if (failure.code == "storage.full") return store_full;
  return store_failed;
}

/// Waits on this thread for what ends a relay; the code to exit with.
class Watch {
 public:
  Watch(std::filesystem::path config, TakenVariables& secrets)
      : config_(std::move(config)), secrets_(secrets) {}

  int wait(RelayServer& server) {
    server_ = &server;
    server.on_failure([this](const Error& failure) {
      boost::asio::post(loop_, [this, code = exit_code_of(failure)] { end(code); });
    });
    wait_for_end();
    wait_for_reload();
    loop_.run();
    return code_;
  }
  void let_second_signal_kill() {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
  }

 private:
  void end(int code) {
    code_ = code;
    loop_.stop();
  }
  void wait_for_end() {
    end_signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) end(done);
    });
  }
  void wait_for_reload() {
    reload_signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      server_->take_up(load_config(config_, secrets_));
      wait_for_reload();
    });
  }

  std::filesystem::path config_;
  TakenVariables& secrets_;
  RelayServer* server_ = nullptr;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set end_signals_{loop_, SIGTERM, SIGINT};
  boost::asio::signal_set reload_signals_{loop_, SIGHUP};
  int code_ = done;
};

}  // namespace

int run_serve(const ServeOptions& options) {
  TakenVariables secrets;
  auto config = load_config(options.config, secrets);
  if (!config) return say_refused(config.error());
  const auto drain = config->drain;
  const bool public_url_is_doubtful =
      config->public_url_is_assumed &&
      std::ranges::any_of(config->connections,
                          [](const auto& connection) { return connection.type == "twilio"; });
  log::set_level(*log::parse_level(config->log_level));
  for (const auto& idle : idle_variables(own_variables()))
    log::warn("a variable of the environment is passed over: {}", idle);
  // Before there are other threads: they inherit its mask, and signals find their way here.
  Watch watch(options.config, secrets);
  auto server = RelayServer::start(*std::move(config),
                                   {.make_key = false, .accept_loss = options.accept_loss});
  if (!server) {
    const int code = say_refused(server.error());
    // What was taken before must be written out to start, and there is no room for it.
    return server.error().code == "storage.full" ? store_full : code;
  }
  if (public_url_is_doubtful)
    log::warn("callbacks are expected where this machine listens: [public] url is not set");
  log::info("started version={} revision={} public={} admin={}", version(), revision(),
            (*server)->public_address(), (*server)->admin_address());
  const int code = watch.wait(**server);
  if (code != done) {
    // A store that cannot promise is not drained: what is on the disk is the truth, and the next start decides from it.
    std::fflush(nullptr);
    std::_Exit(code);
  }
  log::info("draining seconds={}", drain.count());
  const auto cut_off = (*server)->drain();
  log::info("stopped reason=signal cut_off={}", cut_off);
  const auto failure = (*server)->failure();
  return failure ? exit_code_of(*failure) : done;
}

}  // namespace bauta
