#include <gmock/gmock.h>

#include "tests/conformance/contract/contract.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

class Expiry : public StoreContract {};
BAUTA_ON_EVERY_ENGINE(Expiry);

TEST_P(Expiry, IsAbsenceForEveryCallFromThatMillisecondOn) {
  put("a/0", "stays");
  const auto written = put("a/1", "goes", clock.now() + 10ms);
  clock.advance(9ms);
  EXPECT_EQ(get("a/1"), "goes");
  EXPECT_EQ(scan(ScanRequest::prefix(key("a/"))), "a/0=stays a/1=goes");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a/1"), written)))), "committed");

  clock.advance(1ms);
  EXPECT_EQ(get("a/1"), "absent");
  EXPECT_FALSE(run(store().multi_get({key("a/1")}))->at(0));
  EXPECT_EQ(scan(ScanRequest::prefix(key("a/"))), "a/0=stays");
  auto backward = ScanRequest::prefix(key("a/"));
  backward.direction = Direction::backward;
  EXPECT_EQ(scan(backward), "a/0=stays");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a/1"), written)))), "conflict a/1");
  EXPECT_EQ(
      describe(commit(std::move(Commit().expect(key("a/1"), kAbsent).put(key("a/1"), "new")))),
      "committed");
  EXPECT_EQ(get("a/1"), "new");
}

TEST_P(Expiry, IsJudgedAlikeBeforeAndAfterARestart) {
  const auto written = put("a", "1", clock.now() + 1h);
  restart();
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), written)))), "committed");
  clock.advance(1h);
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), written)))), "conflict a");
  restart();
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), kAbsent)))), "committed");
}

TEST_P(Expiry, EndsWithTheRecordThatHadIt) {
  put("a", "1", clock.now() + 1h);
  put("a", "2");
  put("b", "1");
  put("b", "2", clock.now() + 1h);
  clock.advance(48h);
  free_space();
  EXPECT_EQ(get("a"), "2");
  EXPECT_EQ(get("b"), "absent");
}

TEST_P(Expiry, FreesNoVersionForUseAgain) {
  const auto first = put("a", "1", clock.now() + 1h);
  clock.advance(48h);
  free_space();
  restart();
  EXPECT_NE(put("a", "1"), first);
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), first)))), "conflict a");
}

TEST_P(Expiry, InThePastIsNoRecord) {
  const auto written = put("a", "1", clock.now());
  EXPECT_EQ(get("a"), "absent");
  EXPECT_NE(written, kAbsent);
  put("b", "1", TimePoint{});
  EXPECT_EQ(get("b"), "absent");
}

}  // namespace
}  // namespace bauta
