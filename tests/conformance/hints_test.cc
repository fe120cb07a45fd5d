#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "tests/conformance/contract/contract.h"

namespace bauta {
namespace {

class HintsOfCommits : public StoreContract {
 protected:
  /// How often the hint ran since the last time.
  int heard(int* count) {
    io_.restart();
    io_.poll();
    return std::exchange(*count, 0);
  }
  std::unique_ptr<Subscription> subscribe(const std::string& prefix, int* count) {
    return store().subscribe(key(prefix), io_.get_executor(), [count] { ++*count; });
  }

 private:
  boost::asio::io_context io_;
};
BAUTA_ON_EVERY_ENGINE(HintsOfCommits);

TEST_P(HintsOfCommits, ComeAfterWritesBelowThePrefixAndNoOthers) {
  int log = 0;
  int first = 0;
  const auto of_log = subscribe("log/", &log);
  const auto of_first = subscribe("log/1", &first);
  put("lo", "v");
  put("other/log/", "v");
  EXPECT_EQ(heard(&log), 0);
  put("log/2", "v");
  EXPECT_EQ(heard(&log), 1);
  EXPECT_EQ(heard(&first), 0);
  put("log/12", "v");
  EXPECT_EQ(heard(&log), 1);
  EXPECT_EQ(heard(&first), 1);
  committed(std::move(Commit().erase(key("log/12"))));
  EXPECT_EQ(heard(&first), 1);
  EXPECT_EQ(heard(&log), 1);
  committed(std::move(Commit().append(key("log/"), "v")));
  EXPECT_EQ(heard(&log), 1);
}

TEST_P(HintsOfCommits, ComeOnceForSeveral) {
  int count = 0;
  const auto subscription = subscribe("log/", &count);
  for (int at = 0; at < 10; ++at) {
    committed(
        std::move(Commit().put(key("log/a"), "v").put(key("log/b"), "v").append(key("log/"), "v")));
  }
  EXPECT_EQ(heard(&count), 1);
  put("log/a", "v");
  EXPECT_EQ(heard(&count), 1);
}

TEST_P(HintsOfCommits, DoNotComeAfterAConflict) {
  int count = 0;
  const auto subscription = subscribe("log/", &count);
  put("guard", "v");
  EXPECT_EQ(
      describe(commit(std::move(Commit().expect(key("guard"), kAbsent).put(key("log/a"), "v")))),
      "conflict guard");
  EXPECT_EQ(heard(&count), 0);
}

TEST_P(HintsOfCommits, EndWithTheSubscription) {
  int one = 0;
  int two = 0;
  auto first = subscribe("log/", &one);
  const auto second = subscribe("log/", &two);
  first.reset();
  put("log/a", "v");
  EXPECT_EQ(heard(&one), 0);
  EXPECT_EQ(heard(&two), 1);
}

TEST_P(HintsOfCommits, ReachEachOfManySubscriptions) {
  std::vector<int> counts(256);
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (std::size_t at = 0; at < counts.size(); ++at) {
    subscriptions.push_back(subscribe("out/" + std::to_string(1000 + at) + "/", &counts[at]));
  }
  for (std::size_t at = 0; at < counts.size(); at += 2)
    put("out/" + std::to_string(1000 + at) + "/x", "v");
  int none = 0;
  heard(&none);
  for (std::size_t at = 0; at < counts.size(); ++at)
    EXPECT_EQ(counts[at], at % 2 == 0 ? 1 : 0) << at;
}

}  // namespace
}  // namespace bauta
