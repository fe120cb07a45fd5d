#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "storage/store/commit_rules.h"
#include "tests/conformance/contract/contract.h"
#include "tests/conformance/ground/seeded_random.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

/// What the contract says, in as few words as possible.
struct Model {
  struct Entry {
    std::string value;
    Version version;
    std::optional<TimePoint> expiry;
  };
  std::map<std::string, Entry> records;
  std::map<std::string, Position> positions;

  const Entry* find(const std::string& key, TimePoint now) const {
    const auto found = records.find(key);
    if (found == records.end()) return nullptr;
    const auto& entry = found->second;
    return entry.expiry && *entry.expiry <= now ? nullptr : &entry;
  }
  Version version(const std::string& key, TimePoint now) const {
    const auto* const entry = find(key, now);
    return entry != nullptr ? entry->version : kAbsent;
  }
};

/// Random commits, restarts and jumps of the clock; after each the store says the same as the model.
class Histories : public StoreContract {
 protected:
  void play(std::uint64_t seed, int steps) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_.emplace(seed);
    for (int step = 0; step < steps && !HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      if (random_->one_in(12)) {
        restart();
      } else if (random_->one_in(12)) {
        clock.advance(random_->one_in(4) ? Duration(48h) : Duration(random_->below(3000)));
      } else if (random_->one_in(12)) {
        free_space();
      } else {
        change();
      }
      compare();
    }
  }

 private:
  std::string any_key() { return "k/" + std::to_string(random_->below(8)); }
  std::string any_log() { return random_->one_in(3) ? "l/a/" : "l/"; }
  std::optional<TimePoint> any_expiry() {
    if (random_->one_in(2)) return std::nullopt;
    return clock.now() + Duration(random_->below(3000));
  }
  /// A log's entry, most often one of the newest.
  std::string any_entry() {
    const auto log = any_log();
    const auto last = model_.positions[log];
    return position_key(key(log), last - std::min<Position>(last, random_->below(3))).octets();
  }

  void change() {
    Commit commit;
    std::optional<std::string> unexpected;
    for (auto count = random_->below(3); count > 0; --count) {
      const auto expected = random_->one_in(4) ? any_entry() : any_key();
      auto version = model_.version(expected, clock.now());
      if (random_->one_in(8)) version = Version{random_->below(50)};
      if (!unexpected && version != model_.version(expected, clock.now())) unexpected = expected;
      commit.expect(key(expected), version);
    }
    std::map<std::string, std::optional<Model::Entry>> writes;
    for (auto count = random_->below(4); count > 0; --count) {
      const auto written = random_->one_in(3) ? any_entry() : any_key();
      if (writes.contains(written)) continue;
      if (random_->one_in(3)) {
        commit.erase(key(written));
        writes.emplace(written, std::nullopt);
        continue;
      }
      const Model::Entry entry{.value = std::to_string(random_->below(1000)),
                               .version = kAbsent,
                               .expiry = any_expiry()};
      commit.put(key(written), entry.value, entry.expiry);
      writes.emplace(written, entry);
    }
    auto positions = model_.positions;
    std::vector<Position> expected_positions;
    for (auto count = random_->below(3); count > 0; --count) {
      const auto log = any_log();
      const Model::Entry entry{.value = std::to_string(random_->below(1000)),
                               .version = kAbsent,
                               .expiry = any_expiry()};
      commit.append(key(log), entry.value, entry.expiry);
      expected_positions.push_back(++positions[log]);
      writes[position_key(key(log), positions[log]).octets()] = entry;
    }

    const auto outcome = this->commit(std::move(commit));
    if (unexpected) {
      EXPECT_EQ(describe(outcome), "conflict " + *unexpected);
      return;
    }
    ASSERT_EQ(describe(outcome), "committed");
    const auto& done = std::get<Committed>(outcome);
    EXPECT_EQ(done.positions, expected_positions);
    model_.positions = std::move(positions);
    for (auto& [written, entry] : writes) {
      if (!entry) {
        model_.records.erase(written);
        continue;
      }
      entry->version = done.version;
      model_.records.insert_or_assign(written, *entry);
    }
  }

  void compare() {
    std::string expected;
    for (const auto& [name, entry] : model_.records) {
      if (model_.find(name, clock.now()) != nullptr)
        expected += print(name, entry.value, entry.version);
    }
    for (const auto direction : {Direction::forward, Direction::backward}) {
      std::string found;
      ScanRequest request{.from = key("k/"), .to = key("m"), .direction = direction};
      request.records_max = 3;
      for (;;) {
        const auto page = run(store().scan(request));
        ASSERT_TRUE(page) << page.error().detail;
        for (const auto& [name, record] : page->records) {
          const auto text = print(name.octets(), record.value, record.version);
          found = direction == Direction::forward ? found + text : text + found;
        }
        if (!page->more) break;
        request.after = page->resume_after;
      }
      ASSERT_EQ(found, expected);
    }
    const auto name = random_->one_in(3) ? any_entry() : any_key();
    EXPECT_EQ(version(name), model_.version(name, clock.now())) << name;
  }

  static std::string print(const std::string& name, const std::string& value, Version version) {
    return name + "=" + value + "@" + std::to_string(static_cast<std::uint64_t>(version)) + " ";
  }

  Model model_;
  std::optional<SeededRandom> random_;
};
BAUTA_ON_EVERY_ENGINE(Histories);

TEST_P(Histories, AreToldAsTheContractHasIt) { play(1, 250); }
TEST_P(Histories, AreToldAsTheContractHasItWithAnotherSeed) { play(2, 250); }

}  // namespace
}  // namespace bauta
