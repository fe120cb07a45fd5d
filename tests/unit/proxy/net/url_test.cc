#include "proxy/net/url.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

std::string describe(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return std::string(url.error().code);
  return (url->is_https ? "https " : "http ") + url->host + " " + std::to_string(url->port) + " " +
         url->target + " " + url->authority();
}

TEST(Url, IsTakenApart) {
  EXPECT_EQ(describe("https://api.example.com"), "https api.example.com 443 / api.example.com");
  EXPECT_EQ(describe("HTTP://API.example.com:8080/a%2Fb?c=d#e"),
            "http api.example.com 8080 /a%2Fb?c=d api.example.com:8080");
  EXPECT_EQ(describe("http://127.0.0.1:80?x"), "http 127.0.0.1 80 /?x 127.0.0.1");
  EXPECT_EQ(describe("https://[2001:DB8::1]:444/x"), "https 2001:db8::1 444 /x [2001:db8::1]:444");
}

TEST(Url, RefusesWhatIsNoneOrHoldsASecret) {
  for (const auto* text : {"",
                           "api.example.com",
                           "ftp://a",
                           "http:/a",
                           "http://",
                           "http:///x",
                           "https://:443",
                           "http://a:b/",
                           "http://a:0/",
                           "http://a:65536/",
                           "http://a:8x/",
                           "http://user:secret@a/",
                           "http://a b/",
                           "http://a/\n",
                           "http://[::1",
                           "http://[::1]x",
                           "http://[a.com]/",
                           "http://a_b%20/",
                           "javascript://a",
                           "http://é/"}) {
    EXPECT_EQ(describe(text), "url.malformed") << text;
  }
  EXPECT_FALSE(parse_url("http://user:hunter2@a/").error().detail.contains("hunter2"));
}

}  // namespace
}  // namespace bauta
