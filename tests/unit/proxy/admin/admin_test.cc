#include "proxy/admin/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "proxy/admin/operations_files.h"

namespace bauta {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class AdminTest : public ::testing::Test {
 protected:
  HttpResponse ask(const std::string& path, const std::string& key = "",
                   const std::string& authorization = "", const std::string& method = "GET",
                   const std::string& origin = "", HttpHeaders headers = {}) {
    Router router;
    std::optional<AdminClock> shown;
    if (clock) {
      shown =
          AdminClock{.state = [this] { return *clock; }, .confirm = [this] { return confirm(); }};
    }
    mount_admin(
        router, metrics,
        {{.name = "store", .failing = [this] { return store; }},
         {.name = "drain", .failing = [this] { return drain; }},
         {.name = "clock", .failing = [this] { return doubt; }, .concern = Concern::warning}},
        Secret::copy(std::as_bytes(std::span(key))), nullptr, std::move(shown),
        {.connections = {"twilio"},
         .store_bytes = [] { return std::optional<std::uint64_t>(4'096); }});
    boost::asio::io_context context;
    HttpResponse response;
    HttpRequest request{.method = method,
                        .target = path,
                        .path = path,
                        .headers = std::move(headers),
                        .request_id = "req_1"};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    if (!origin.empty()) request.headers.add("Origin", origin);
    boost::asio::co_spawn(
        context.get_executor(), router.handle(std::move(request)),
        [&](const std::exception_ptr&, HttpResponse answered) { response = std::move(answered); });
    context.run();
    return response;
  }

  Task<Result<ClockState>> confirm() {
    if (refusal) co_return std::unexpected(*refusal);
    clock = ClockState{.now = clock->wall()};
    co_return *clock;
  }

  metrics::Instruments metrics{"0.1.0", "abc"};
  std::optional<std::string> store;
  std::optional<std::string> drain;
  std::optional<std::string> doubt;
  std::optional<ClockState> clock;
  std::optional<Error> refusal;
};

TEST_F(AdminTest, ExposesTheMetricsAsPrometheusReadsThem) {
  metrics.refused("pool.exhausted");
  const auto response = ask("/metrics");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.headers.find("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("bauta_refusals_total{code=\"pool.exhausted\"} 1\n"));
}

TEST_F(AdminTest, ShowsWhatTheSandboxCountsApart) {
  EXPECT_EQ(ask("/metrics/sandbox").status, 404U) << "there is none";
  metrics::Instruments sandbox{"0.1.0", "abc"};
  sandbox.refused("pool.exhausted");
  Router both;
  mount_admin(both, metrics, {}, Secret(0), &sandbox);
  const auto shown = [&](const std::string& path) {
    boost::asio::io_context context;
    std::string body;
    boost::asio::co_spawn(
        context.get_executor(), both.handle({.method = "GET", .target = path, .path = path}),
        [&](const std::exception_ptr&, HttpResponse answered) { body = std::move(answered.body); });
    context.run();
    return body;
  };
  EXPECT_THAT(shown("/metrics/sandbox"), HasSubstr("code=\"pool.exhausted\"} 1\n"));
  EXPECT_THAT(shown("/metrics"), Not(HasSubstr("pool.exhausted")));
}

TEST_F(AdminTest, IsReadyUntilACheckFails) {
  EXPECT_EQ(ask("/readyz").status, 200U);
  store = "no space is left";
  EXPECT_EQ(ask("/readyz").status, 503U);
  EXPECT_THAT(ask("/readyz").body,
              AllOf(HasSubstr("store: no space is left"), Not(HasSubstr("drain"))));
  drain = "the relay is about to stop";
  EXPECT_THAT(ask("/readyz").body, AllOf(HasSubstr("store: no space is left"),
                                         HasSubstr("drain: the relay is about to stop")))
      << "all reasons at once";
  EXPECT_EQ(ask("/livez").status, 200U) << "a restart would not help";
  store = drain = std::nullopt;
  EXPECT_EQ(ask("/readyz").status, 200U);
}

TEST_F(AdminTest, AWarningIsToldByOneThatIsReady) {
  EXPECT_EQ(ask("/readyz").body, "ready\n");
  doubt = "it leapt";
  EXPECT_EQ(ask("/readyz").status, 200U);
  EXPECT_EQ(ask("/readyz").body, "ready\nwarning: clock: it leapt\n");
  drain = "the relay is about to stop";
  EXPECT_EQ(ask("/readyz").status, 503U);
  EXPECT_EQ(ask("/readyz").body, "drain: the relay is about to stop\nwarning: clock: it leapt\n");
}

constexpr TimePoint kNow{std::chrono::milliseconds(1'772'366'400'000)};  // 2026-03-01T12:00:00Z
constexpr ClockState kDoubted{.trust = ClockTrust::doubted,
                              .now = kNow,
                              .offset = std::chrono::milliseconds(86'400'500),
                              .doubted_since = kNow - std::chrono::minutes(1)};

TEST_F(AdminTest, ShowsTheClock) {
  EXPECT_EQ(ask("/clock").status, 404U) << "there is none";
  clock = ClockState{.now = kNow};
  EXPECT_EQ(ask("/clock").status, 200U);
  EXPECT_EQ(ask("/clock").headers.find("Content-Type"), "application/json");
  EXPECT_EQ(ask("/clock").body,
            R"({"doubted_since":null,"now":"2026-03-01T12:00:00.000Z","offset_seconds":0.0,)"
            R"("state":"trusted","wall_clock":"2026-03-01T12:00:00.000Z"})");
  clock = kDoubted;
  EXPECT_EQ(ask("/clock").body,
            R"({"doubted_since":"2026-03-01T11:59:00.000Z","now":"2026-03-01T12:00:00.000Z",)"
            R"("offset_seconds":86400.5,"state":"doubted",)"
            R"("wall_clock":"2026-03-02T12:00:00.500Z"})");
  EXPECT_THAT(ask("/").body, HasSubstr("/clock"));
}

TEST_F(AdminTest, ConfirmsTheClock) {
  clock = kDoubted;
  EXPECT_EQ(ask("/clock/confirm").status, 405U) << "looking changes nothing";
  EXPECT_EQ(clock->trust, ClockTrust::doubted);
  const auto response = ask("/clock/confirm", "", "", "POST");
  EXPECT_EQ(response.status, 200U);
  EXPECT_THAT(response.body, AllOf(HasSubstr(R"("state":"trusted")"),
                                   HasSubstr(R"("now":"2026-03-02T12:00:00.500Z")")));
  EXPECT_EQ(clock->trust, ClockTrust::trusted);
}

TEST_F(AdminTest, SaysWhyAClockCouldNotBeConfirmed) {
  clock = kDoubted;
  refusal = Error{.code = "storage.full", .detail = "no space"};
  const auto response = ask("/clock/confirm", "", "", "POST");
  EXPECT_EQ(response.status, 503U);
  EXPECT_THAT(response.body, HasSubstr("storage.full"));
}

TEST_F(AdminTest, NoWebPageConfirmsTheClock) {
  clock = kDoubted;
  for (const auto* origin : {"https://evil.example", "null", "http://127.0.0.1:9090"}) {
    const auto response = ask("/clock/confirm", "", "", "POST", origin);
    EXPECT_EQ(response.status, 403U) << origin;
    EXPECT_THAT(response.body, HasSubstr("admin.from_a_page"));
  }
  EXPECT_EQ(clock->trust, ClockTrust::doubted);
}

TEST_F(AdminTest, WithAKeyTheClockIsConfirmedByWhoHasIt) {
  clock = kDoubted;
  EXPECT_EQ(ask("/clock", "secret").status, 401U);
  EXPECT_EQ(ask("/clock/confirm", "secret", "Bearer wrong", "POST").status, 401U);
  EXPECT_EQ(clock->trust, ClockTrust::doubted);
  EXPECT_EQ(ask("/clock/confirm", "secret", "Bearer secret", "POST").status, 200U);
  EXPECT_EQ(clock->trust, ClockTrust::trusted);
}

class AdminActionTest : public ::testing::Test {
 protected:
  HttpResponse ask(const std::string& method, const std::string& path,
                   const std::string& origin = "", const std::string& authorization = "",
                   const std::string& key = "") {
    Router router;
    mount_admin(
        router, metrics, {}, Secret::copy(std::as_bytes(std::span(key))), nullptr, std::nullopt, {},
        {{.method = "GET",
          .path = "/thing",
          .does = "what it is",
          .act = [this]() -> Task<Result<std::string>> { co_return done("{}"); }},
         {.method = "POST",
          .path = "/thing",
          .status = 202,
          .act = [this]() -> Task<Result<std::string>> { co_return done(R"({"begun":true})"); }}});
    boost::asio::io_context context;
    HttpResponse response;
    HttpRequest request{.method = method, .target = path, .path = path, .request_id = "req_1"};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    if (!origin.empty()) request.headers.add("Origin", origin);
    boost::asio::co_spawn(
        context.get_executor(), router.handle(std::move(request)),
        [&](const std::exception_ptr&, HttpResponse answered) { response = std::move(answered); });
    context.run();
    return response;
  }
  Result<std::string> done(std::string document) {
    ++acts;
    if (refusal) return std::unexpected(*refusal);
    return document;
  }

  metrics::Instruments metrics{"0.1.0", "abc"};
  std::optional<Error> refusal;
  int acts = 0;
};

TEST_F(AdminActionTest, IsAnsweredWithItsDocument) {
  EXPECT_EQ(ask("GET", "/thing").status, 200U);
  const auto begun = ask("POST", "/thing");
  EXPECT_EQ(begun.status, 202U);
  EXPECT_EQ(begun.body, R"({"begun":true})");
  EXPECT_EQ(begun.headers.find("Content-Type"), "application/json");
  EXPECT_THAT(ask("GET", "/").body, HasSubstr("/thing    what it is\n"));
}

TEST_F(AdminActionTest, NoWebPageActs) {
  const auto response = ask("POST", "/thing", "https://evil.example");
  EXPECT_EQ(response.status, 403U);
  EXPECT_THAT(response.body, HasSubstr("admin.from_a_page"));
  EXPECT_EQ(acts, 0);
}

TEST_F(AdminActionTest, AsksForTheKey) {
  EXPECT_EQ(ask("GET", "/thing", "", "", "secret").status, 401U);
  EXPECT_EQ(ask("POST", "/thing", "", "Bearer wrong", "secret").status, 401U);
  EXPECT_EQ(acts, 0);
  EXPECT_EQ(ask("POST", "/thing", "", "Bearer secret", "secret").status, 202U);
}

TEST_F(AdminActionTest, SaysWhyItWasNotDone) {
  refusal = Error{.code = "backup.in_progress", .detail = "one is being made"};
  EXPECT_EQ(ask("POST", "/thing").status, 409U);
  EXPECT_THAT(ask("POST", "/thing").body, HasSubstr("backup.in_progress"));
  refusal = Error{.code = "storage.failed", .detail = "no disk"};
  EXPECT_EQ(ask("POST", "/thing").status, 503U);
}

TEST_F(AdminTest, NamesItsPages) {
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("/metrics"), HasSubstr("/livez"), HasSubstr("/readyz")));
  EXPECT_EQ(ask("/nothing").status, 404U);
  EXPECT_EQ(ask("/metrics", "", "", "POST").status, 405U);
}

const HttpHeaders kBrowser{{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};

HttpHeaders asked_as(const std::string& host) { return {{"Host", host}}; }

TEST_F(AdminTest, ABrowserGetsThePageAndTerminalsTheList) {
  const auto page = ask("/", "", "", "GET", "", kBrowser);
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.body, testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(std::string(page.headers.find("Content-Security-Policy").value_or("")),
              testing::StartsWith("default-src 'none'"));
  for (const auto* accept : {"*/*", "text/plain"}) {
    const auto list = ask("/", "", "", "GET", "", {{"Accept", accept}});
    EXPECT_THAT(list.body, testing::StartsWith("/metrics ")) << accept;
    EXPECT_THAT(list.body, HasSubstr("/operations")) << accept;
  }
}

TEST_F(AdminTest, EveryFileOfThePageIsServedAndIsNamedByIt) {
  for (const auto& file : operations_files()) {
    if (file.name == "operations.html") continue;
    const auto answer = ask("/operations/" + std::string(file.name));
    EXPECT_EQ(answer.status, 200U) << file.name;
    EXPECT_EQ(answer.body, file.content) << file.name;
    EXPECT_TRUE(answer.headers.contains("Content-Type")) << file.name;
    const auto names_it = [&](const PageFile& other) { return other.content.contains(file.name); };
    EXPECT_TRUE(std::ranges::any_of(operations_files(), names_it)) << file.name;
  }
}

TEST_F(AdminTest, TheFiguresSayWhyItIsNotReady) {
  EXPECT_THAT(ask("/operations").body,
              AllOf(HasSubstr(R"("ready":true)"), HasSubstr(R"("reasons":[])"),
                    HasSubstr(R"("clock":null)"), HasSubstr(R"("bytes":4096)"),
                    HasSubstr(R"("name":"twilio")")));
  drain = "the relay is about to stop";
  doubt = "it leapt";
  clock = kDoubted;
  EXPECT_THAT(ask("/operations").body,
              AllOf(HasSubstr(R"("ready":false)"),
                    HasSubstr(R"([{"check":"drain","reason":"the relay is about to stop"}])"),
                    HasSubstr(R"("warnings":[{"check":"clock","reason":"it leapt"}])"),
                    HasSubstr(R"("state":"doubted")")));
}

TEST_F(AdminTest, WithAKeyThePageIsShownAndItsFiguresAreNot) {
  EXPECT_EQ(ask("/", "secret", "", "GET", "", kBrowser).status, 200U);
  EXPECT_EQ(ask("/operations/operations.js", "secret").status, 200U);
  const auto refused = ask("/operations", "secret");
  EXPECT_EQ(refused.status, 401U);
  EXPECT_THAT(refused.body, Not(HasSubstr("ready")));
  EXPECT_EQ(ask("/operations", "secret", "Bearer secret").status, 200U);
}

TEST_F(AdminTest, WithoutAKeyNobodyIsAskedUnderANameThatMayBeAnybodys) {
  clock = ClockState{.now = kNow};
  for (const auto* path :
       {"/", "/operations", "/operations/operations.js", "/metrics", "/readyz", "/clock"}) {
    const auto refused = ask(path, "", "", "GET", "", asked_as("evil.example:9090"));
    EXPECT_EQ(refused.status, 403U) << path;
    EXPECT_THAT(refused.body, HasSubstr("admin.foreign_host")) << path;
    for (const auto* host : {"127.0.0.1:9090", "[::1]:9090", "localhost:9090"})
      EXPECT_EQ(ask(path, "", "", "GET", "", asked_as(host)).status, 200U) << path << " " << host;
  }
  EXPECT_EQ(ask("/livez", "", "", "GET", "", asked_as("evil.example")).status, 200U);
  EXPECT_EQ(
      ask("/operations", "secret", "Bearer secret", "GET", "", asked_as("relay.example")).status,
      200U)
      << "no page of another's has the key";
}

TEST_F(AdminTest, WithAKeyNothingButLivenessIsShownWithoutIt) {
  for (const auto* path : {"/metrics", "/readyz", "/"}) {
    for (const auto* wrong : {"", "Bearer", "Bearer wrong", "Bearer secre", "Bearer secret2",
                              "Basic secret", "secret"}) {
      const auto response = ask(path, "secret", wrong);
      EXPECT_EQ(response.status, 401U) << path << " " << wrong;
      EXPECT_THAT(response.body, AllOf(HasSubstr("auth.invalid_key"), Not(HasSubstr("bauta_")),
                                       Not(HasSubstr("secret"))));
    }
    EXPECT_EQ(ask(path, "secret", "Bearer secret").status, 200U) << path;
  }
  EXPECT_EQ(ask("/livez", "secret").status, 200U);
}

}  // namespace
}  // namespace bauta
