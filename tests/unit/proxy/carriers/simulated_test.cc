#include "proxy/carriers/simulated.h"

#include <gtest/gtest.h>

#include "tests/unit/proxy/carriers/bench/callback_bench.h"

namespace bauta {
namespace {

HttpRequest request_of(std::string method, std::string target, std::string body,
                       std::string signature) {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  request.headers.add(std::string(simulated::kSignatureHeader), std::move(signature));
  return request;
}

TEST(SimulatedSignature, CoversMethodTargetAndBody) {
  const auto signature = simulated::signature_of("secret", "POST", "/messages?a=1", "{}");
  EXPECT_EQ(signature.size(), 64U);
  const auto authentic = [&](std::string method, std::string target, std::string body,
                             std::string_view secret = "secret") {
    return simulated::is_authentic(
        secret, request_of(std::move(method), std::move(target), std::move(body), signature));
  };
  EXPECT_TRUE(authentic("POST", "/messages?a=1", "{}"));
  EXPECT_FALSE(authentic("GET", "/messages?a=1", "{}"));
  EXPECT_FALSE(authentic("POST", "/messages?a=2", "{}"));
  EXPECT_FALSE(authentic("POST", "/messages?a=1", "{ }"));
  EXPECT_FALSE(authentic("POST", "/messages?a=1", "{}", "another"));
}

TEST(SimulatedSignature, IsNeededAndWhole) {
  HttpRequest unsigned_request;
  unsigned_request.method = "POST";
  EXPECT_FALSE(simulated::is_authentic("secret", unsigned_request));
  const auto signature = simulated::signature_of("secret", "POST", "/a", "");
  EXPECT_FALSE(
      simulated::is_authentic("secret", request_of("POST", "/a", "", signature.substr(1))));
}

}  // namespace
}  // namespace bauta
