#include "proxy/demo/handsets.h"

#include <json/value.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <ranges>
#include <unordered_map>
#include <utility>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "proxy/carriers/signing.h"
#include "proxy/carriers/simulated.h"
#include "proxy/config/log.h"
#include "proxy/demo/demo_page.h"
#include "proxy/demo/inboxes.h"
#include "proxy/demo/members.h"
#include "proxy/demo/page_guard.h"
#include "proxy/demo/taken_texts.h"
#include "proxy/demo/trouble.h"
#include "proxy/net/http_client.h"
#include "proxy/net/http_server.h"
#include "proxy/net/json.h"
#include "proxy/net/problem.h"
#include "proxy/net/rfc3339.h"
#include "routing/text/message_text.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kReferenceOctetsMax = 128;
constexpr std::size_t kInboxTextsMax = 1'000;
constexpr std::size_t kTakenTextsMax = 100'000;
constexpr std::size_t kFoundTextsMax = 100;
/// After the answer to a hand-over, so that "normal" receipts come behind it.
constexpr milliseconds kReceiptPause{20};
constexpr milliseconds kEarlyReceiptTimeout{2'000};

Task<void> sleep_for(milliseconds time) {
  boost::asio::basic_waitable_timer<steady_clock, boost::asio::wait_traits<steady_clock>, Executor>
      timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(time);
  co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
}

HttpResponse not_signed(const HttpRequest& request) {
  return problem(401, {.code = "carrier.bad_signature", .detail = "not signed with our secret"},
                 request);
}

/// One POST to the relay, to be made until it is taken.
struct Callback {
  std::string path;
  std::string body;
  TroubleDice::CallbackFate fate;
  /// Somebody watches this text.
  std::shared_ptr<WrittenText> watched = nullptr;
};

struct Counters {
  std::uint64_t texts_taken = 0;
  std::uint64_t texts_refused = 0;
  std::uint64_t texts_throttled = 0;
  std::uint64_t texts_hung = 0;
  std::uint64_t texts_lost = 0;
  std::uint64_t texts_shown = 0;
  std::uint64_t texts_written = 0;
  std::uint64_t texts_brought = 0;
  std::uint64_t receipts_brought = 0;
  std::uint64_t callbacks_repeated = 0;
  std::uint64_t callbacks_given_up = 0;
  std::uint64_t callbacks_waiting = 0;
};

}  // namespace

/// Shared by its coroutines, which may outlive the Handsets until their thread ends.  On one thread.
class Handsets::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Executor executor, HandsetsOptions options, std::unique_ptr<HttpClient> client)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        client_(std::move(client)),
        callback_path_("/carriers/" + options_.connection + "/" + options_.token),
        dice_(Trouble{.seed = options_.seed}),
        inboxes_(options_.texts_max) {}

  Router router() {
    Router router;
    add(router, "POST", "/messages", &Exchange::take);
    add(router, "POST", "/messages/find", &Exchange::find);
    add(router, "POST", "/handsets/text", &Exchange::text);
    add(router, "POST", "/handsets/inbox", &Exchange::inbox);
    add(router, "GET", "/handsets/stats", &Exchange::stats);
    add(router, "POST", "/trouble", &Exchange::trouble);
    add(router, "GET", "/trouble", &Exchange::show_trouble);
    add(router, "POST", "/stop", &Exchange::stop);
    return router;
  }

  PagePhones for_page() {
    const auto self = shared_from_this();  // shared by the page
    return {.write = [self](const std::string& from, const std::string& to,
                            const std::string& text) { return self->watch(from, to, text); },
            .inbox = [self](const std::string& phone) { return self->inboxes_.read(phone, 0); },
            .trouble = [self] { return self->dice_.trouble(); },
            .make_trouble = [self](Trouble trouble) { self->dice_ = TroubleDice(trouble); }};
  }

  std::function<void()> on_stop;  // set once, before the server starts

 private:
  using Handler = Task<HttpResponse> (Exchange::*)(HttpRequest);

  /// No page of another site may make the phones write, or trouble.
  void add(Router& router, std::string_view method, const std::string& path, Handler handler) {
    router.add(method, path,
               [self = shared_from_this(), handler](HttpRequest request) -> Task<HttpResponse> {
                 return guarded(self, handler, std::move(request));
               });
  }
  static Task<HttpResponse> guarded(std::shared_ptr<Exchange> self, Handler handler,
                                    HttpRequest request) {
    if (is_of_another_site(request))
      co_return problem(403, {.code = "request.foreign", .detail = "of another site"}, request);
    co_return co_await (self.get()->*handler)(std::move(request));
  }

  // The relay's side.

  Task<HttpResponse> take(HttpRequest request) {
    if (!simulated::is_authentic(options_.secret, request)) co_return not_signed(request);
    const auto members =
        Members::of(request, {"from", "to", "text", "reference", "validity_seconds"});
    if (!members) co_return invalid_request(request, members.error().detail);
    const auto from = VirtualNumber::from_carrier(members->text("from"));
    const auto to = RealAddress::from_carrier(members->text("to"));
    const auto text = MessageText::parse(members->text("text"));
    const auto reference = members->text("reference");
    if (!from || !to || to->channel() != Channel::sms) {
      co_return invalid_request(request, "from and to are telephone numbers");
    }
    if (!text || text->empty())
      co_return invalid_request(request, "text is 1 to 16384 octets of UTF-8");
    if (reference.empty() || reference.size() > kReferenceOctetsMax) {
      co_return invalid_request(request, "reference is 1 to 128 letters and digits");
    }
    const auto validity = members->count("validity_seconds");
    if (validity == 0) co_return invalid_request(request, "validity_seconds is at least 1");

    const auto fate = dice_.roll_text();
    if (fate.answer == TroubleDice::Answer::throttle) {
      ++counters_.texts_throttled;
      auto response = json_response(429, R"({"code":"throttled","detail":"too many at once"})");
      response.headers.set("Retry-After", "1");
      co_return response;
    }
    if (fate.answer == TroubleDice::Answer::refuse) {
      ++counters_.texts_refused;
      co_return json_response(400, R"({"code":"refused","detail":"refused on request"})");
    }
    ++counters_.texts_taken;
    const auto id = next_id("MT");
    taken_.put({.id = id,
                .from = from->str(),
                .to = to->reveal(),
                .text = text->reveal(),
                .at = clock_.now(),
                .lost = fate.lost});
    const auto mode = dice_.trouble().receipts;
    // What is rolled is rolled now, so that it hangs on the order of requests alone.
    const auto sent = dice_.roll_callback();
    const auto ended = dice_.roll_callback();
    if (mode == ReceiptMode::early) {
      if (!co_await post_once(callback_path_ + "/status", receipt(id, reference, "sent"),
                              kEarlyReceiptTimeout)) {
        spawn(bring({callback_path_ + "/status", receipt(id, reference, "sent"), sent},
                    &Counters::receipts_brought));
      }
    }
    if (fate.lost) ++counters_.texts_lost;
    spawn(show(to->reveal(), {.sequence = 0, .from = from->str(), .text = text->reveal(), .at = {}},
               fate));
    spawn(report(fate, id, reference, mode, sent, ended));
    if (fate.answer == TroubleDice::Answer::hang) {
      ++counters_.texts_hung;
      co_await sleep_for(options_.hang);
    }
    co_return json_response(202, R"({"id":")" + id + R"("})");
  }

  Task<HttpResponse> find(HttpRequest request) {
    if (!simulated::is_authentic(options_.secret, request)) co_return not_signed(request);
    const auto members = Members::of(request, {"from", "text", "not_before"});
    if (!members) co_return invalid_request(request, members.error().detail);
    const auto from = VirtualNumber::from_carrier(members->text("from"));
    const auto not_before = parse_rfc3339(members->text("not_before"));
    if (!from) co_return invalid_request(request, "from is a telephone number");
    if (!not_before) co_return invalid_request(request, "not_before is a time as in RFC 3339");
    const auto found =
        taken_.find(from->str(), members->text("text"), *not_before, kFoundTextsMax + 1);
    Json::Value body;
    body["messages"] = Json::Value(Json::arrayValue);
    body["more"] = found.size() > kFoundTextsMax;
    for (const auto& text : found | std::views::take(kFoundTextsMax)) {
      Json::Value one;
      one["id"] = text.id;
      one["to"] = text.to;
      one["status"] = text.lost ? "undelivered" : "sent";
      body["messages"].append(std::move(one));
    }
    co_return json_response(200, write_json(body));
  }

  /// A text's way to its phone, and what is reported about it.
  /// Waits for no receipt: one that the relay puts off would let later texts overtake this one.
  Task<void> show(std::string phone, ReceivedText text, TroubleDice::TextFate fate) {
    const auto self = shared_from_this();
    if (fate.delay > milliseconds::zero()) co_await sleep_for(fate.delay);
    if (fate.lost) co_return;
    text.at = clock_.now();
    inboxes_.put(phone, std::move(text));
    ++counters_.texts_shown;
  }

  Task<void> report(TroubleDice::TextFate fate, std::string id, std::string reference,
                    ReceiptMode mode, TroubleDice::CallbackFate sent,
                    TroubleDice::CallbackFate ended) {
    const auto self = shared_from_this();
    if (mode == ReceiptMode::never) co_return;
    if (mode == ReceiptMode::normal) {
      co_await sleep_for(kReceiptPause);
      Callback callback{callback_path_ + "/status", receipt(id, reference, "sent"), sent};
      if (sent.overtaken) {
        spawn(bring(std::move(callback), &Counters::receipts_brought));
      } else {
        co_await bring(std::move(callback), &Counters::receipts_brought);
      }
    }
    if (fate.delay > milliseconds::zero()) co_await sleep_for(fate.delay);
    co_await bring({callback_path_ + "/status",
                    receipt(id, reference, fate.lost ? "undelivered" : "delivered"), ended},
                   &Counters::receipts_brought);
  }

  static std::string receipt(const std::string& id, const std::string& reference,
                             const char* status) {
    Json::Value one;
    one["id"] = id;
    one["reference"] = reference;
    one["status"] = status;
    Json::Value body;
    body["receipts"].append(std::move(one));
    return write_json(body);
  }

  // The phones' side.

  Task<HttpResponse> text(HttpRequest request) {
    const auto members = Members::of(request, {"from", "to", "text", "media_count"});
    if (!members) co_return invalid_request(request, members.error().detail);
    const auto written = compose({.from = members->text("from"),
                                  .to = members->text("to"),
                                  .text = members->text("text"),
                                  .media_count = members->count("media_count")});
    if (written) co_return json_response(202, R"({"id":")" + *written + R"("})");
    if (written.error().code != "overloaded") {
      co_return invalid_request(request, written.error().detail);
    }
    auto response = problem(503, written.error(), request);
    response.headers.set("Retry-After", "1");
    co_return response;
  }

  struct Draft {
    std::string from;
    std::string to;
    std::string text;
    std::uint64_t media_count = 0;
    std::shared_ptr<WrittenText> watched = nullptr;
  };

  /// The id of a text that is on its way to the relay from now on.
  Result<std::string> compose(Draft draft) {
    const auto from = RealAddress::from_carrier(draft.from);
    const auto to = VirtualNumber::from_carrier(draft.to);
    const auto text = MessageText::parse(draft.text);
    if (!from || !to) return fail("request.invalid", "from and to are telephone numbers");
    if (!text) return fail("request.invalid", "text is at most 16384 octets of UTF-8");
    if (text->empty() && draft.media_count == 0) return fail("request.invalid", "text is missing");
    if (counters_.callbacks_waiting >= options_.callbacks_waiting_max) {
      return fail("overloaded", "too many texts wait for the relay");
    }
    auto id = next_id("MO");
    Json::Value one;
    one["id"] = id;
    one["from"] = from->reveal();
    one["to"] = to->str();
    one["text"] = text->reveal();
    if (draft.media_count > 0) {
      one["media_count"] = static_cast<Json::UInt64>(draft.media_count);
    }
    Json::Value body;
    body["messages"].append(std::move(one));
    ++counters_.texts_written;
    write(from->reveal(), {callback_path_ + "/inbound", write_json(body), dice_.roll_callback(),
                           std::move(draft.watched)});
    return id;
  }

  Result<std::shared_ptr<const WrittenText>> watch(const std::string& from, const std::string& to,
                                                   const std::string& text) {
    const auto watched = std::make_shared<WrittenText>(
        WrittenText{.id = "", .text = text, .at = clock_.now(), .taken_at = {}, .tries = 0});
    BAUTA_TRY(
        watched->id,
        compose({.from = from, .to = to, .text = text, .media_count = 0, .watched = watched}));
    return watched;
  }

  /// Puts a text behind those that the same phone wrote before.
  void write(const std::string& phone, Callback callback) {
    if (callback.fate.overtaken) {
      spawn(bring(std::move(callback), &Counters::texts_brought));
      return;
    }
    auto [queue, idle] = outgoing_.try_emplace(phone);
    queue->second.push_back(std::move(callback));
    ++counters_.callbacks_waiting;
    if (idle) spawn(send_in_order(phone));
  }

  Task<void> send_in_order(std::string phone) {
    const auto self = shared_from_this();
    while (!outgoing_[phone].empty()) {
      auto callback = std::move(outgoing_[phone].front());
      outgoing_[phone].pop_front();
      --counters_.callbacks_waiting;
      co_await bring(std::move(callback), &Counters::texts_brought);
    }
    outgoing_.erase(phone);
  }

  Task<HttpResponse> inbox(HttpRequest request) {
    const auto members = Members::of(request, {"address", "after"});
    if (!members) co_return invalid_request(request, members.error().detail);
    const auto address = RealAddress::from_carrier(members->text("address"));
    if (!address) co_return invalid_request(request, "address is a telephone number");
    Json::Value body;
    body["texts"] = Json::Value(Json::arrayValue);
    for (auto& text : inboxes_.read(address->reveal(), members->count("after"))) {
      if (body["texts"].size() == kInboxTextsMax) break;
      Json::Value one;
      one["sequence"] = static_cast<Json::UInt64>(text.sequence);
      one["from"] = text.from;
      one["text"] = text.text;
      one["at"] = format_rfc3339(text.at);
      body["texts"].append(std::move(one));
    }
    co_return json_response(200, write_json(body));
  }

  Task<HttpResponse> stats(HttpRequest /*request*/) {
    const auto number = [](std::uint64_t count) { return Json::Value(Json::UInt64{count}); };
    Json::Value body;
    body["connection"] = options_.connection;
    body["speaks_for"] = handsets_mark(options_);
    body["phones"] = number(inboxes_.phones());
    body["texts_taken"] = number(counters_.texts_taken);
    body["texts_refused"] = number(counters_.texts_refused);
    body["texts_throttled"] = number(counters_.texts_throttled);
    body["texts_hung"] = number(counters_.texts_hung);
    body["texts_lost"] = number(counters_.texts_lost);
    body["texts_shown"] = number(counters_.texts_shown);
    body["texts_written"] = number(counters_.texts_written);
    body["texts_brought"] = number(counters_.texts_brought);
    body["receipts_brought"] = number(counters_.receipts_brought);
    body["callbacks_repeated"] = number(counters_.callbacks_repeated);
    body["callbacks_given_up"] = number(counters_.callbacks_given_up);
    body["callbacks_waiting"] = number(counters_.callbacks_waiting);
    co_return json_response(200, write_json(body));
  }

  Task<HttpResponse> trouble(HttpRequest request) {
    const auto body = read_strict_json(request.body);
    if (!body) co_return invalid_request(request, "the body is no JSON object");
    const auto trouble = parse_trouble(*body);
    if (!trouble) co_return invalid_request(request, trouble.error().detail);
    dice_ = TroubleDice(*trouble);
    co_return json_response(200, write_json(trouble_json(*trouble)));
  }

  Task<HttpResponse> show_trouble(HttpRequest /*request*/) {
    co_return json_response(200, write_json(trouble_json(dice_.trouble())));
  }

  Task<HttpResponse> stop(HttpRequest request) {
    if (!simulated::is_authentic(options_.secret, request)) co_return not_signed(request);
    spawn(stop_soon());
    co_return HttpResponse{.status = 204};
  }

  Task<void> stop_soon() {
    const auto self = shared_from_this();
    co_await sleep_for(milliseconds{50});  // the answer goes out first
    if (on_stop) on_stop();
  }

  // Callbacks.

  /// Comes again until the relay has taken it, or until its time is over.
  Task<void> bring(Callback callback, std::uint64_t Counters::* counter) {
    const auto self = shared_from_this();
    ++counters_.callbacks_waiting;
    if (callback.fate.delay > milliseconds::zero()) co_await sleep_for(callback.fate.delay);
    const auto give_up = steady_clock::now() + options_.callback_give_up;
    auto backoff = options_.callback_backoff_first;
    while (true) {
      if (callback.watched) ++callback.watched->tries;
      const bool taken =
          co_await post_once(callback.path, callback.body, options_.callback_timeout);
      if (taken && !std::exchange(callback.fate.answer_lost, false)) break;
      if (steady_clock::now() > give_up) {
        ++counters_.callbacks_given_up;
        --counters_.callbacks_waiting;
        co_return;
      }
      ++counters_.callbacks_repeated;
      co_await sleep_for(backoff);
      backoff = std::min(backoff * 2, options_.callback_backoff_max);
    }
    ++(counters_.*counter);
    --counters_.callbacks_waiting;
    if (callback.watched) callback.watched->taken_at = clock_.now();
    if (callback.fate.twice) {
      if (callback.watched) ++callback.watched->tries;
      co_await post_once(callback.path, callback.body, options_.callback_timeout);
    }
  }

  Task<bool> post_once(std::string path, std::string body, milliseconds timeout) {
    HttpCall call{.method = "POST",
                  .url = options_.relay_url + path,
                  .headers = {{"Content-Type", "application/json"}},
                  .body = std::move(body),
                  .timeout = timeout};
    call.headers.add(std::string(simulated::kSignatureHeader),
                     simulated::signature_of(options_.secret, "POST", path, call.body));
    const auto outcome = co_await client_->call(std::move(call));
    const auto* answer = std::get_if<HttpAnswer>(&outcome);
    co_return answer != nullptr && answer->status >= 200 && answer->status < 300;
  }

  void spawn(Task<void> task) {
    boost::asio::co_spawn(executor_, std::move(task), boost::asio::detached);
  }

  /// Unlike those of an earlier run of this process: the relay remembers ids for days.
  std::string next_id(std::string_view kind) {
    return std::string(kind) + std::to_string(to_millis(started_)) + "n" +
           std::to_string(++last_id_);
  }

  const Executor executor_;
  const HandsetsOptions options_;
  const std::unique_ptr<HttpClient> client_;
  const std::string callback_path_;
  const SystemClock clock_;
  const TimePoint started_ = clock_.now();
  std::uint64_t last_id_ = 0;
  TroubleDice dice_;
  TakenTexts taken_{kTakenTextsMax};
  Inboxes inboxes_;
  std::unordered_map<std::string, std::deque<Callback>>
      outgoing_;  // by phone; only while it has some
  Counters counters_;
};

struct Handsets::Parts {
  std::shared_ptr<Exchange> exchange;
  std::unique_ptr<DemoPage> page;
  std::unique_ptr<HttpServer> server;
};

Handsets::Handsets(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Handsets::~Handsets() = default;

std::uint16_t Handsets::port() const { return parts_->server->port(); }
std::string Handsets::address() const { return parts_->server->address(); }

void Handsets::on_stop(std::function<void()> stop) { parts_->exchange->on_stop = std::move(stop); }

Result<std::unique_ptr<Handsets>> Handsets::start(IoThreads& threads, HandsetsOptions options,
                                                  metrics::Instruments& metrics) {
  BAUTA_ASSERT(threads.count() == 1);
  if (options.secret.empty() || options.token.empty()) {
    return fail("config.bad_value",
                "handsets: the token and the secret of the connection are missing");
  }
  while (options.relay_url.ends_with('/')) options.relay_url.pop_back();
  const auto listen = options.listen;
  auto page_options = std::move(options.page);
  HttpClientOptions client_options;
  client_options.waiting_max = options.callbacks_waiting_max;
  client_options.user_agent = "bauta-handsets";
  BAUTA_TRY(auto client, HttpClient::make(threads.executor(0), std::move(client_options)));
  auto exchange =
      std::make_shared<Exchange>(threads.executor(0), std::move(options), std::move(client));
  auto router = exchange->router();
  std::unique_ptr<DemoPage> page;
  if (page_options) {
    BAUTA_TRY(page,
              DemoPage::make(threads.executor(0), *std::move(page_options), exchange->for_page()));
    page->mount(router);
  }
  BAUTA_TRY(auto server,
            HttpServer::start(
                threads, {.name = "handsets", .listen = listen, .public_url = "http://" + listen},
                std::move(router), metrics));
  return std::unique_ptr<Handsets>(new Handsets(std::make_unique<Parts>(Parts{
      .exchange = std::move(exchange), .page = std::move(page), .server = std::move(server)})));
}

std::string handsets_mark(const HandsetsOptions& options) {
  return encode_hex(hmac_sha256(options.secret, "speaks for " + options.relay_url + " " +
                                                    options.connection + " " + options.token))
      .substr(0, 32);
}

int run_handsets(HandsetsOptions options) {
  const auto from_environment = [](std::string& value, const char* name) {
    const char* set = std::getenv(name);
    if (value.empty() && set != nullptr) value = set;
  };
  from_environment(options.token, "BAUTA_HANDSETS_TOKEN");
  from_environment(options.secret, "BAUTA_HANDSETS_SECRET");
  metrics::Instruments metrics("handsets", "");
  IoThreads threads(1);
  const auto started = Handsets::start(threads, options, metrics);
  if (!started) {
    std::fprintf(stderr, "bauta handsets: %s: %s\n", std::string(started.error().code).c_str(),
                 started.error().detail.c_str());
    return 1;
  }
  boost::asio::basic_signal_set<Executor> signals(threads.executor(0), SIGINT, SIGTERM);
  signals.async_wait([&threads](const boost::system::error_code& error, int) {
    if (!error) threads.stop();
  });
  (*started)->on_stop([&threads] { threads.stop(); });
  log::info("handsets listen={} relay={} connection={}", (*started)->address(), options.relay_url,
            options.connection);
  threads.run();
  threads.join();
  return 0;
}

}  // namespace bauta
