#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "routing/webhooks/queue.h"
#include "routing/webhooks/webhooks.h"
#include "tests/simulation/endpoint.h"
#include "tests/simulation/waits.h"

namespace bauta::simulation {

/// One webhook in one life of the relay: what proxy/ does around WebhookQueue.
class Hook {
 public:
  struct Parts {
    Store& store;
    Webhooks& webhooks;
    const Clock& clock;
    Random& random;
    Schedule& schedule;
    Waits& waits;
    Endpoint& endpoint;
    std::function<void(Task<void>)> spawn;
  };
  Hook(Parts parts, ServiceId service, WebhookId id)
      : parts_(std::move(parts)), events_(parts_.store), service_(service), id_(id) {}

  /// Something may have been appended to the log, or may be due.
  void look();
  /// Nothing waits to be told.
  bool at_rest() const;

 private:
  static Task<void> run(Hook* self);
  static Task<void> attempt(Hook* self, WebhookQueue::Taken taken);
  Task<Status> step();
  Task<Status> begin();
  Task<Status> read_on();
  Task<Status> file();
  bool is_filing_due() const;
  void wait_until_due();

  Parts parts_;
  EventLog events_;
  ServiceId service_;
  WebhookId id_;
  std::optional<Stored<Webhook>> webhook_;
  std::unique_ptr<WebhookQueue> queue_;
  WebhookAttempts attempts_;
  bool running_ = false;
  bool look_again_ = false;
  bool settled_ = false;
  Micros filed_at_{0};
  std::uint64_t alarm_ = 0;
};

}  // namespace bauta::simulation
