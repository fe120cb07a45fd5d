#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "proxy/demo/demo_page.h"
#include "proxy/demo/handsets.h"
#include "proxy/demo/handsets_counters.h"
#include "proxy/demo/trouble.h"
#include "proxy/net/http_client.h"
#include "storage/store/clock.h"
#include "storage/store/task.h"

namespace bauta {

/// One POST to the relay, to be made until it is taken.
struct Callback {
  std::string path;
  std::string body;
  TroubleDice::CallbackFate fate;
  /// Somebody watches this text.
  std::shared_ptr<WrittenText> watched = nullptr;
};

/// Brings callbacks to the relay, signed, as carriers do: again and again until it takes them, and the texts of one phone one by one.
/// Shared by its coroutines, which may outlive who made it until their thread ends.  On one thread.
class RelayCaller : public std::enable_shared_from_this<RelayCaller> {
 public:
  /// What is counted once it is brought.
  using Counter = std::uint64_t HandsetsCounters::*;

  /// `counters` are shared with whoever shows them.
  RelayCaller(Executor executor, HandsetsOptions options, std::unique_ptr<HttpClient> client,
              std::shared_ptr<HandsetsCounters> counters)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        client_(std::move(client)),
        counters_(std::move(counters)) {}

  /// Comes again until the relay has taken it, or until its time is over.
  Task<void> bring(Callback callback, Counter counter);
  /// The same, not waited for.
  void begin(Callback callback, Counter counter);
  /// Puts a text behind those that the same phone wrote before.
  void write(const std::string& phone, Callback callback);
  /// False: the relay did not take it.
  Task<bool> post_once(std::string path, std::string body, std::chrono::milliseconds timeout);

 private:
  Task<void> send_in_order(std::string phone);
  void spawn(Task<void> task);

  const Executor executor_;
  const HandsetsOptions options_;
  const std::unique_ptr<HttpClient> client_;
  const std::shared_ptr<HandsetsCounters> counters_;
  const SystemClock clock_;
  /// By phone; only while it has some.
  std::unordered_map<std::string, std::deque<Callback>> outgoing_;
};

}  // namespace bauta
