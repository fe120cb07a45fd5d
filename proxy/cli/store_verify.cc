#include <fmt/format.h>
#include <json/value.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "proxy/cli/commands.h"
#include "proxy/cli/progress_line.h"
#include "proxy/cli/run_task.h"
#include "proxy/cli/say.h"
#include "proxy/config/config.h"
#include "proxy/net/json.h"
#include "proxy/sandbox/sandbox_clock.h"
#include "routing/inspection/inspection.h"
#include "storage/rocksdb/stopped_store.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/master_key.h"
#include "storage/seal/salvage.h"
#include "storage/seal/system_random.h"

namespace bauta {
namespace {

/// Of the engine's files, not of a record.
constexpr std::string_view kEngine = "engine";

struct Verdict {
  Inspection inspection;
  std::uint64_t last_sequence = 0;

  void add(Finding finding) { inspection.findings.push_back(std::move(finding)); }
  bool is_clean() const { return inspection.is_clean(); }
};

Finding of_engine(std::string what) {
  return {.family = std::string(kEngine), .key = "-", .what = std::move(what)};
}

/// What an inspector can say although it cannot go on; other refusals say nothing about the store.
bool is_finding(const Error& error) { return error.code == "storage.corrupt"; }

Result<Verdict> inspect_records(StoppedStore& store, const KeyRing& ring,
                                InspectionOptions options) {
  std::set<Key> unreadable;
  SalvageStore opened(store, ring, [&](const Key& key) { unreadable.insert(key); });
  Verdict verdict;
  auto inspection = run_here(inspect(opened, ring.index_key(), std::move(options)));
  if (inspection) {
    verdict.inspection = *std::move(inspection);
  } else if (is_finding(inspection.error())) {
    verdict.add(of_engine("the records cannot be read to their end: " + inspection.error().detail));
  } else {
    return std::unexpected(std::move(inspection).error());
  }
  for (const auto& key : unreadable) {
    verdict.add(
        {.family = family_of(key),
         .key = describe_key(key, ring.index_key()),
         .what = "does not open: it was not sealed with this ring for this key and expiry"});
  }
  return verdict;
}

void add_flaws(Verdict& verdict, const StoppedStore::Verdict& engine, const IndexKey& index_key) {
  for (const auto& [key, what] : engine.flaws) {
    verdict.add(
        key ? Finding{.family = family_of(*key), .key = describe_key(*key, index_key), .what = what}
            : of_engine(what));
  }
  verdict.inspection.findings_left_out += engine.flaws_left_out;
  verdict.last_sequence = engine.last_sequence;
}

/// One of the two stores of a relay.
struct Place {
  /// "": that of its people.
  std::string name;
  std::filesystem::path path;
};

/// The live store, and the sandbox's if there ever was one.
std::vector<Place> places_of(const Config& config) {
  std::vector<Place> places{{.name = "", .path = config.storage_path}};
  if (std::filesystem::exists(config.sandbox_path / "CURRENT"))
    places.push_back({.name = "sandbox", .path = config.sandbox_path});
  return places;
}

/// A store, and the keys that open it.
struct Opened {
  std::unique_ptr<StoppedStore> store;
  std::unique_ptr<KeyRing> ring;
};

Result<Opened> open_at(const Place& place, const MasterKey& master, TimePoint now) {
  Opened opened;
  SystemRandom random;
  BAUTA_TRY(opened.store, StoppedStore::open(place.path, now));
  BAUTA_TRY(opened.ring, run_here(KeyRing::open(*opened.store, master.copy(), random, now)));
  return opened;
}

/// What is over in a store is over by its own clock, and the sandbox's is ahead.
Result<TimePoint> time_in(const Place& place, const MasterKey& master) {
  SystemClock real;
  if (place.name.empty()) return real.now();
  BAUTA_TRY(const auto opened, open_at(place, master, real.now()));
  SalvageStore store(*opened.store, *opened.ring, [](const Key&) {});
  SandboxClock clock(real);
  BAUTA_CHECK(run_here(clock.load(store)));
  return clock.now();
}

Result<Verdict> verify_readable(const Place& place, const MasterKey& master) {
  ProgressLine progress;
  BAUTA_TRY(const auto now, time_in(place, master));
  BAUTA_TRY(const auto opened, open_at(place, master, now));
  progress.show("comparing checksums");
  const auto engine = opened.store->verify();
  const auto show = [&](std::uint64_t read) {
    progress.show(fmt::format("{} of {} records", read, engine.records));
  };
  BAUTA_TRY(auto verdict, inspect_records(*opened.store, *opened.ring, {.progress = show}));
  add_flaws(verdict, engine, opened.ring->index_key());
  return verdict;
}

/// What keeps a store from being read is what is wrong with it.
Result<Verdict> verify(const Place& place, const MasterKey& master) {
  auto verdict = verify_readable(place, master);
  if (verdict || !is_finding(verdict.error())) return verdict;
  Verdict broken;
  broken.add(of_engine(verdict.error().detail));
  return broken;
}

void print_lines(const Place& place, const Verdict& verdict) {
  const auto& inspection = verdict.inspection;
  const auto where = place.name.empty() ? std::string() : place.name + ": ";
  for (const auto& finding : inspection.findings) fmt::print("{}{}\n", where, describe(finding));
  if (inspection.findings_left_out > 0)
    fmt::print("{}and {} findings more\n", where, inspection.findings_left_out);
  if (verdict.is_clean())
    fmt::print("{}clean: {} records of {} families agree, up to write {}\n", where,
               inspection.records_read(), inspection.records.size(), verdict.last_sequence);
}

Json::Value json_of(const Verdict& verdict) {
  const auto& inspection = verdict.inspection;
  Json::Value page(Json::objectValue);
  page["clean"] = verdict.is_clean();
  page["last_sequence"] = Json::UInt64(verdict.last_sequence);
  page["records"] = Json::objectValue;
  for (const auto& [family, count] : inspection.records)
    page["records"][family] = Json::UInt64(count);
  page["findings"] = Json::arrayValue;
  for (const auto& [family, key, what] : inspection.findings) {
    Json::Value finding(Json::objectValue);
    finding["family"] = family;
    finding["key"] = key;
    finding["what"] = what;
    page["findings"].append(std::move(finding));
  }
  page["findings_left_out"] = Json::UInt64(inspection.findings_left_out);
  return page;
}

}  // namespace

int run_store_verify(const StoreVerifyOptions& options) {
  const auto config = load_config(options.config);
  if (!config) return say_refused(config.error());
  if (config->storage_engine != "rocksdb") {
    return say_refused({.code = "storage.unavailable",
                        .detail = "the engine " + config->storage_engine + " keeps nothing"});
  }
  const auto master = MasterKey::load({.file = config->master_key_file.value_or("").string()});
  if (!master) return say_refused(master.error());
  Json::Value page;
  bool is_clean = true;
  for (const auto& place : places_of(*config)) {
    const auto verdict = verify(place, *master);
    if (!verdict) return say_refused(verdict.error());
    is_clean = is_clean && verdict->is_clean();
    if (!options.json) {
      print_lines(place, *verdict);
    } else if (place.name.empty()) {
      page = json_of(*verdict);
    } else {
      page[place.name] = json_of(*verdict);
    }
  }
  if (options.json) {
    page["clean"] = is_clean;
    fmt::print("{}\n", write_json(page));
  }
  return is_clean ? done : refused;
}

}  // namespace bauta
