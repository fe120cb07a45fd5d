#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/demo/demo_page.h"
#include "proxy/demo/handsets.h"
#include "proxy/demo/handsets_counters.h"
#include "proxy/demo/inboxes.h"
#include "proxy/demo/relay_caller.h"
#include "proxy/demo/taken_texts.h"
#include "proxy/demo/trouble.h"
#include "proxy/net/http.h"
#include "proxy/net/router.h"
#include "storage/store/clock.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// What the handsets answer: to the relay, whose carrier they are (handsets_of_relay.cc), to who plays the phones (handsets_of_phones.cc), and
/// to who looks on or makes trouble.
/// Shared by its coroutines, which may outlive the Handsets until their thread ends.  On one thread.
class HandsetsExchange : public std::enable_shared_from_this<HandsetsExchange> {
 public:
  HandsetsExchange(Executor executor, HandsetsOptions options, std::unique_ptr<HttpClient> client);

  Router router();
  PagePhones for_page();

  std::function<void()> on_stop;  // set once, before the server starts

 private:
  using Handler = Task<HttpResponse> (HandsetsExchange::*)(HttpRequest);
  struct Draft {
    std::string from;
    std::string to;
    std::string text;
    std::uint64_t media_count = 0;
    std::shared_ptr<WrittenText> watched = nullptr;
  };

  static constexpr std::size_t kTakenTextsMax = 100'000;

  /// No page of another site may make the phones write, or trouble.
  void add(Router& router, std::string_view method, const std::string& path, Handler handler);
  static Task<HttpResponse> guarded(std::shared_ptr<HandsetsExchange> self, Handler handler,
                                    HttpRequest request);

  Task<HttpResponse> take(HttpRequest request);
  Task<HttpResponse> find(HttpRequest request);
  /// A text's way to its phone, and what is reported about it.
  /// Waits for no receipt: one that the relay puts off would let later texts overtake this one.
  Task<void> show(std::string phone, ReceivedText text, TroubleDice::TextFate fate);
  Task<void> report(TroubleDice::TextFate fate, std::string id, std::string reference,
                    ReceiptMode mode, TroubleDice::CallbackFate sent,
                    TroubleDice::CallbackFate ended);

  Task<HttpResponse> text(HttpRequest request);
  Task<HttpResponse> inbox(HttpRequest request);
  /// The id of a text that is on its way to the relay from now on.
  Result<std::string> compose(Draft draft);
  Result<std::shared_ptr<const WrittenText>> watch(const std::string& from, const std::string& to,
                                                   const std::string& text);

  Task<HttpResponse> stats(HttpRequest request);
  Task<HttpResponse> trouble(HttpRequest request);
  Task<HttpResponse> show_trouble(HttpRequest request);
  Task<HttpResponse> stop(HttpRequest request);
  Task<void> stop_soon();

  void spawn(Task<void> task);
  /// Unlike those of an earlier run of this process: the relay remembers ids for days.
  std::string next_id(std::string_view kind);

  const Executor executor_;
  const HandsetsOptions options_;
  const std::string callback_path_;
  const SystemClock clock_;
  const TimePoint started_ = clock_.now();
  std::uint64_t last_id_ = 0;
  TroubleDice dice_;
  TakenTexts taken_{kTakenTextsMax};
  Inboxes inboxes_;
  /// Shared with `relay_`.
  const std::shared_ptr<HandsetsCounters> counters_ = std::make_shared<HandsetsCounters>();
  /// Shared with its own coroutines.
  const std::shared_ptr<RelayCaller> relay_;
};

/// The answer to a request of the relay's that is not signed as its own.
HttpResponse not_signed(const HttpRequest& request);

}  // namespace bauta
