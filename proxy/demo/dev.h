#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "storage/store/result.h"

namespace bauta {

/// With every scope: of the live relay, and of its sandbox.
struct DevKeys {
  std::string key = {};
  std::string test_key = {};
};

/// What `bauta dev` asks for: a relay by the configuration in `config`, with what is missing made first: the master key, the store,
/// account and service `default`, and keys with every scope if `make_key`.
struct DevRelayOptions {
  std::filesystem::path config;
  /// Nothing is kept: the storage of the configuration is not touched.
  bool memory = false;
  bool make_key = false;
};

/// A relay in this process; its destructor drains and stops it.
class DevRelay {
 public:
  virtual ~DevRelay() = default;
  /// Where its API listens: "http://127.0.0.1:8080".
  virtual std::string url() const = 0;
  /// The keys that were made, "" if none were asked for.
  virtual DevKeys made_keys() const = 0;
};

/// Given by the command line, which stands above this folder.
using StartDevRelay = std::function<Result<std::unique_ptr<DevRelay>>(const DevRelayOptions&)>;
/// Makes what is missing of the store that the configuration names, and keys with every scope: a relay of its own process finds both.
using MakeDevKey = std::function<Result<DevKeys>(const std::filesystem::path& config)>;

struct DevOptions {
  /// Kept between runs; "": $XDG_DATA_HOME/bauta-dev, or ~/.local/share/bauta-dev.
  std::filesystem::path folder;
  bool memory = false;
  /// The page, and a relay that can be killed: it needs a store that is kept.
  bool demo = false;
  /// A conversation on the terminal.
  bool play = false;
  /// Where it is and its keys as a line of JSON, for programs, instead of words.
  bool json = false;
  std::string listen = "127.0.0.1:8080";
  std::string admin_listen = "127.0.0.1:9090";
  std::string handsets_listen = "127.0.0.1:8079";
};

/// `bauta dev`: a relay with a simulated carrier, numbers in three countries and a key, until SIGINT or SIGTERM.
/// The handsets are a process of their own, this program as `bauta handsets`; after a crash of the relay, the next run finds them
/// with what they hold.  `bauta dev --demo`: the handsets serve a page as well, and the relay is a process of its own, which is started
/// again whenever it is killed.  Not for production, and says so.  The exit code.
int run_dev(const DevOptions& options, const StartDevRelay& start_relay,
            const MakeDevKey& make_key);

}  // namespace bauta
