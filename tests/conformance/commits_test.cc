#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "storage/store/records.h"
#include "tests/conformance/contract/contract.h"
#include "tests/conformance/ground/seeded_random.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

class Commits : public StoreContract {};
BAUTA_ON_EVERY_ENGINE(Commits);

TEST_P(Commits, AreReadBackAsTheyWereWritten) {
  const std::string octets("\0\xff octets of any kind \n", 23);
  const auto expiry = clock.now() + 1h;
  const auto done = committed(std::move(Commit()
                                            .put(key("a/octets"), octets)
                                            .put(key("a/empty"), "")
                                            .put(key("a/short"), "x", expiry)));

  const auto records =
      run(store().multi_get({key("a/short"), key("a/none"), key("a/octets"), key("a/empty")}));
  ASSERT_TRUE(records) << records.error().detail;
  ASSERT_EQ(records->size(), 4U);
  EXPECT_EQ((*records)[0]->value, "x");
  EXPECT_EQ((*records)[0]->expiry, expiry);
  EXPECT_FALSE((*records)[1]);
  EXPECT_EQ((*records)[2]->value, octets);
  EXPECT_EQ((*records)[2]->expiry, std::nullopt);
  EXPECT_EQ((*records)[3]->value, "");
  for (const auto at : {0U, 2U, 3U}) EXPECT_EQ((*records)[at]->version, done.version);
  EXPECT_NE(done.version, kAbsent);
}

TEST_P(Commits, AreThereAfterARestart) {
  const auto written = put("a", "one");
  put("b", "two");
  committed(std::move(Commit().erase(key("b"))));
  restart();
  EXPECT_EQ(get("a"), "one");
  EXPECT_EQ(get("b"), "absent");
  EXPECT_EQ(version("a"), written);
}

TEST_P(Commits, NamesTheKeyThatIsNotAsExpected) {
  const auto first = put("a", "1");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), kAbsent).put(key("a"), "2")))),
            "conflict a");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("b"), first).put(key("a"), "2")))),
            "conflict b");
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(describe(commit(std::move(
                Commit().expect(key("a"), first).expect(key("b"), kAbsent).put(key("a"), "2")))),
            "committed");
  EXPECT_EQ(get("a"), "2");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), first).put(key("a"), "3")))),
            "conflict a");
}

TEST_P(Commits, WriteNothingOfAConflict) {
  put("guard", "1");
  EXPECT_EQ(describe(commit(std::move(Commit()
                                          .expect(key("guard"), kAbsent)
                                          .put(key("a"), "1")
                                          .erase(key("guard"))
                                          .append(key("log/"), "1")))),
            "conflict guard");
  EXPECT_EQ(get("a"), "absent");
  EXPECT_EQ(get("guard"), "1");
  EXPECT_THAT(committed(std::move(Commit().append(key("log/"), "1"))).positions, ElementsAre(1U));
}

TEST_P(Commits, OfExpectationsAloneAreJudgedAndWriteNothing) {
  const auto written = put("a", "1");
  EXPECT_EQ(committed(std::move(Commit().expect(key("a"), written))).version, kAbsent);
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), kAbsent)))), "conflict a");
  EXPECT_EQ(committed(Commit()).version, kAbsent);
  EXPECT_EQ(version("a"), written);
}

TEST_P(Commits, NeverGiveAKeyTheSameVersionTwice) {
  std::set<Version> seen;
  for (int round = 0; round < 4; ++round) {
    EXPECT_TRUE(seen.insert(put("a", "same")).second);
    committed(std::move(Commit().erase(key("a"))));
    EXPECT_TRUE(seen.insert(put("a", "same")).second);
    if (round % 2 == 0) committed(std::move(Commit().erase(key("a"))));
    restart();
    free_space();
  }
}

TEST_P(Commits, SeeThroughAChangeThatWasUndone) {
  const auto before = put("a", "one");
  committed(std::move(Commit().erase(key("a"))));
  put("a", "one");
  EXPECT_EQ(describe(commit(std::move(Commit().expect(key("a"), before).put(key("a"), "two")))),
            "conflict a");
}

TEST_P(Commits, ErasingWhatIsNotThereIsNoMistake) {
  EXPECT_EQ(describe(commit(std::move(Commit().erase(key("a"))))), "committed");
  EXPECT_EQ(get("a"), "absent");
}

TEST_P(Commits, TakeAThousandWritesAndAMegabyte) {
  Commit many;
  for (int at = 0; at < 1000; ++at) many.put(key("many/" + std::to_string(at)), std::to_string(at));
  committed(std::move(many));
  for (const int at : {0, 1, 500, 999})
    EXPECT_EQ(get("many/" + std::to_string(at)), std::to_string(at));
  const std::string large(Commit::kBytesMax - 5, 'x');
  put("large", large);
  EXPECT_EQ(get("large"), large);
}

using CommitsDeathTest = Commits;
BAUTA_ON_EVERY_ENGINE(CommitsDeathTest);

TEST_P(CommitsDeathTest, StopTheProcessBeyondTheirLimits) {
  Commit many;
  for (int at = 0; at < 1001; ++at) many.put(key("many/" + std::to_string(at)), "");
  EXPECT_DEATH(commit(std::move(many)), "broken invariant: .*kWritesMax");
  EXPECT_DEATH(commit(std::move(Commit().put(key("a"), std::string(Commit::kBytesMax + 100, 'x')))),
               "broken invariant: .*kBytesMax");
  EXPECT_DEATH(commit(std::move(Commit().put(key("a"), "1").put(key("a"), "2"))),
               "broken invariant");
  EXPECT_DEATH(commit(std::move(Commit().put(key("a"), "1").erase(key("a")))), "broken invariant");
}

Task<void> commit_and_keep(Store& store, Commit commit, std::vector<std::string>* outcomes) {
  outcomes->push_back(describe(co_await store.commit(std::move(commit))));
}

TEST_P(Commits, MadeAtOnceMeetOneAnother) {
  // On one thread all of these are waiting before the first is answered, so that an engine which gathers them judges them together.
  put("taken", "0");
  const auto taken = version("taken");
  std::vector<std::string> booked;
  std::vector<std::string> changed;
  Crew crew(1);
  for (int at = 0; at < 50; ++at) {
    crew.spawn(
        0,
        commit_and_keep(
            store(),
            std::move(Commit().expect(key("free"), kAbsent).put(key("free"), std::to_string(at))),
            &booked));
    crew.spawn(0, commit_and_keep(
                      store(), std::move(Commit().expect(key("taken"), taken).erase(key("taken"))),
                      &changed));
  }
  crew.run();
  EXPECT_EQ(std::ranges::count(booked, "committed"), 1);
  EXPECT_EQ(std::ranges::count(booked, "conflict free"), 49);
  EXPECT_EQ(std::ranges::count(changed, "committed"), 1);
  EXPECT_EQ(std::ranges::count(changed, "conflict taken"), 49);
  EXPECT_EQ(get("free"), "0");
  EXPECT_EQ(get("taken"), "absent");
}

Task<void> put_and_read_back(Store& store, Key key, std::string value, std::string* read) {
  (void)co_await store.commit(std::move(Commit().put(key, std::move(value))));
  *read = describe(co_await store.get(key));
}

TEST_P(Commits, AreVisibleToWhomTheyAnswered) {
  Crew crew(4);
  std::vector<std::string> read(200);
  for (std::size_t at = 0; at < read.size(); ++at) {
    crew.spawn(at, put_and_read_back(store(), key("a/" + std::to_string(at)),
                                     "v" + std::to_string(at), &read[at]));
  }
  crew.run();
  for (std::size_t at = 0; at < read.size(); ++at) EXPECT_EQ(read[at], "v" + std::to_string(at));
}

/// Adds one to each of the counters, `rounds` times, by reading, expecting and writing.
Task<void> count(Store& store, std::vector<Key> counters, int rounds, std::atomic<int>* conflicts) {
  for (int round = 0; round < rounds;) {
    const auto records = *co_await store.multi_get(counters);
    Commit commit;
    for (std::size_t at = 0; at < counters.size(); ++at) {
      const auto& record = records[at];
      commit.expect(counters[at], record ? record->version : kAbsent);
      commit.put(counters[at], std::to_string(1 + (record ? std::stoi(record->value) : 0)));
    }
    const auto outcome = co_await store.commit(std::move(commit));
    if (std::holds_alternative<Committed>(outcome)) {
      ++round;
    } else {
      EXPECT_TRUE(std::holds_alternative<Conflict>(outcome)) << describe(outcome);
      ++*conflicts;
    }
  }
}

TEST_P(Commits, LoseNoCountWhenManyFightOverAKey) {
  Crew crew(4);
  std::atomic<int> conflicts = 0;
  for (std::size_t at = 0; at < 12; ++at) {
    crew.spawn(at, count(store(), {key("hot"), key("own/" + std::to_string(at))}, 15, &conflicts));
  }
  crew.run();
  EXPECT_EQ(get("hot"), "180");
  for (int at = 0; at < 12; ++at) EXPECT_EQ(get("own/" + std::to_string(at)), "15");
  RecordProperty("conflicts", conflicts);
}

Task<void> stay_on_this_thread(Store& store, Key key, int* strayed) {
  const auto thread = std::this_thread::get_id();
  for (int round = 0; round < 10; ++round) {
    (void)co_await store.commit(std::move(Commit().put(key, std::to_string(round))));
    if (std::this_thread::get_id() != thread) ++*strayed;
    (void)co_await store.get(key);
    if (std::this_thread::get_id() != thread) ++*strayed;
  }
}

TEST_P(Commits, ResumeOnTheThreadThatMadeThem) {
  Crew crew(3);
  std::vector<int> strayed(30);
  for (std::size_t at = 0; at < strayed.size(); ++at) {
    crew.spawn(at, stay_on_this_thread(store(), key("a/" + std::to_string(at)), &strayed[at]));
  }
  crew.run();
  EXPECT_THAT(strayed, ::testing::Each(0));
}

Task<void> read_often(Store& store, Key key, int times) {
  for (int at = 0; at < times; ++at) (void)co_await store.get(key);
}

TEST_P(Commits, ReadInALoopWithoutGrowingTheStack) {
  put("a", "1");
  run(read_often(store(), key("a"), 50'000));
}

TEST_P(Commits, WhoseOutcomeIsKnownNeedNoWitness) {
  SeededRandom random(1);
  Commit commit;
  commit.put(key("a"), "1");
  const auto witness = add_witness(commit, clock.now(), random);
  const auto done = run(commit_settled(store(), std::move(commit), witness));
  ASSERT_TRUE(done && *done);
  EXPECT_EQ((*done)->version, version("a"));
  EXPECT_EQ(describe(run(store().get(witness))), "");
}

/// Moves one between two accounts, both of which must change together.
Task<void> move_back_and_forth(Store& store, Key a, Key b, int rounds, std::atomic<bool>* done) {
  for (int round = 0; round < rounds; ++round) {
    const auto value = std::to_string(round);
    (void)co_await store.commit(std::move(Commit().put(a, value).put(b, value)));
  }
  *done = true;
}

Task<void> never_see_half(Store& store, Key a, Key b, std::atomic<bool>* done, int* halves) {
  while (!*done) {
    const auto records = *co_await store.multi_get({a, b});
    if (records[0]->value != records[1]->value) ++*halves;
    const auto page = *co_await store.scan(ScanRequest::prefix(Key::from_octets("pair/")));
    if (page.records[0].record.value != page.records[1].record.value) ++*halves;
  }
}

TEST_P(Commits, AreSeenWholeByEveryRead) {
  committed(std::move(Commit().put(key("pair/a"), "").put(key("pair/b"), "")));
  std::atomic<bool> done = false;
  std::vector<int> halves(2);
  Crew crew(3);
  crew.spawn(0, move_back_and_forth(store(), key("pair/a"), key("pair/b"), 200, &done));
  for (std::size_t at = 0; at < halves.size(); ++at) {
    crew.spawn(at + 1, never_see_half(store(), key("pair/a"), key("pair/b"), &done, &halves[at]));
  }
  crew.run();
  EXPECT_THAT(halves, ElementsAre(0, 0));
}

}  // namespace
}  // namespace bauta
