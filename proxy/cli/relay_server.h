#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "proxy/cli/first_key.h"
#include "proxy/config/config.h"
#include "storage/store/result.h"

namespace bauta {

struct RelayServerOptions {
  /// Also make account and service `default` and a key with every scope, and one of the sandbox: `bauta dev`.
  bool make_key = false;
  /// Start although the store lost writes that had been made durable: `bauta serve --accept-loss`.
  bool accept_loss = false;
};

/// A whole relay in this process, made from a configuration, with the sandbox beside it if there is one, and the two listeners.
class RelayServer {
 public:
  /// Opens the store, reads what is open in it, listens, and drives lanes from then on.
  /// Codes: those of the configuration, the seal (seal.*), the store (storage.*) and the listeners (http.listen_failed).
  static Result<std::unique_ptr<RelayServer>> start(Config config, RelayServerOptions options);
  /// Without draining: as a crash would.
  ~RelayServer();

  std::string public_address() const;
  std::string admin_address() const;
  std::optional<FirstKey> made_key() const;

  /// What is done when the store can promise nothing any more: called once, from any thread, with the reason; at once if it had come to that
  /// before.
  void on_failure(std::function<void(const Error&)> end_process);
  /// That reason; none while the store is well.
  std::optional<Error> failure() const;

  /// What a configuration that was read anew may change while the relay runs (Reload), whole or not at all.
  void take_up(const Result<Config>& config);

  /// Takes no more requests, lets what is under way end for as long as [server] drain_seconds says, and closes the store.
  /// Returns how many requests and lanes were cut off.
  std::size_t drain();

 private:
  struct Parts;
  explicit RelayServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bauta
