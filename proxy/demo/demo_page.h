#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/demo/inboxes.h"
#include "proxy/demo/trouble.h"
#include "proxy/net/io_threads.h"
#include "proxy/net/router.h"
#include "storage/store/result.h"

namespace bauta {

struct DemoPageOptions {
  std::string relay_url;
  std::string admin_url;
  /// Of the relay's API; the browser never gets it.
  std::string key;
  /// Who kills the relay and starts it again, on SIGUSR1; heard only while it is our parent.  0: nobody.
  pid_t supervisor = 0;
};

/// A text that somebody wrote on one of the page's phones, and what became of it on its way to the relay.
struct WrittenText {
  std::string id;
  std::string text;
  TimePoint at;
  /// When the relay took it, as far as the carrier knows.
  std::optional<TimePoint> taken_at;
  /// How often it was brought to the relay.
  std::uint32_t tries = 0;
};

/// What the page does with the phones of the simulated carrier.
struct PagePhones {
  /// Codes: request.invalid, overloaded.
  std::function<Result<std::shared_ptr<const WrittenText>>(
      const std::string& from, const std::string& to, const std::string& text)>
      write;
  std::function<std::vector<ReceivedText>(const std::string& phone)> inbox;
  std::function<Trouble()> trouble;
  std::function<void(Trouble)> make_trouble;
};

/// The page of `bauta dev --demo`: a stay is booked, its two people write to each other, carrier and server are made to fail.
/// It is served by the handsets' process, since it stays alive when the relay is killed.
///
///     GET  /                the page
///     GET  /demo/{file}     what belongs to it
///     GET  /demo/state      all that it shows; the relay is asked anew if that was some time ago
///     POST /demo/book       {} ends the stay that there is and books another, for two other people
///     POST /demo/text       {"phone": "host" | "guest", "text"}: one of them writes
///     POST /demo/end        {} ends the stay
///     POST /demo/trouble    {"down", "twice", "loses"}: what the carrier does wrong from now on
///     POST /demo/crash      {} the relay gets a SIGKILL, and is started again
///
/// Lives on one thread, that of the executor.
class DemoPage {
 public:
  /// Codes: http.ca_file_unreadable.
  static Result<std::unique_ptr<DemoPage>> make(Executor executor, DemoPageOptions options,
                                                PagePhones phones);
  ~DemoPage();
  DemoPage(const DemoPage&) = delete;
  DemoPage& operator=(const DemoPage&) = delete;

  void mount(Router& router);

 private:
  class Desk;
  explicit DemoPage(std::shared_ptr<Desk> desk);
  /// Shared with the routes.
  std::shared_ptr<Desk> desk_;
};

}  // namespace bauta
