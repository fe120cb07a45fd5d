#include <gmock/gmock.h>

#include <atomic>

#include "storage/store/commit_rules.h"
#include "tests/conformance/contract/contract.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

class Appends : public StoreContract {
 protected:
  Position append(const std::string& prefix, std::string value,
                  std::optional<TimePoint> expiry = {}) {
    return committed(std::move(Commit().append(key(prefix), std::move(value), expiry)))
        .positions.at(0);
  }
  void erase(const std::string& prefix, Position position) {
    committed(std::move(Commit().erase(position_key(key(prefix), position))));
  }
  /// "1=a 2=b"
  std::string log(const std::string& prefix) {
    const auto page = run(store().scan(ScanRequest::prefix(key(prefix))));
    std::string text;
    for (const auto& [key, record] : page->records) {
      if (!text.empty()) text += ' ';
      text += std::to_string(KeyReader(key, "log").u64()) + "=" + record.value;
    }
    return text;
  }
};
BAUTA_ON_EVERY_ENGINE(Appends);

TEST_P(Appends, CountFromOneBelowEachPrefix) {
  EXPECT_EQ(append("log/", "a"), 1U);
  EXPECT_EQ(append("log/", "b"), 2U);
  EXPECT_EQ(append("other/", "a"), 1U);
  EXPECT_THAT(committed(std::move(Commit()
                                      .append(key("log/"), "c")
                                      .append(key("other/"), "b")
                                      .append(key("log/"), "d")))
                  .positions,
              ElementsAre(3U, 2U, 4U));
  EXPECT_EQ(log("log/"), "1=a 2=b 3=c 4=d");
}

TEST_P(Appends, CountOnAfterARestart) {
  append("log/", "a");
  append("log/", "b");
  restart();
  EXPECT_EQ(append("log/", "c"), 3U);
  EXPECT_EQ(log("log/"), "1=a 2=b 3=c");
}

TEST_P(Appends, CanBeExpectedAndReadAtTheirPosition) {
  const auto done = committed(std::move(Commit().append(key("log/"), "a")));
  const auto at = position_key(key("log/"), 1);
  EXPECT_EQ(describe(run(store().get(at))), "a");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(at, done.version).erase(at)))), "committed");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(at, done.version).erase(at)))),
            "conflict " + at.octets());
  EXPECT_EQ(describe(commit(std::move(Commit().expect(at, kAbsent)))), "committed");
}

TEST_P(Appends, NeverUseAPositionAgainThoughTheNewestWereErased) {
  for (const auto* value : {"a", "b", "c"}) append("log/", value);
  erase("log/", 3);
  erase("log/", 2);
  EXPECT_EQ(log("log/"), "1=a");
  EXPECT_EQ(append("log/", "d"), 4U);
  erase("log/", 4);
  erase("log/", 1);
  restart();
  free_space();
  EXPECT_EQ(log("log/"), "");
  EXPECT_EQ(append("log/", "e"), 5U);
  restart();
  EXPECT_EQ(log("log/"), "5=e");
}

TEST_P(Appends, NeverUseAPositionAgainThoughAllWereErasedBeforeTheFirstAppendOfTheProcess) {
  for (const auto* value : {"a", "b", "c"}) append("log/", value);
  restart();
  // The engine has not yet looked for this log's end.
  committed(std::move(Commit()
                          .erase(position_key(key("log/"), 3))
                          .erase(position_key(key("log/"), 2))
                          .erase(position_key(key("log/"), 1))));
  restart();
  free_space();
  restart();
  EXPECT_EQ(append("log/", "d"), 4U);
}

TEST_P(Appends, NeverUseAPositionAgainThoughAnEntryIsErasedInTheCommitAfterItsOwn) {
  // Both in one batch of an engine that gathers commits: the log's end is known only from the batch.
  std::vector<std::string> outcomes;
  Crew crew(1);
  crew.spawn(0, [](Store& store, std::vector<std::string>* kept) -> Task<void> {
    kept->push_back(describe(co_await store.commit(std::move(Commit().append(Key("log"), "a")))));
  }(store(), &outcomes));
  crew.spawn(0, [](Store& store, std::vector<std::string>* kept) -> Task<void> {
    kept->push_back(
        describe(co_await store.commit(std::move(Commit().erase(position_key(Key("log"), 1))))));
  }(store(), &outcomes));
  crew.run();
  EXPECT_THAT(outcomes, ElementsAre("committed", "committed"));
  EXPECT_EQ(log("log/"), "");
  restart();
  free_space();
  EXPECT_EQ(append("log/", "b"), 2U);
}

TEST_P(Appends, NeverUseAPositionAgainThoughTheNewestExpired) {
  append("log/", "a");
  append("log/", "b", clock.now() + 1h);
  append("log/", "c", clock.now() + 1h);
  clock.advance(48h);
  free_space();
  restart();
  free_space();
  EXPECT_EQ(log("log/"), "1=a");
  EXPECT_EQ(append("log/", "d"), 4U);
  EXPECT_EQ(log("log/"), "1=a 4=d");
}

TEST_P(Appends, NeverUseAPositionAgainThoughTheNewestWasWrittenOver) {
  append("log/", "a");
  append("log/", "b");
  restart();
  committed(std::move(Commit().put(position_key(key("log/"), 2), "changed", clock.now() + 1h)));
  EXPECT_EQ(log("log/"), "1=a 2=changed");
  clock.advance(48h);
  free_space();
  restart();
  free_space();
  EXPECT_EQ(append("log/", "c"), 3U);
}

TEST_P(Appends, AreNotConfusedByRecordsThatLookLikeTheirs) {
  // An ordinary record that ends in a number, and a log below a log.
  committed(std::move(Commit().put(position_key(key("log/"), 7), "no entry")));
  EXPECT_EQ(append("log/", "a"), 1U);
  EXPECT_EQ(append("log/deeper/", "x"), 1U);
  EXPECT_EQ(append("log/deeper/", "y"), 2U);
  EXPECT_EQ(append("log/", "b"), 2U);
  restart();
  EXPECT_EQ(append("log/", "c"), 3U);
  EXPECT_EQ(append("log/deeper/", "z"), 3U);
}

Task<void> append_often(Store& store, std::string name, int times) {
  for (int at = 0; at < times; ++at) {
    const auto value = name + "." + std::to_string(at);
    const auto outcome = co_await store.commit(
        std::move(Commit().append(Key("log"), value).put(Key("latest").text(name), value)));
    EXPECT_EQ(describe(outcome), "committed");
  }
}

/// Reads the log on from where it ended, as the owner of a work log does: nothing may appear before what was seen.
Task<void> follow(Store& store, std::size_t entries, std::vector<std::string>* seen) {
  auto request = ScanRequest::prefix(Key("log"));
  request.records_max = 16;
  while (seen->size() < entries) {
    const auto page = *co_await store.scan(request);
    for (const auto& [key, record] : page.records) {
      EXPECT_EQ(KeyReader(key, "log").u64(), seen->size() + 1);
      seen->push_back(record.value);
      request.after = key;
    }
  }
}

TEST_P(Appends, AreDenseAndInOrderForWhoFollowsThemUnderLoad) {
  constexpr std::size_t kWriters = 24;
  constexpr int kEach = 20;
  std::vector<std::string> seen;
  Crew crew(3);
  for (std::size_t at = 0; at < kWriters; ++at) {
    crew.spawn(at % 2, append_often(store(), std::to_string(at), kEach));
  }
  crew.spawn(2, follow(store(), kWriters * kEach, &seen));
  crew.run();
  // Each writer's own entries stand in the order in which it made them.
  std::vector<int> next(kWriters);
  for (const auto& value : seen) {
    const auto dot = value.find('.');
    EXPECT_EQ(std::stoi(value.substr(dot + 1)), next.at(std::stoul(value.substr(0, dot)))++);
  }
  EXPECT_THAT(next, ::testing::Each(kEach));
}

}  // namespace
}  // namespace bauta
