#include "proxy/demo/demo_page.h"

#include <fmt/format.h>
#include <json/value.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <random>
#include <string_view>
#include <utility>

#include "proxy/demo/ask.h"
#include "proxy/demo/members.h"
#include "proxy/demo/page_files.h"
#include "proxy/demo/page_guard.h"
#include "proxy/demo/relay_watch.h"
#include "proxy/net/http_client.h"
#include "proxy/net/json.h"
#include "proxy/net/page_answer.h"
#include "proxy/net/problem.h"
#include "proxy/net/rfc3339.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What was asked within this time is shown once more.
constexpr milliseconds kFresh{250};
constexpr milliseconds kPatience{3'000};
constexpr std::size_t kTextOctetsMax = 1'600;
constexpr std::size_t kTextsShownMax = 200;
/// The last three digits: other people at each booking, since nobody gets the same number twice within a day.
constexpr int kHostsFirst = 100;
constexpr int kHostsLast = 139;
constexpr int kGuestsFirst = 200;
constexpr int kGuestsLast = 299;

std::string participant(const std::string& address, const char* label) {
  Json::Value json;
  json["address"] = address;
  json["label"] = label;
  return write_json(json);
}

Trouble trouble_of(bool down, bool twice, bool loses) {
  Trouble trouble;
  trouble.throttle_percent = down ? 100 : 0;
  trouble.duplicate_percent = twice ? 100 : 0;
  trouble.loss_percent = loses ? 100 : 0;
  return trouble;
}

}  // namespace

/// Shared by its routes.
class DemoPage::Desk : public std::enable_shared_from_this<Desk> {
 public:
  Desk(DemoPageOptions options, PagePhones phones, std::unique_ptr<HttpClient> client)
      : options_(std::move(options)),
        phones_(std::move(phones)),
        client_(std::move(client)),
        watch_(*client_, options_.admin_url, options_.supervisor) {}

  void mount(Router& router) {
    add(router, "GET", "/", [](Desk*, HttpRequest) { return show("index.html"); });
    for (const auto& file : page_files()) {
      add(router, "GET", "/demo/" + std::string(file.name),
          [name = file.name](Desk*, HttpRequest) { return show(name); });
    }
    add(router, "GET", "/demo/state", &Desk::state);
    add(router, "POST", "/demo/book", &Desk::book);
    add(router, "POST", "/demo/text", &Desk::text);
    add(router, "POST", "/demo/end", &Desk::end);
    add(router, "POST", "/demo/trouble", &Desk::trouble);
    add(router, "POST", "/demo/crash", &Desk::crash);
  }

 private:
  using Handler = std::function<Task<HttpResponse>(Desk*, HttpRequest)>;

  struct Phone {
    const char* who;
    std::string address;
    std::string number;  // what it texts, and what it gets texts from
    std::deque<std::shared_ptr<const WrittenText>> written;
  };
  struct Stay {
    std::string id;
    std::string name;
    std::string created_at;
    std::array<Phone, 2> phones;
    Json::Value session;
    Json::Value messages{Json::arrayValue};
    Json::Value events{Json::arrayValue};
  };

  void add(Router& router, std::string_view method, const std::string& path, Handler handler) {
    router.add(method, path,
               [self = shared_from_this(), handler = std::move(handler)](HttpRequest request) {
                 return guarded(self, handler, std::move(request));
               });
  }

  static Task<HttpResponse> guarded(std::shared_ptr<Desk> self, Handler handler,
                                    HttpRequest request) {
    if (const auto why = why_foreign(request)) {
      co_return problem(403, {.code = "request.foreign", .detail = std::string(*why)}, request);
    }
    co_return with_policy(co_await handler(self.get(), std::move(request)));
  }

  static Task<HttpResponse> show(std::string_view name) {
    co_return page_answer(page_files(), name);
  }

  // What is shown.

  Task<HttpResponse> state(HttpRequest /*request*/) {
    if (!asking_ && steady_clock::now() - asked_at_ > kFresh) {
      asking_ = true;
      co_await ask_relay();
      asking_ = false;
      asked_at_ = steady_clock::now();
    }
    Json::Value json;
    json["relay"] = watch_.json();
    json["carrier"] = carrier_json();
    json["metrics"] = watch_.metrics();
    json["stay"] = stay_ ? stay_json(*stay_) : Json::Value();
    co_return json_response(200, write_json(json));
  }

  Json::Value carrier_json() const {
    const auto trouble = phones_.trouble();
    Json::Value json;
    json["down"] = trouble.throttle_percent > 0;
    json["twice"] = trouble.duplicate_percent > 0;
    json["loses"] = trouble.loss_percent > 0;
    return json;
  }

  Json::Value stay_json(const Stay& stay) const {
    Json::Value json;
    json["name"] = stay.name;
    json["session"] = stay.session;
    json["messages"] = stay.messages;
    json["events"] = stay.events;
    for (const auto& phone : stay.phones) json["phones"][phone.who] = phone_json(phone);
    return json;
  }

  Json::Value phone_json(const Phone& phone) const {
    Json::Value json;
    json["address"] = phone.address;
    json["number"] = phone.number;
    json["written"] = Json::Value(Json::arrayValue);
    json["received"] = Json::Value(Json::arrayValue);
    for (const auto& text : phone.written) {
      Json::Value one;
      one["id"] = text->id;
      one["text"] = text->text;
      one["at"] = format_rfc3339(text->at);
      one["taken_at"] =
          text->taken_at ? Json::Value(format_rfc3339(*text->taken_at)) : Json::Value();
      one["tries"] = text->tries;
      json["written"].append(std::move(one));
    }
    for (const auto& text : phones_.inbox(phone.address)) {
      // What an earlier stay left on the phone came from another number.
      if (text.from != phone.number) continue;
      Json::Value one;
      one["sequence"] = static_cast<Json::UInt64>(text.sequence);
      one["from"] = text.from;
      one["text"] = text.text;
      one["at"] = format_rfc3339(text.at);
      json["received"].append(std::move(one));
    }
    return json;
  }

  // What the relay says.

  Task<void> ask_relay() {
    const auto self = shared_from_this();
    if (!co_await watch_.look() || !stay_) co_return;
    const auto id = stay_->id;
    const auto session = co_await relay("GET", "/api/v1/sessions/" + id);
    const auto messages = co_await relay("GET", "/api/v1/sessions/" + id + "/messages?limit=100");
    const auto events = co_await relay("GET", "/api/v1/events?limit=100");
    if (!stay_ || stay_->id != id) co_return;  // another was booked meanwhile
    if (session) stay_->session = *session;
    if (messages) stay_->messages = (*messages)["data"];
    if (!events) co_return;
    stay_->events = Json::Value(Json::arrayValue);
    for (const auto& event : (*events)["data"]) {
      if (is_about(*stay_, event)) stay_->events.append(event);
    }
  }

  /// Bauta's own words belong to no session, but go out from one of its numbers.
  static bool is_about(const Stay& stay, const Json::Value& event) {
    if (string_in(event, "session") == stay.id) return true;
    if (!event["session"].isNull() || string_in(event, "created_at") < stay.created_at)
      return false;
    const auto number = string_in(event["data"], "number");
    return std::ranges::any_of(stay.phones,
                               [&](const Phone& phone) { return phone.number == number; });
  }

  Task<Result<Json::Value>> relay(std::string method, std::string path, std::string body = "") {
    return ask(client_.get(), {.method = std::move(method),
                               .url = options_.relay_url + path,
                               .key = options_.key,
                               .body = std::move(body),
                               .timeout = kPatience});
  }

  // What is done.

  Task<HttpResponse> book(HttpRequest request) {
    const auto self = shared_from_this();
    if (const auto members = Members::of(request, {}); !members)
      co_return invalid_request(request, members.error().detail);
    if (stay_) {
      const auto ended = co_await close(stay_->id);
      if (!ended && ended.error().code == "demo.unreachable")
        co_return refused(request, ended.error());
    }
    std::random_device chance;
    const auto roll = [&chance](int from, int to) {
      return std::uniform_int_distribution(from, to)(chance);
    };
    const auto name = fmt::format("stay-{}", roll(1'000, 9'999));
    const std::array<std::string, 2> addresses = {
        fmt::format("+12025550{}", roll(kHostsFirst, kHostsLast)),
        fmt::format("+442079460{}", roll(kGuestsFirst, kGuestsLast))};
    const auto body =
        fmt::format(R"({{"participants":[{},{}],"unique_name":"{}","ttl_seconds":7200}})",
                    participant(addresses[0], "Host"), participant(addresses[1], "Guest"), name);
    const auto session = co_await relay("POST", "/api/v1/sessions", body);
    if (!session) co_return refused(request, session.error());
    const auto& seats = (*session)["participants"];
    stay_.emplace(Stay{.id = string_in(*session, "id"),
                       .name = name,
                       .created_at = string_in(*session, "created_at"),
                       .phones = {Phone{.who = "host",
                                        .address = addresses[0],
                                        .number = string_in(seats[0], "virtual_number"),
                                        .written = {}},
                                  Phone{.who = "guest",
                                        .address = addresses[1],
                                        .number = string_in(seats[1], "virtual_number"),
                                        .written = {}}},
                       .session = *session});
    asked_at_ = {};
    co_return HttpResponse{.status = 204};
  }

  Task<HttpResponse> text(HttpRequest request) {
    const auto members = Members::of(request, {"phone", "text"});
    if (!members) co_return invalid_request(request, members.error().detail);
    if (!stay_) co_return invalid_request(request, "no stay is booked");
    const auto phone = std::ranges::find(stay_->phones, members->text("phone"), &Phone::who);
    if (phone == stay_->phones.end()) co_return invalid_request(request, "phone is host or guest");
    const auto words = members->text("text");
    if (words.empty() || words.size() > kTextOctetsMax)
      co_return invalid_request(request, fmt::format("text is 1 to {} octets", kTextOctetsMax));
    const auto written = phones_.write(phone->address, phone->number, words);
    if (!written) co_return refused(request, written.error());
    phone->written.push_back(*written);
    if (phone->written.size() > kTextsShownMax) phone->written.pop_front();
    co_return HttpResponse{.status = 204};
  }

  Task<HttpResponse> end(HttpRequest request) {
    const auto self = shared_from_this();
    if (!stay_) co_return invalid_request(request, "no stay is booked");
    const auto ended = co_await close(stay_->id);
    if (!ended) co_return refused(request, ended.error());
    asked_at_ = {};
    co_return HttpResponse{.status = 204};
  }

  Task<Result<Json::Value>> close(std::string session) {
    return relay("PATCH", "/api/v1/sessions/" + session, R"({"status":"closed"})");
  }

  Task<HttpResponse> trouble(HttpRequest request) {
    const auto members = Members::of(request, {"down", "twice", "loses"});
    if (!members) co_return invalid_request(request, members.error().detail);
    phones_.make_trouble(
        trouble_of(members->flag("down"), members->flag("twice"), members->flag("loses")));
    co_return HttpResponse{.status = 204};
  }

  Task<HttpResponse> crash(HttpRequest request) {
    if (!watch_.kill()) {
      co_return problem(
          409, {.code = "demo.failed", .detail = "nobody would start the relay again"}, request);
    }
    co_return HttpResponse{.status = 204};
  }

  static HttpResponse refused(const HttpRequest& request, const Error& error) {
    return problem(error.code == "demo.unreachable" ? 503 : 502, error, request);
  }

  const DemoPageOptions options_;
  const PagePhones phones_;
  const std::unique_ptr<HttpClient> client_;
  RelayWatch watch_;
  std::optional<Stay> stay_;
  bool asking_ = false;
  steady_clock::time_point asked_at_{};  // zero: what was asked is outdated
};

DemoPage::DemoPage(std::shared_ptr<Desk> desk) : desk_(std::move(desk)) {}
DemoPage::~DemoPage() = default;

Result<std::unique_ptr<DemoPage>> DemoPage::make(Executor executor, DemoPageOptions options,
                                                 PagePhones phones) {
  HttpClientOptions client_options;
  client_options.user_agent = "bauta-demo";
  BAUTA_TRY(auto client, HttpClient::make(std::move(executor), std::move(client_options)));
  return std::unique_ptr<DemoPage>(new DemoPage(
      std::make_shared<Desk>(std::move(options), std::move(phones), std::move(client))));
}

void DemoPage::mount(Router& router) { desk_->mount(router); }

}  // namespace bauta
