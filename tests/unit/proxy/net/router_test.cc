#include "proxy/net/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace bauta {
namespace {

using ::testing::HasSubstr;

/// Says which route answered, and with what.
HttpHandler saying(const std::string& name) {
  struct Say {
    static Task<HttpResponse> answer(std::string name, HttpRequest request) {
      std::string text = std::move(name) + " " + std::string(request.route);
      for (const auto& [key, value] : request.path_parameters)
        text.append(" ").append(key).append("=").append(value);
      co_return text_response(200, std::move(text));
    }
  };
  return [name](HttpRequest request) { return Say::answer(name, std::move(request)); };
}

HttpResponse ask(const Router& router, std::string method, const std::string& path) {
  boost::asio::io_context context;
  HttpResponse response;
  boost::asio::co_spawn(context.get_executor(),
                        router.handle({.method = std::move(method),
                                       .target = path,
                                       .path = path,
                                       .request_id = "req_1",
                                       .public_url = "https://relay.example.com"}),
                        [&](const std::exception_ptr& thrown, HttpResponse answered) {
                          EXPECT_FALSE(thrown);
                          response = std::move(answered);
                        });
  context.run();
  return response;
}

std::string body_of(const Router& router, std::string method, const std::string& path) {
  return ask(router, std::move(method), path).body;
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.add("GET", "/", saying("index"));
    router.add("GET", "/sessions/{id}", saying("show"));
    router.add("POST", "/sessions/search", saying("search"));
    router.add("GET", "/sessions/{id}/messages", saying("messages"));
    router.add("POST", "/sessions/{id}/messages", saying("send"));
    router.add("POST", "/carriers/{name}/{token}/inbound", saying("inbound"),
               {.body_bytes_max = 7});
    router.add("GET", "/{any}/latest", saying("any"));
    router.add("GET", "/sessions/latest", saying("latest"));
  }
  Router router;
};

TEST_F(RouterTest, FindsTheHandlerAndItsParameters) {
  EXPECT_EQ(body_of(router, "GET", "/"), "index /");
  EXPECT_EQ(body_of(router, "GET", "/sessions/ses_1"), "show /sessions/{id} id=ses_1");
  EXPECT_EQ(body_of(router, "GET", "/sessions/ses_1/messages"),
            "messages /sessions/{id}/messages id=ses_1");
  EXPECT_EQ(body_of(router, "POST", "/sessions/ses_1/messages"),
            "send /sessions/{id}/messages id=ses_1");
  EXPECT_EQ(body_of(router, "POST", "/carriers/a/b/inbound"),
            "inbound /carriers/{name}/{token}/inbound name=a token=b");
}

TEST_F(RouterTest, PrefersALiteralAndTheLeftmostFirst) {
  EXPECT_EQ(body_of(router, "POST", "/sessions/search"), "search /sessions/search");
  EXPECT_EQ(body_of(router, "GET", "/sessions/search"), "show /sessions/{id} id=search");
  EXPECT_EQ(body_of(router, "GET", "/sessions/latest"), "latest /sessions/latest");
  EXPECT_EQ(body_of(router, "GET", "/numbers/latest"), "any /{any}/latest any=numbers");
}

TEST_F(RouterTest, AHeadIsAnsweredByTheHandlerForGet) {
  EXPECT_EQ(body_of(router, "HEAD", "/sessions/x"), "show /sessions/{id} id=x");
}

TEST_F(RouterTest, DecodesEachSegmentExactlyOnceAfterSplitting) {
  EXPECT_EQ(body_of(router, "GET", "/sessions/a%2Fb%20%2B+%2525"),
            "show /sessions/{id} id=a/b ++%25");
  EXPECT_EQ(body_of(router, "GET", "/s%65ssions/x"), "show /sessions/{id} id=x");
  EXPECT_EQ(ask(router, "GET", "/sessions%2Fx").status, 404U);
}

TEST_F(RouterTest, RefusesAPathThatCannotBeDecoded) {
  for (const auto* path : {"/sessions/%", "/sessions/%4", "/sessions/%zz", "/%%%"}) {
    const auto response = ask(router, "GET", path);
    EXPECT_EQ(response.status, 400U) << path;
    EXPECT_THAT(response.body, HasSubstr(R"("code":"http.malformed")")) << path;
  }
}

TEST_F(RouterTest, AParameterIsNeverEmpty) {
  for (const auto* path :
       {"/sessions/", "/sessions//messages", "//", "/sessions/x/", "/session", "", "x"}) {
    EXPECT_EQ(ask(router, "GET", path).status, 404U) << path;
  }
}

TEST_F(RouterTest, SaysWhichMethodsAPathKnows) {
  const auto response = ask(router, "DELETE", "/sessions/search");
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(response.headers.find("allow"), "GET, HEAD, POST");
  EXPECT_THAT(response.body, HasSubstr(R"("code":"http.method_not_allowed")"));
}

TEST_F(RouterTest, AnUnknownPathIsAProblemThatDoesNotEchoIt) {
  const auto response = ask(router, "GET", "/+12025550142");
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  EXPECT_THAT(response.body,
              HasSubstr(R"("type":"https://relay.example.com/errors/http.not_found")"));
  EXPECT_THAT(response.body, HasSubstr(R"("request_id":"req_1")"));
  EXPECT_THAT(response.body, ::testing::Not(HasSubstr("2025550142")));
}

TEST_F(RouterTest, HandsOutARoutesOwnLimit) {
  const auto outcome = router.find("POST", "/carriers/a/b/inbound");
  ASSERT_TRUE(std::holds_alternative<Router::Match>(outcome));
  EXPECT_EQ(std::get<Router::Match>(outcome).options.body_bytes_max, 7U);
}

TEST_F(RouterTest, NamesAllThatItAnswers) {
  Router small;
  small.add("GET", "/a/{id}", saying("one"));
  small.add("POST", "/a/b", saying("other"));
  const auto routes = small.routes();
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_EQ(routes[0].method + " " + routes[0].pattern, "POST /a/b") << "the most literal first";
  EXPECT_EQ(routes[1].method + " " + routes[1].pattern, "GET /a/{id}");
}

TEST_F(RouterTest, TheSameRouteTwiceIsAMistake) {
  EXPECT_DEATH(router.add("GET", "/sessions/{other}", saying("twice")), "");
  EXPECT_DEATH(router.add("GET", "sessions", saying("no slash")), "");
}

}  // namespace
}  // namespace bauta
