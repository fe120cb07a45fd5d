#include <gtest/gtest.h>

#include "proxy/sandbox/sandbox_carrier.h"
#include "proxy/sandbox/sandbox_clock.h"
#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Answered;
using testing_api::Endpoints;
using testing_api::Face;
using testing_routing::World;

// Marks of POSTs whose effect is not in the store that they are looked for in: a key of the sandbox, a call to an endpoint.

/// A live relay and its sandbox, as one process has them.
class TwoRelays : public testing::Test {
 protected:
  TwoRelays() {
    mount_api(router, *live.desk, live.clock, live.random, {.port = endpoints}, {},
              ApiSandbox{.desk = desk,
                         .clock = clock,
                         .carrier = carrier,
                         .store = played.store,
                         .random = played.random,
                         .endpoints = {.port = endpoints},
                         .catch_up = []() -> Task<Result<bool>> { co_return true; }});
    secret = live.run(live.desk->keys().create(live.caller.key, live.random))->secret;
  }

  Answered ask(const std::string& body, const std::string& mark = "once") {
    return post("/api/v1/keys", body, mark, secret, "harbour");
  }
  Answered post(const std::string& path, const std::string& body, const std::string& mark,
                const std::string& key, const std::string& service) {
    HttpRequest request{.method = "POST",
                        .target = path,
                        .path = path,
                        .query = {},
                        .body = body,
                        .request_id = "req_1",
                        .public_url = "https://relay.example.com"};
    request.headers.add("Authorization", "Bearer " + key);
    request.headers.add("Bauta-Service", service);
    request.headers.add("Idempotency-Key", mark);
    return Face::read(live.run(router.handle(std::move(request))));
  }
  /// The account that stands in the sandbox for the live one.
  std::size_t keys_made() {
    const auto service = played.run(desk.accounts().ensure_with_service(
        live.service.account.str(), "default", played.clock.now(), played.random));
    return played.run(desk.keys().all_of(service->account))->size();
  }
  /// As a crash would: what the live store should have kept with the answer is not there.
  Answered ask_and_die(const std::string& body) {
    live.store.unknown_commits = 2;  // the mark, and the look for it
    live.store.unknown_are_written = false;
    auto answered = ask(body);
    live.store.unknown_commits = 0;
    return answered;
  }

  /// The sandbox's store takes so many commits, then none.
  void break_sandbox_after(int commits) {
    played.store.meanwhile = [this, commits] {
      if (commits > 0) return break_sandbox_after(commits - 1);
      played.store.unknown_commits = 1'000;
      played.store.unknown_are_written = false;
    };
  }
  void mend_sandbox() {
    played.store.meanwhile = {};
    played.store.unknown_commits = 0;
  }
  std::size_t numbers_of(const std::string& name) {
    const auto service = *played.run(desk.accounts().ensure_with_service(
        live.service.account.str(), name, played.clock.now(), played.random));
    return played.run(desk.list_numbers({.key = {}, .service = service}, {.limit = 100}))
        ->data.size();
  }

  World live;
  World played;
  SandboxClock clock{played.clock};
  SandboxCarrier carrier{{.store = played.store,
                          .index_key = played.index_key,
                          .clock = clock,
                          .random = played.random}};
  Desk desk{played.parts, [](std::string_view name) { return name == SandboxCarrier::kName; }};
  Endpoints endpoints;
  Router router;
  std::string secret;
  const std::string test_key = R"({"scopes":["sessions:read"],"test":true})";
};

// The mark was kept in the live store after the key was made in the sandbox's: a crash in between made a second key of a repeated call.
TEST_F(TwoRelays, MakeOneTestKeyOfACallThatIsRepeatedAfterACrash) {
  const auto first = ask_and_die(test_key);
  ASSERT_EQ(first.told(), "201") << first.body;
  EXPECT_FALSE(first.json["secret"].isNull());
  const auto again = ask(test_key);
  EXPECT_EQ(again.told(), "201");
  EXPECT_EQ(again.json["id"], first.json["id"]);
  EXPECT_TRUE(again.json["secret"].isNull()) << "a secret is shown once";
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(keys_made(), 1U);
  // And from now on out of the live store.
  EXPECT_EQ(ask(test_key).json["id"], first.json["id"]);
  EXPECT_EQ(ask(test_key, "twice").header("Idempotency-Replayed"), "(none)");
  EXPECT_EQ(keys_made(), 2U);
}

TEST_F(TwoRelays, AnotherBodyAfterACrashIsAMismatchInBoth) {
  ASSERT_EQ(ask_and_die(test_key).told(), "201");
  for (const std::string other :
       {R"({"scopes":["sessions:write"],"test":true})", R"({"scopes":["sessions:read"]})"}) {
    EXPECT_EQ(ask(other).told(), "422 idempotency.mismatch") << other;
  }
  EXPECT_EQ(keys_made(), 1U);
}

// The mark was kept with the service, before it had its numbers: who asked again after a crash in between was answered 201, and the service had
// none for ever.
TEST_F(TwoRelays, GiveAServiceOfTheSandboxItsNumbersWhenTheCallIsRepeated) {
  const auto key = ask(R"({"scopes":["account"],"test":true})").json["secret"].asString();
  const auto create = [&] {
    return post("/api/v1/services", R"({"name":"rides"})", "rides", key, "default");
  };
  break_sandbox_after(6);
  EXPECT_EQ(create().status, 503U);
  mend_sandbox();
  ASSERT_LT(numbers_of("rides"), 20U);
  ASSERT_GT(numbers_of("rides"), 0U);
  const auto again = create();
  EXPECT_EQ(again.told(), "201");
  EXPECT_EQ(again.json["name"], "rides");
  EXPECT_EQ(numbers_of("rides"), 20U);
  EXPECT_EQ(create().body, again.body);
  EXPECT_EQ(post("/api/v1/services", R"({"name":"other"})", "rides", key, "default").told(),
            "422 idempotency.mismatch");
  EXPECT_EQ(post("/api/v1/services", R"({"name":"rides"})", "another", key, "default").told(),
            "409 service.name_taken");
}

class TestsOfWebhooks : public testing::Test {
 protected:
  TestsOfWebhooks() {
    path = face.ask("POST", "/api/v1/webhooks", R"({"url":"https://example.com/hook"})")
               .header("Location") +
           "/test";
  }
  Answered ask(const std::string& mark) {
    face.world.clock.advance(std::chrono::milliseconds(5));
    return face.ask("POST", path, "", {{"Idempotency-Key", mark}});
  }
  Face face;
  std::string path;
};

TEST_F(TestsOfWebhooks, CallOnceForOneMark) {
  const auto first = ask("once");
  ASSERT_EQ(first.told(), "200");
  const auto again = ask("once");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(face.endpoints.calls.size(), 1U);
  EXPECT_NE(ask("twice").json["event"], first.json["event"]);
}

// The mark was kept after the call: a crash in between sent another event to who repeated it, which no endpoint could know as the same.
TEST_F(TestsOfWebhooks, SendTheSameEventToWhoRepeatsThemAfterACrash) {
  const auto first = ask("once");
  ASSERT_EQ(first.told(), "200");
  // What the process had not come to write when it died: the answer.
  Commit commit;
  commit.erase(Key("idem")
                   .id(face.world.service.id)
                   .bits(face.world.index_key.hash("idempotency", "POST " + path + "\nonce")));
  static_cast<void>(face.world.memory.apply(commit));
  const auto again = ask("once");
  EXPECT_EQ(again.told(), "200");
  EXPECT_EQ(again.header("Idempotency-Replayed"), "(none)");
  ASSERT_EQ(face.endpoints.calls.size(), 2U);
  EXPECT_EQ(face.endpoints.calls[1].id, face.endpoints.calls[0].id);
  EXPECT_EQ(face.endpoints.calls[1].body, face.endpoints.calls[0].body);
  EXPECT_EQ(again.json["event"], first.json["event"]);
}

TEST_F(TestsOfWebhooks, CallNobodyBeforeTheirEventIsKept) {
  face.world.store.unknown_commits = 1;
  face.world.store.unknown_are_written = false;
  EXPECT_EQ(ask("once").status, 503U);
  EXPECT_EQ(face.endpoints.calls.size(), 0U);
  EXPECT_EQ(ask("once").told(), "200");
}

}  // namespace
}  // namespace bauta
