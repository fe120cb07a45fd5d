#include "proxy/admin/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace bauta {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class AdminTest : public ::testing::Test {
 protected:
  HttpResponse ask(const std::string& path, const std::string& key = "",
                   const std::string& authorization = "", const std::string& method = "GET") {
    Router router;
    mount_admin(router, metrics,
                {{.name = "store", .failing = [this] { return store; }},
                 {.name = "drain", .failing = [this] { return drain; }}},
                Secret::copy(std::as_bytes(std::span(key))));
    boost::asio::io_context context;
    HttpResponse response;
    HttpRequest request{.method = method, .target = path, .path = path, .request_id = "req_1"};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    boost::asio::co_spawn(
        context.get_executor(), router.handle(std::move(request)),
        [&](const std::exception_ptr&, HttpResponse answered) { response = std::move(answered); });
    context.run();
    return response;
  }

  metrics::Instruments metrics{"0.1.0", "abc"};
  std::optional<std::string> store;
  std::optional<std::string> drain;
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

TEST_F(AdminTest, NamesItsPages) {
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("/metrics"), HasSubstr("/livez"), HasSubstr("/readyz")));
  EXPECT_EQ(ask("/nothing").status, 404U);
  EXPECT_EQ(ask("/metrics", "", "", "POST").status, 405U);
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
