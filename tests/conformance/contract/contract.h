#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/store/store.h"
#include "tests/conformance/ground/ground.h"
#include "tests/conformance/ground/run.h"

namespace bauta {

inline void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }

/// How an outcome reads in a test: "committed", "conflict", "refused storage.full", "unknown storage.unknown".
std::string describe(const CommitOutcome& outcome);
/// "a=1 b=2", or the error's code.
std::string describe(const Result<ScanPage>& page);
/// The value, "absent", or the error's code.
std::string describe(const Result<std::optional<Record>>& record);

/// One test of the contract, run against each engine.
class StoreContract : public ::testing::TestWithParam<Engine> {
 protected:
  Store& store() { return ground_->store(); }
  void restart() { ground_->restart(); }
  void free_space() { ground_->free_space(); }

  CommitOutcome commit(Commit commit) { return run(store().commit(std::move(commit))); }
  /// The commit must succeed.
  Committed committed(Commit commit);
  Version put(const std::string& key, std::string value, std::optional<TimePoint> expiry = {});
  std::string get(const std::string& key) { return describe(run(store().get(this->key(key)))); }
  /// kAbsent if there is no such record.
  Version version(const std::string& key);
  std::string scan(ScanRequest request) { return describe(run(store().scan(std::move(request)))); }

  static Key key(const std::string& octets) { return Key::from_octets(octets); }

  SetClock clock;

 private:
  std::unique_ptr<Ground> ground_ = GetParam().make(clock);
};

#define BAUTA_ON_EVERY_ENGINE(suite)                                     \
  INSTANTIATE_TEST_SUITE_P(Every, suite, ::testing::ValuesIn(engines()), \
                           [](const auto& engine) { return engine.param.name; })

}  // namespace bauta
