#pragma once

#include <json/value.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "metrics/instruments/instruments.h"
#include "proxy/cli/store_of.h"
#include "proxy/config/config.h"
#include "storage/store/clock.h"

namespace bauta {

/// Makes the backups of a relay that runs, every so many hours and when somebody asks: one at a time, on a thread of its own, with little of
/// the processor when others want it.  Thread-safe.
class RelayBackups {
 public:
  /// All of them outlive it.  `wall`: the clock of the machine, by which backups are dated.
  RelayBackups(const Config& config, OpenStore& store, const Clock& wall,
               metrics::Instruments& metrics);
  /// Ends one that is under way.
  ~RelayBackups() { stop(); }
  RelayBackups(const RelayBackups&) = delete;
  RelayBackups& operator=(const RelayBackups&) = delete;

  /// Looks at what is there, and makes what is due from then on.
  void start();
  /// Makes no more; one that is under way ends unfinished.
  void stop();

  /// Begins one now.  Codes: backup.not_configured, backup.in_progress.
  Status begin();
  /// What is configured, what runs, what came of the last one, and which there are.
  Json::Value show() const;
  /// Why somebody should look; none: all is as it was configured.
  std::optional<std::string> warning() const;

 private:
  using Monotonic = std::chrono::steady_clock;

  struct Ended {
    TimePoint at;
    std::chrono::duration<double> took{};
    Result<Backup> backup;
  };

  void work(const std::stop_token& stop);
  void look_at_newest();
  bool is_due() const;
  void make(const std::stop_token& stop);
  void note(const Ended& ended);
  void drop_journal() const;

  const Config& config_;
  OpenStore& store_;
  const Clock& wall_;
  metrics::Instruments& metrics_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  /// All of these under the mutex.
  bool is_wanted_ = false;
  std::optional<TimePoint> running_since_;
  std::optional<TimePoint> newest_;
  std::optional<Ended> last_;
  Monotonic::time_point next_try_ = Monotonic::time_point::min();
  TimePoint started_;

  std::atomic<std::uint64_t> bytes_ = 0;
  std::jthread thread_;
};

}  // namespace bauta
