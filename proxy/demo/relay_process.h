#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "proxy/demo/child.h"
#include "proxy/demo/dev_loop.h"

namespace bauta {

/// A relay as a process of its own, `bauta serve`, which is started again whenever it has ended.
class RelayProcess {
 public:
  struct Options {
    std::filesystem::path config;
    std::filesystem::path log;
    std::string admin_url;
    /// From its end until it is started again: long enough to be seen.
    std::chrono::milliseconds pause{3'000};
  };
  /// From now on SIGUSR1 to this process kills the relay.  `loop` outlives it, and is not run after it.
  RelayProcess(DevLoop& loop, Options options);

  /// Once.  Returns when it can relay; from then on it is kept running while the loop runs.
  /// Codes: dev.failed.
  Status start();
  void stop();

 private:
  Status spawn();
  void look();

  DevLoop& loop_;
  const Options options_;
  Child child_;
  bool kept_running_ = false;
  bool was_running_ = true;
  std::chrono::steady_clock::time_point ended_at_{};
};

}  // namespace bauta
