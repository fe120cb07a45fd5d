#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/cli/store_of.h"
#include "proxy/config/config.h"
#include "proxy/delivery/lane_driver.h"
#include "proxy/delivery/webhook_driver.h"
#include "proxy/net/io_threads.h"
#include "routing/desk/desk.h"
#include "routing/messages/receipts.h"
#include "routing/messages/relay.h"
#include "routing/outbox/carrier_port.h"
#include "routing/webhooks/endpoint_port.h"
#include "storage/store/clock.h"

namespace bauta {

/// What a relay works with; each outlives it.
struct RelayEngineParts {
  const Config& config;
  Clock& clock;
  metrics::Instruments& metrics;
  /// Running, and joined before the relay is destroyed.
  IoThreads& lane_threads;
  IoThreads& webhook_threads;
  /// Walks over the whole store, which take half a minute when it is large.
  IoThreads& walk_thread;
  CarrierPort& carriers;
  EndpointPort& endpoints;
  /// By what webhooks are stamped; nullptr: by `clock`.
  const Clock* stamps = nullptr;
};

/// Whether texts and webhooks leave the relay.
enum class Outgoing : std::uint8_t { flows, held };

/// One relay without its listeners: a store, and what works on it.  All that leaves it goes through the two ports that it is given.
class RelayEngine {
 public:
  RelayEngine(RelayEngineParts parts, std::unique_ptr<OpenStore> store);
  RelayEngine(const RelayEngine&) = delete;
  RelayEngine& operator=(const RelayEngine&) = delete;
  ~RelayEngine();

  OpenStore& store() { return *store_; }
  Relay& relay() { return relay_; }
  Receipts& receipts() { return receipts_; }
  Desk& desk() { return desk_; }
  const RelayParts& parts() const { return relay_parts_; }

  /// Reads what is open in the store, and drives the lanes from then on; held, only from release() on.  Codes: storage.*.
  Status start_lanes(Outgoing outgoing = Outgoing::flows);
  /// Hands events to webhooks, which may be held as well, and walks over the store now and then.
  void start_rest(Outgoing outgoing = Outgoing::flows);
  /// Lets what was held flow, once, after both.  From any thread but those of lanes and webhooks.  Codes: storage.*.
  Task<Status> release();

  /// The clock was moved: does what has come due by it, and what that leads to, for at most `patience`.  False: there was more to do when that was
  /// over.  `others`: who else is to be done, asked as often as it takes.  For one whose threads are all the same one, and on that.
  Task<Result<bool>> catch_up(std::chrono::milliseconds patience, std::function<bool()> others);

  /// Begins nothing anew on the walks' thread.
  void stop_walks() { *stopping_ = true; }
  /// Takes up nothing more; `rest` says how long what is under way may still take.  Returns how much was cut off.
  std::size_t drain_lanes(const std::function<std::chrono::milliseconds()>& rest);
  std::size_t drain_webhooks(const std::function<std::chrono::milliseconds()>& rest);

 private:
  static Task<void> keep_counting(RelayEngine& engine, std::shared_ptr<std::atomic<bool>> stopping);
  static Task<void> keep_working(RelayEngine& engine, std::shared_ptr<std::atomic<bool>> stopping);
  static Task<void> keep_sweeping(RelayEngine& engine, std::shared_ptr<std::atomic<bool>> stopping);

  Task<void> count_waiting();
  bool is_settled() const;
  void start_webhooks(unsigned owner);

  RelayEngineParts parts_;
  std::unique_ptr<OpenStore> store_;
  RelayParts relay_parts_;
  Relay relay_;
  Receipts receipts_;
  Desk desk_;
  std::vector<std::unique_ptr<LaneDriver>> lanes_;
  std::vector<std::unique_ptr<WebhookDriver>> webhooks_;
  /// Connections for which something waited once; the walks' thread's alone.
  std::set<std::string> waited_for_;
  bool sweeps_ = true;
  bool tells_ = true;
  bool works_ = true;
  /// Shared with the coroutines that count and sweep, which may end after this.
  std::shared_ptr<std::atomic<bool>> stopping_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace bauta
