#pragma once

#include <json/value.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "proxy/net/http_client.h"
#include "storage/store/clock.h"
#include "storage/store/task.h"

namespace bauta {

/// Whether the relay answers, what it counts, and how it came through being killed.  On its client's thread.
class RelayWatch {
 public:
  /// `client` outlives it.
  RelayWatch(HttpClient& client, std::string admin_url, pid_t supervisor)
      : client_(client), admin_url_(std::move(admin_url)), supervisor_(supervisor) {}

  /// Asks for its metrics; false: nobody answers who is there to stay.
  Task<bool> look();
  /// A SIGKILL, from who starts it again; false: there is nobody.
  bool kill();

  /// {"up", "crashes", "can_crash", "killed_at", "back_at"}
  Json::Value json() const;
  /// Those that the page shows, a line each, as the relay writes them.
  const Json::Value& metrics() const { return metrics_; }

 private:
  bool has_supervisor() const;

  HttpClient& client_;
  const std::string admin_url_;
  const pid_t supervisor_;
  const SystemClock clock_;
  bool up_ = false;
  int crashes_ = 0;
  std::optional<TimePoint> killed_at_;
  std::optional<TimePoint> back_at_;
  /// When the process that answers started, in its own words.
  std::string process_;
  Json::Value metrics_{Json::arrayValue};
};

}  // namespace bauta
