#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "metrics/instruments/instruments.h"
#include "proxy/cli/clock_watch.h"
#include "proxy/cli/journal_replay.h"
#include "proxy/cli/recovery_hold.h"
#include "proxy/cli/relay_backups.h"
#include "proxy/cli/relay_engine.h"
#include "proxy/config/config.h"
#include "proxy/net/http_server.h"
#include "proxy/net/io_threads.h"
#include "storage/seal/secret.h"
#include "storage/store/result.h"

namespace bauta {

/// What operators look at and may do; each outlives the listener.
struct AdminListenerParts {
  const Config& config;
  metrics::Instruments& metrics;
  RelayEngine& engine;
  ClockWatch& clock_watch;
  RecoveryHold& recovery;
  RelayBackups& backups;
  const JournalReplay& journal;
  /// The store can promise nothing any more.
  const std::atomic<bool>& failed;
  const std::atomic<bool>& draining;
  /// What the sandbox counts; nullptr: there is none.
  const metrics::Instruments* sandbox = nullptr;
  /// See BackupActionParts.
  std::function<void(const Error&)> cannot_go_on;
};

/// Listens on [admin] listen from now on: metrics, health, the clock and the backups, on `threads`, which may be destroyed before the listener
/// or after it.  `key`: what operators are asked for, as mount_admin() says; empty: none.  Codes: those of HttpServer::start().
Result<std::unique_ptr<HttpServer>> start_admin_listener(IoThreads& threads, Secret key,
                                                         AdminListenerParts parts);

}  // namespace bauta
