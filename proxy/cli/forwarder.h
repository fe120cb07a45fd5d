#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "storage/store/result.h"

namespace bauta {

struct Forwarded;

struct ForwarderOptions {
  std::string url = {};
  /// The octets of the secret.
  std::string signing_key = {};
  /// How often an event is tried before it is given up.
  int tries = 5;
  std::chrono::milliseconds pause_first{1'000};
  std::chrono::milliseconds pause_max{30'000};
  std::chrono::milliseconds timeout{15'000};
  /// Told of every try that was not taken and is not the last, with what waits until the next; null: nobody is.
  std::function<void(const Forwarded& so_far, std::chrono::milliseconds pause)> on_retry = {};
};

/// What became of an event.
struct Forwarded {
  /// Of the last answer; 0: there was none, `error` says why.
  unsigned status = 0;
  std::string error = {};
  int tries = 0;
  std::chrono::milliseconds took{0};

  bool is_taken() const { return status >= 200 && status < 300; }
};

/// Posts events to an endpoint of a developer's machine as webhooks: as Bauta would, but that it goes anywhere and gives up soon.  Used by one thread;
/// every call blocks.
class Forwarder {
 public:
  /// Codes: usage.url.
  static Result<std::unique_ptr<Forwarder>> make(ForwarderOptions options);
  ~Forwarder();

  /// `id` is the event's, the same for every try.  What is refused is tried again after a pause that doubles, or as long as Retry-After asks for.
  Forwarded post(const std::string& id, const std::string& body);

 private:
  struct Parts;
  explicit Forwarder(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bauta
