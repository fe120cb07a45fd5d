#include "proxy/demo/page_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace bauta {
namespace {

std::string judged(std::string method, HttpHeaders headers) {
  const auto why = why_foreign({.method = std::move(method), .headers = std::move(headers)});
  return why ? std::string(*why) : "ours";
}

TEST(PageGuard, ThePageMayBeReadByAddressAndAsLocalhost) {
  for (const auto* host :
       {"127.0.0.1:8079", "localhost:8079", "[::1]:8079", "192.0.2.7:80", "127.0.0.1"}) {
    EXPECT_EQ(judged("GET", {{"Host", host}}), "ours") << host;
  }
}

TEST(PageGuard, ANameThatMayBePointedHereIsRefused) {
  for (const auto* host : {"example.com", "example.com:8079", "127.0.0.1.example.com:8079",
                           "localhost.example.com", "", ":8079", "[::1", "localhost:8079:1"}) {
    EXPECT_EQ(judged("GET", {{"Host", host}}), "the page is opened by an address or as localhost")
        << host;
  }
  EXPECT_EQ(judged("GET", {}), "the page is opened by an address or as localhost");
  EXPECT_EQ(judged("GET", {{"Host", "127.0.0.1"}, {"Host", "127.0.0.1"}}),
            "the page is opened by an address or as localhost");
}

TEST(PageGuard, WhatChangesSomethingCarriesThePagesHeader) {
  EXPECT_EQ(judged("POST", {{"Host", "127.0.0.1:8079"}}), "the page's header is missing");
  EXPECT_EQ(judged("POST", {{"Host", "127.0.0.1:8079"}, {"Bauta-Demo", "1"}}), "ours");
  EXPECT_EQ(judged("POST", {{"Host", "127.0.0.1:8079"},
                            {"Origin", "http://127.0.0.1:8079"},
                            {"Bauta-Demo", "1"}}),
            "ours");
}

TEST(PageGuard, AnotherSitesOriginIsRefused) {
  for (const auto* origin :
       {"http://example.com", "http://127.0.0.1:8080", "https://127.0.0.1:8079", "null"}) {
    EXPECT_EQ(judged("POST", {{"Host", "127.0.0.1:8079"}, {"Origin", origin}, {"Bauta-Demo", "1"}}),
              "of another site")
        << origin;
    EXPECT_EQ(judged("GET", {{"Host", "127.0.0.1:8079"}, {"Origin", origin}}), "of another site")
        << origin;
  }
}

TEST(PageGuard, WhatProgramsCallIsClosedToPagesOfOtherSites) {
  const auto is_refused = [](HttpHeaders headers) {
    return is_of_another_site({.method = "POST", .headers = std::move(headers)});
  };
  EXPECT_FALSE(is_refused({{"Host", "handsets:8079"}})) << "a program names no Origin";
  EXPECT_FALSE(is_refused({{"Host", "127.0.0.1:8079"}, {"Origin", "http://127.0.0.1:8079"}}));
  EXPECT_TRUE(is_refused({{"Host", "127.0.0.1:8079"}, {"Origin", "http://example.com"}}));
  EXPECT_TRUE(is_refused({{"Host", "evil.example"}, {"Origin", "http://evil.example"}}))
      << "a name that was pointed here";
}

}  // namespace
}  // namespace bauta
