#include "proxy/demo/dev.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <json/value.h>
#include <openssl/rand.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "proxy/carriers/signing.h"
#include "proxy/carriers/simulated.h"
#include "proxy/demo/demo.h"
#include "proxy/demo/handsets.h"
#include "proxy/net/http_client.h"
#include "proxy/net/json.h"

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere

namespace bauta {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kHandsetsPatience{10'000};
constexpr milliseconds kPollPause{50};

std::unexpected<Error> failed(std::string detail) { return fail("dev.failed", std::move(detail)); }

std::string random_hex(std::size_t octets) {
  std::string bytes(octets, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(octets)) != 1) {
    throw std::runtime_error("the system has no random octets");
  }
  return encode_hex(bytes);
}

/// Readable by its owner alone; as a whole or not at all.
Status write_private(const fs::path& path, const std::string& content) {
  const fs::path fresh = path.string() + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("cannot write " + fresh.string());
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  std::error_code error;
  if (written) fs::rename(fresh, path, error);
  if (!written || error) return failed("cannot write " + path.string());
  return {};
}

fs::path default_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    return fs::path(data) / "bauta-dev";
  }
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) / ".local/share/bauta-dev"
                                          : fs::path("bauta-dev");
}

/// What lies in the folder beside the relay's own: `dev.json`.
struct Kept {
  std::string token;
  std::string secret;
  std::string key;

  static Result<Kept> load(const fs::path& folder) {
    std::ifstream file(folder / "dev.json");
    if (!file) return Kept{.token = random_hex(16), .secret = random_hex(32), .key = ""};
    std::stringstream content;
    content << file.rdbuf();
    const auto json = read_strict_json(content.str());
    if (!json)
      return failed((folder / "dev.json").string() +
                    " cannot be read; remove the folder to begin anew");
    return Kept{.token = string_in(*json, "token"),
                .secret = string_in(*json, "secret"),
                .key = string_in(*json, "key")};
  }
  Status save(const fs::path& folder) const {
    Json::Value json;
    json["token"] = token;
    json["secret"] = secret;
    json["key"] = key;
    return write_private(folder / "dev.json", write_json(json));
  }
};

std::string config_of(const DevOptions& options, const Kept& kept) {
  return fmt::format(
      R"(# Written by `bauta dev` at every start: for trying out and for tests, not for production.
[public]
listen = "{listen}"
url = "http://{listen}"
[admin]
listen = "{admin}"
[storage]
engine = "{engine}"
path = "data"
[master_key]
file = "master.key"
[[connections]]
name = "simulated"
type = "simulated"
token = "{token}"
auth_token = "{secret}"
api_url = "http://{handsets}"
)",
      fmt::arg("listen", options.listen), fmt::arg("admin", options.admin_listen),
      fmt::arg("engine", options.memory ? "memory" : "rocksdb"), fmt::arg("token", kept.token),
      fmt::arg("secret", kept.secret), fmt::arg("handsets", options.handsets_listen));
}

/// This thread's event loop, a client on it, and the signals that end it all.
class Loop {
 public:
  static Result<std::unique_ptr<Loop>> make() {
    auto loop = std::unique_ptr<Loop>(new Loop);
    HttpClientOptions options;
    options.user_agent = "bauta-dev";
    BAUTA_TRY(loop->client_, HttpClient::make(loop->context_.get_executor(), std::move(options)));
    return loop;
  }

  HttpClient& client() { return *client_; }
  bool stopped() const { return stopped_; }

  /// nullopt: a signal came first; nothing more is run on this loop then.
  template <class T>
  std::optional<T> run(Task<T> task) {
    struct Outcome {
      std::optional<T> value;
      std::exception_ptr thrown;
    };
    const auto outcome = std::make_shared<
        Outcome>();  // shared with the end of the task, which may outlive this call
    boost::asio::co_spawn(context_.get_executor(), std::move(task),
                          [outcome](std::exception_ptr error, T value) {
                            outcome->thrown = std::move(error);
                            outcome->value.emplace(std::move(value));
                          });
    while (!stopped_ && !outcome->value) context_.run_one();
    if (stopped_) return std::nullopt;
    if (outcome->thrown) std::rethrow_exception(outcome->thrown);
    return std::move(outcome->value);
  }
  void run_until_stopped() {
    while (!stopped_) context_.run_one();
  }
  void pause(milliseconds time) { context_.run_for(time); }

 private:
  Loop() : signals_(context_, SIGINT, SIGTERM) {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) stopped_ = true;
    });
  }

  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_;
  std::unique_ptr<HttpClient> client_;
  bool stopped_ = false;
};

/// The process that plays the carrier: found, or started.
class HandsetsProcess {
 public:
  HandsetsProcess(const DevOptions& options, const Kept& kept)
      : options_({.listen = options.handsets_listen,
                  .relay_url = "http://" + options.listen,
                  .connection = "simulated",
                  .token = kept.token,
                  .secret = kept.secret}),
        url_("http://" + options_.listen) {}

  const std::string& url() const { return url_; }

  Status make_sure_it_runs(Loop& loop) {
    const auto found = ask_whose(loop);
    if (found == handsets_mark(options_)) return {};
    if (found) return failed("something else listens on " + options_.listen);
    BAUTA_CHECK(spawn());
    const auto patience = std::chrono::steady_clock::now() + kHandsetsPatience;
    while (std::chrono::steady_clock::now() < patience && !loop.stopped()) {
      if (ask_whose(loop) == handsets_mark(options_)) return {};
      if (::waitpid(child_, nullptr, WNOHANG) == child_) {
        child_ = 0;
        return failed("the handsets ended at once");
      }
      loop.pause(kPollPause);
    }
    return failed("the handsets do not answer on " + options_.listen);
  }

  /// Also one that an earlier run left behind.
  void stop(Loop& loop) {
    HttpCall call{.method = "POST", .url = url_ + "/stop", .timeout = milliseconds{2'000}};
    call.headers.add(std::string(simulated::kSignatureHeader),
                     simulated::signature_of(options_.secret, "POST", "/stop", ""));
    static_cast<void>(loop.run(loop.client().call(std::move(call))));
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
  }

 private:
  /// Whom the process that listens there speaks for; nullopt: nothing listens.
  std::optional<std::string> ask_whose(Loop& loop) {
    const auto outcome = loop.run(loop.client().call(
        {.method = "GET", .url = url_ + "/handsets/stats", .timeout = milliseconds{2'000}}));
    if (!outcome || std::holds_alternative<HttpNotSent>(*outcome)) return std::nullopt;
    const auto* answer = std::get_if<HttpAnswer>(&*outcome);
    const auto json = answer != nullptr ? read_foreign_json(answer->body) : nullptr;
    return json ? string_in(*json, "speaks_for") : "";
  }

  Status spawn() {
    std::vector<std::string> arguments = {"bauta",         "handsets",         "--listen",
                                          options_.listen, "--relay",          options_.relay_url,
                                          "--connection",  options_.connection};
    // Secrets in the environment: everybody may read a process's arguments.
    std::vector<std::string> variables = {"BAUTA_HANDSETS_TOKEN=" + options_.token,
                                          "BAUTA_HANDSETS_SECRET=" + options_.secret};
    for (char** variable = environ; *variable != nullptr; ++variable) {
      variables.emplace_back(*variable);
    }
    const auto pointers = [](std::vector<std::string>& texts) {
      std::vector<char*> all;
      all.reserve(texts.size() + 1);
      for (auto& text : texts) all.push_back(text.data());
      all.push_back(nullptr);
      return all;
    };
    const auto argv = pointers(arguments);
    const auto envp = pointers(variables);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // A process group of its own: Ctrl-C ends the relay first, which then asks the handsets to stop.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    const int error =
        ::posix_spawn(&child_, "/proc/self/exe", nullptr, &attributes, argv.data(), envp.data());
    posix_spawnattr_destroy(&attributes);
    if (error != 0) return failed("cannot start the handsets");
    return {};
  }

  const HandsetsOptions options_;
  const std::string url_;
  pid_t child_ = 0;
};

/// The numbers, the words and, if asked for, the play.
Status present(Loop& loop, const DemoPlaces& places, const fs::path& folder,
               const DevOptions& options) {
  const auto added = loop.run(add_demo_numbers(loop.client(), places));
  if (!added) return {};
  BAUTA_CHECK(*added);
  std::fputs(
      fmt::format(
          "\nbauta dev: for trying out, not for production: the carrier is simulated, and the key "
          "stands below.\n"
          "  API       {relay}/api/v1\n"
          "  metrics   http://{admin}/metrics\n"
          "  handsets  {handsets}\n"
          "  folder    {folder}\n"
          "  key       {key}\n\n",
          fmt::arg("relay", places.relay_url), fmt::arg("admin", options.admin_listen),
          fmt::arg("handsets", places.handsets_url),
          fmt::arg("folder", options.memory ? "nothing is kept (--memory)" : folder.string()),
          fmt::arg("key", places.key))
          .c_str(),
      stdout);
  if (!options.demo) {
    std::fputs(dev_curl_lines(places).c_str(), stdout);
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
  const auto folder = options.folder.empty() ? default_folder() : options.folder;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return failed("cannot make " + folder.string());
  fs::permissions(folder, fs::perms::owner_all, error);
  BAUTA_TRY(auto kept, Kept::load(folder));
  BAUTA_CHECK(kept.save(folder));
  const auto config = folder / "bauta.toml";
  BAUTA_CHECK(write_private(config, config_of(options, kept)));

  BAUTA_TRY(const auto loop, Loop::make());
  HandsetsProcess handsets(options, kept);
  auto outcome = handsets.make_sure_it_runs(*loop);
  if (outcome && !loop->stopped()) {
    auto relay = start_relay({.config = config,
                              .memory = options.memory,
                              .make_key = options.memory || kept.key.empty()});
    if (!relay) {
      outcome = std::unexpected(relay.error());
    } else {
      auto key = (*relay)->made_key();
      if (key.empty()) {
        key = kept.key;
      } else if (!options.memory) {
        kept.key = key;
        outcome = kept.save(folder);
      }
      const DemoPlaces places{
          .relay_url = (*relay)->url(), .handsets_url = handsets.url(), .key = std::move(key)};
      if (outcome) outcome = present(*loop, places, folder, options);
      if (outcome) loop->run_until_stopped();
      relay->reset();  // drains
    }
  }
  // A loop of its own: the other's was left in the middle of something by the signal.
  BAUTA_TRY(const auto last, Loop::make());
  handsets.stop(*last);
  return outcome;
}

}  // namespace

int run_dev(const DevOptions& options, const StartDevRelay& start_relay) {
  const auto outcome = live(options, start_relay);
  if (outcome) return 0;
  std::fputs(
      fmt::format("bauta dev: {}: {}\n", outcome.error().code, outcome.error().detail).c_str(),
      stderr);
  return 1;
}

}  // namespace bauta
