#include <fmt/format.h>
#include <json/value.h>
#include <json/writer.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "proxy/cli/commands.h"
#include "proxy/cli/run_task.h"
#include "proxy/cli/say.h"
#include "proxy/config/config.h"
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

Result<Verdict> inspect_records(StoppedStore& store, const KeyRing& ring) {
  std::set<Key> unreadable;
  SalvageStore opened(store, ring, [&](const Key& key) { unreadable.insert(key); });
  Verdict verdict;
  auto inspection = run_here(inspect(opened, ring.index_key()));
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

Result<Verdict> verify(const Config& config) {
  SystemClock clock;
  SystemRandom random;
  BAUTA_TRY(auto master, MasterKey::load({.file = config.master_key_file.value_or("").string()}));
  auto store = StoppedStore::open(config.storage_path, clock.now());
  if (!store) {
    if (!is_finding(store.error())) return std::unexpected(std::move(store).error());
    Verdict broken;
    broken.add(of_engine(store.error().detail));
    return broken;
  }
  const auto engine = (*store)->verify();
  BAUTA_TRY(const auto ring,
            run_here(KeyRing::open(**store, std::move(master), random, clock.now())));
  BAUTA_TRY(auto verdict, inspect_records(**store, *ring));
  add_flaws(verdict, engine, ring->index_key());
  return verdict;
}

void print_lines(const Verdict& verdict) {
  const auto& inspection = verdict.inspection;
  for (const auto& finding : inspection.findings) fmt::print("{}\n", describe(finding));
  if (inspection.findings_left_out > 0)
    fmt::print("and {} findings more\n", inspection.findings_left_out);
  if (verdict.is_clean())
    fmt::print("clean: {} records of {} families agree, up to write {}\n",
               inspection.records_read(), inspection.records.size(), verdict.last_sequence);
}

void print_json(const Verdict& verdict) {
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
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  builder["emitUTF8"] = true;
  fmt::print("{}\n", Json::writeString(builder, page));
}

}  // namespace

int run_store_verify(const StoreVerifyOptions& options) {
  const auto config = load_config(options.config);
  if (!config) return say_refused(config.error());
  if (config->storage_engine != "rocksdb") {
    return say_refused({.code = "storage.unavailable",
                        .detail = "the engine " + config->storage_engine + " keeps nothing"});
  }
  const auto verdict = verify(*config);
  if (!verdict) return say_refused(verdict.error());
  if (options.json) {
    print_json(*verdict);
  } else {
    print_lines(*verdict);
  }
  return verdict->is_clean() ? done : refused;
}

}  // namespace bauta
