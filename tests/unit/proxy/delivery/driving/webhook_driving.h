#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proxy/delivery/webhook_driver.h"
#include "tests/unit/routing/world/world.h"

namespace bauta::testing_delivery {

/// Endpoints by their URL: each answers as it is told, or not before its gate opens.
class FakeEndpoints final : public EndpointPort {
 public:
  explicit FakeEndpoints(boost::asio::io_context& loop) : gate_(loop) {
    gate_.expires_at(std::chrono::steady_clock::time_point::max());
  }
  Task<EndpointAnswer> call(EndpointCall call) override {
    const std::string url = call.url;
    calls.push_back(std::move(call));
    while (hanging.contains(url)) {
      boost::system::error_code opened;
      co_await gate_.async_wait(
          boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>(), opened));
    }
    const auto told = answers.find(url);
    co_return told == answers.end()
        ? EndpointAnswer{.result = AttemptResult::delivered, .status = 200}
        : told->second;
  }
  void let_through(const std::string& url) {
    hanging.erase(url);
    gate_.cancel();
  }
  /// The bodies that went to `url`.
  std::vector<std::string> to(const std::string& url) const {
    std::vector<std::string> bodies;
    for (const auto& call : calls) {
      if (call.url == url) bodies.push_back(call.body);
    }
    return bodies;
  }

  std::map<std::string, EndpointAnswer> answers;
  std::set<std::string> hanging;
  std::vector<EndpointCall> calls;

 private:
  boost::asio::steady_timer gate_;
};

inline constexpr const char* kUrl = "https://one.example.com/";
inline constexpr const char* kOther = "https://two.example.com/";

/// Webhooks that are driven against endpoints which answer as a test says.
class WebhookDriving : public testing::Test, public testing_routing::World {
 protected:
  ~WebhookDriving() override {
    driver.reset();
    poll();
  }
  void drive() {
    driver.emplace(loop.get_executor(),
                   WebhookDriverOptions{.limits = limits, .look_interval = std::chrono::hours(1)},
                   WebhookParts{.store = memory,
                                .webhooks = webhooks,
                                .keys = desk->keys(),
                                .clock = clock,
                                .random = random,
                                .metrics = metrics,
                                .endpoints = endpoints});
    driver->start();
    poll();
  }
  /// As kill -9 would.
  void crash() {
    driver.reset();
    poll();
  }
  Webhook hook(const std::string& url, const std::function<void(Webhook&)>& edit = {}) {
    clock.advance(std::chrono::milliseconds(1));
    Webhook draft{.service = service.id,
                  .account = service.account,
                  .url = url,
                  .types = {"message.*", "webhook.*"}};
    if (edit) edit(draft);
    return *run(webhooks.create(std::move(draft), 20, clock.now()));
  }
  /// An event of the session `of`, known by `words`.
  EventId happen(const std::string& words, char of = 'a',
                 EventType type = EventType::message_sent) {
    clock.advance(std::chrono::milliseconds(1));
    Bits128 bits{};
    bits[15] = static_cast<std::byte>(of);
    const Event event =
        EventLog::make(type, SessionId(bits), clock.now(), random, {{"words", words}});
    Commit commit;
    EventLog::append(commit, service.id, event);
    static_cast<void>(run(memory.commit(std::move(commit))));
    return event.id;
  }
  template <class Condition>
  void run_until(const Condition& condition) {
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < latest) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(100));
    }
    ASSERT_TRUE(condition());
  }
  /// All that can be done now is done.
  void poll() {
    loop.restart();
    loop.poll();
  }
  template <class T>
  T finish(Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr&, T value) {
      result.emplace(std::move(value));
    });
    run_until([&] { return result.has_value(); });
    return *std::move(result);
  }
  /// What `url` was told, by the words.
  std::vector<std::string> told(const std::string& url) const {
    std::vector<std::string> words;
    for (const auto& body : endpoints.to(url)) {
      const std::string name = R"("words":")";
      const auto at = body.find(name);
      words.push_back(
          at == std::string::npos
              ? body
              : body.substr(at + name.size(), body.find('"', at + name.size()) - at - name.size()));
    }
    return words;
  }
  void run_until_told(const std::string& url, std::size_t events) {
    run_until([&] { return endpoints.to(url).size() >= events; });
    poll();
    EXPECT_EQ(endpoints.to(url).size(), events);
  }
  Webhooks::State state(const Webhook& webhook) {
    const auto now = run(webhooks.find(service.id, webhook.id))->value;
    return *run(webhooks.state_of(now));
  }
  bool is_disabled(const Webhook& webhook) {
    return run(webhooks.find(service.id, webhook.id))->value.disabled.has_value();
  }

  boost::asio::io_context loop;
  FakeEndpoints endpoints{loop};
  WebhookLimits limits{.retry_backoff_first = std::chrono::milliseconds(20),
                       .retry_backoff_max = std::chrono::milliseconds(40)};
  Webhooks webhooks{memory, random};
  std::optional<WebhookDriver> driver;
};

}  // namespace bauta::testing_delivery
