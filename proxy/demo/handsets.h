#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "metrics/instruments/instruments.h"
#include "proxy/demo/demo_page.h"
#include "proxy/net/io_threads.h"
#include "storage/store/result.h"

namespace bauta {

struct HandsetsOptions {
  std::string listen = "127.0.0.1:8079";
  /// Whose texts these are: callbacks go to {relay_url}/carriers/{connection}/{token}/inbound and …/status.
  std::string relay_url = "http://127.0.0.1:8080";
  std::string connection = "simulated";
  std::string token{};
  /// Shared with the relay, the connection's auth_token.
  std::string secret{};
  std::uint64_t seed = 1;
  std::chrono::milliseconds callback_timeout{10'000};
  std::chrono::milliseconds callback_backoff_first{250};
  std::chrono::milliseconds callback_backoff_max{30'000};
  /// A callback that the relay does not take is given up then.
  std::chrono::hours callback_give_up{12};
  /// How long a text that is to hang stays without an answer.
  std::chrono::milliseconds hang{120'000};
  std::size_t callbacks_waiting_max = 100'000;
  std::size_t texts_max = 1'000'000;
  /// The demonstration's page is served as well.
  std::optional<DemoPageOptions> page{};
};

/// The simulated carrier with phones in it: takes texts from the relay, keeps the phones' inboxes in memory, brings what phones write
/// to the relay and reports what became of texts; repeats both until the relay takes them, as carriers do.  A phone's texts go one
/// by one, in their order.
///
///     POST /messages          from the relay, signed (proxy/carriers/simulated.h)
///     POST /messages/find     from the relay, signed: what was taken of a number's, also that which was never answered
///     POST /handsets/text     {"from", "to", "text", "media_count"} -> 202 {"id"}: a phone texts a virtual number
///     POST /handsets/inbox    {"address", "after"} -> {"texts": [{"sequence", "from", "text", "at"}]}
///     GET  /handsets/stats    what was taken, refused, delivered, and what waits
///     POST /trouble           a Trouble's fields -> the trouble from now on; GET shows it
///     POST /stop              signed: the process ends
///     /, /demo/…              the demonstration's page, if there is one (proxy/demo/demo_page.h)
///
/// Lives on the one thread of `threads`.
class Handsets {
 public:
  /// Codes: http.listen_failed, config.bad_value.
  static Result<std::unique_ptr<Handsets>> start(IoThreads& threads, HandsetsOptions options,
                                                 metrics::Instruments& metrics);
  ~Handsets();

  std::uint16_t port() const;
  std::string address() const;
  /// What POST /stop does; before the threads run.
  void on_stop(std::function<void()> stop);

 private:
  struct Parts;
  explicit Handsets(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Which relay they speak for, as GET /handsets/stats shows it (`speaks_for`): a hash, so that a later `bauta dev` knows its own.
std::string handsets_mark(const HandsetsOptions& options);

/// `bauta handsets`: until SIGINT, SIGTERM or POST /stop.  The exit code.  A token and a
/// secret that are empty are taken from BAUTA_HANDSETS_TOKEN and BAUTA_HANDSETS_SECRET.
int run_handsets(HandsetsOptions options);

}  // namespace bauta
