#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "metrics/instruments/instruments.h"
#include "proxy/api/api.h"
#include "proxy/cli/relay_engine.h"
#include "proxy/delivery/endpoint_caller.h"

namespace bauta {

/// The live relay's; both outlive the sandbox.
struct SandboxClocks {
  /// What the live relay goes by.
  const Clock& time;
  /// What others' clocks say.
  const Clock& wall;
};

/// The sandbox: a second relay in the process, on a thread of its own, with its own store, clock and metrics.  The only carrier that it knows is the
/// SandboxCarrier: no path leads from here to a real one (docs/decisions/sandbox.md).
class RelaySandbox {
 public:
  /// `config` is the live relay's.  Before there are other threads.  Codes: those of the store and the seal.
  static Result<std::unique_ptr<RelaySandbox>> open(const Config& config,
                                                    std::optional<MasterKey> master,
                                                    bool accept_loss, SandboxClocks clocks);
  ~RelaySandbox();

  /// Codes: those of the lanes and the endpoints.
  Status start(const AddressGuard& guard);
  /// For mount_api().
  ApiSandbox api();
  const metrics::Instruments& metrics() const { return metrics_; }
  /// A key with every scope, as `bauta init` makes it; `account`: the live one's.  Needs no start().  Codes: storage.*.
  Task<Result<std::string>> make_key(std::string account, std::string service);

  /// Returns how much was cut off.
  std::size_t drain(const std::function<std::chrono::milliseconds()>& rest);
  void stop();
  void close() { engine_->store().close(); }

 private:
  RelaySandbox(const Config& config, SandboxClocks clocks);
  Task<Result<bool>> catch_up();

  Config config_;
  const Clock& wall_;
  SandboxClock clock_;
  metrics::Instruments metrics_;
  /// What is below lives in its loop.
  IoThreads thread_{1};
  AddressGuard guard_;
  std::unique_ptr<SandboxCarrier> carrier_;
  /// Its endpoints are known by start().
  class Endpoints;
  std::unique_ptr<Endpoints> endpoints_;
  std::unique_ptr<RelayEngine> engine_;
};

}  // namespace bauta
