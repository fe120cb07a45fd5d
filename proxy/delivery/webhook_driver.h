#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "metrics/instruments/instruments.h"
#include "routing/accounts/keys.h"
#include "routing/webhooks/queue.h"
#include "routing/webhooks/webhooks.h"
#include "storage/store/clock.h"
#include "storage/store/random.h"
#include "storage/store/task.h"

namespace bauta {

struct WebhookDriverOptions {
  /// This driver is `owner` of `owners`: it drives the webhooks whose id falls to it, and nobody else does.
  unsigned owner = 0;
  unsigned owners = 1;
  WebhookLimits limits = {};
  /// Hints may be lost, so webhooks and the log are looked at without one as well.
  std::chrono::milliseconds look_interval{5'000};
};

/// What drives webhooks; each outlives the driver.
struct WebhookParts {
  Store& store;
  Webhooks& webhooks;
  const ApiKeys& keys;
  const Clock& clock;
  Random& random;
  metrics::Instruments& metrics;
  EndpointPort& endpoints;
  /// By what attempts are stamped, so that who verifies them sees the time of his own clock; nullptr: by `clock`.
  const Clock* stamps = nullptr;
};

/// Drives the webhooks that are its own on one thread: reads their services' logs on, hands over what their queues say, and files how far they
/// have come, so that a crash repeats what was handed over since and loses nothing.  Each webhook is a coroutine of its own: one that waits
/// for its endpoint holds up no other.  Everything runs on `executor`; the calls are made there.
class WebhookDriver {
 public:
  WebhookDriver(const Executor& executor, WebhookDriverOptions options, WebhookParts parts);
  ~WebhookDriver();
  WebhookDriver(const WebhookDriver&) = delete;
  WebhookDriver& operator=(const WebhookDriver&) = delete;

  void start();
  /// The clock was moved: what has come due by it is looked for now.  On its executor, as is_settled().
  void wake();
  /// Is nothing to be handed over by now?
  bool is_settled() const;
  /// Hands nothing more over, and returns when what is under way is settled and filed, or at `patience`: what is left then is handed over
  /// again, as after a crash.  Returns how many events were left.
  Task<std::size_t> drain(std::chrono::milliseconds patience);

 private:
  class Impl;
  /// Shared with the coroutines that it spawned.
  std::shared_ptr<Impl> impl_;
};

}  // namespace bauta
