#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "storage/store/planted.h"
#include "tests/simulation/world.h"

namespace bauta::simulation {
namespace {

/// For a seed in which a broken invariant of Bauta's own ends the process.
const World* running = nullptr;
std::uint64_t running_seed = 0;

void tell_failure(std::uint64_t seed, const std::deque<std::string>& last_lines) {
  for (const auto& line : last_lines) std::printf("  %s\n", line.c_str());
  std::printf("replay: ./dev sim --seeds 1 --from %llu\n", static_cast<unsigned long long>(seed));
}

extern "C" void interrupted(int signal) {
  std::signal(signal, SIG_DFL);
  std::printf("seed %llu: the relay stopped itself\n",
              static_cast<unsigned long long>(running_seed));
  if (running != nullptr) tell_failure(running_seed, running->trace().last());
  std::fflush(stdout);
}

struct Options {
  std::uint64_t seeds = 500;
  std::uint64_t from = 1;
  bool twice = false;
  bool print = false;
  bool marks = false;
  std::string plant;
};

/// The promise that each breaks first and foremost.
const std::map<PlantedBug, int> kBreaks = {
    {PlantedBug::skipped_cooling, 1},          {PlantedBug::answer_before_commit, 3},
    {PlantedBug::send_without_claim, 4},       {PlantedBug::stop_needs_route, 6},
    {PlantedBug::dedup_mark_apart, 4},         {PlantedBug::reorder_on_retry, 5},
    {PlantedBug::claim_despite_stop, 6},       {PlantedBug::swapped_seats, 1},
    {PlantedBug::idle_close_despite_text, 3},  {PlantedBug::close_over_takeover, 1},
    {PlantedBug::cooling_despite_deadline, 1}, {PlantedBug::crash_counted_twice, 3},
    {PlantedBug::receipt_tells_no_opt_out, 6}, {PlantedBug::crash_not_counted, 3},
    {PlantedBug::turns_by_the_wall_clock, 5},  {PlantedBug::event_filed_as_told, 3},
    {PlantedBug::failover_of_unknown, 4},      {PlantedBug::leap_followed, 1}};
const std::map<std::string, PlantedBug> kPlants = {
    {"skipped-cooling", PlantedBug::skipped_cooling},
    {"answer-before-commit", PlantedBug::answer_before_commit},
    {"send-without-claim", PlantedBug::send_without_claim},
    {"stop-needs-route", PlantedBug::stop_needs_route},
    {"dedup-mark-apart", PlantedBug::dedup_mark_apart},
    {"reorder-on-retry", PlantedBug::reorder_on_retry},
    {"claim-despite-stop", PlantedBug::claim_despite_stop},
    {"swapped-seats", PlantedBug::swapped_seats},
    {"idle-close-despite-text", PlantedBug::idle_close_despite_text},
    {"close-over-takeover", PlantedBug::close_over_takeover},
    {"cooling-despite-deadline", PlantedBug::cooling_despite_deadline},
    {"crash-counted-twice", PlantedBug::crash_counted_twice},
    {"receipt-tells-no-opt-out", PlantedBug::receipt_tells_no_opt_out},
    {"crash-not-counted", PlantedBug::crash_not_counted},
    {"turns-by-the-wall-clock", PlantedBug::turns_by_the_wall_clock},
    {"leap-followed", PlantedBug::leap_followed},
    {"event-filed-as-told", PlantedBug::event_filed_as_told},
    {"failover-of-unknown", PlantedBug::failover_of_unknown}};

Outcome run_seed(std::uint64_t seed, metrics::Instruments& metrics, bool print) {
  World world(seed, metrics, print);
  running = &world;
  running_seed = seed;
  auto outcome = world.run();
  running = nullptr;
  return outcome;
}

/// False: a situation was never met.
bool tell_marks(const Reached& reached) {
  std::size_t missing = 0;
  for (std::size_t at = 0; at < kMarks; ++at) {
    const auto mark = static_cast<Mark>(at);
    std::printf("%10llu %.*s\n", static_cast<unsigned long long>(reached.times(mark)),
                static_cast<int>(mark_name(mark).size()), mark_name(mark).data());
    if (reached.times(mark) == 0) ++missing;
  }
  std::printf("%zu of %zu situations met\n", kMarks - missing, kMarks);
  return missing == 0;
}

int simulate(const Options& options) {
  metrics::Instruments metrics("simulation", "");
  Outcome sum;
  for (std::uint64_t seed = options.from; seed < options.from + options.seeds; ++seed) {
    auto outcome = run_seed(seed, metrics, options.print);
    if (outcome.broken) {
      std::printf("seed %llu, step %llu, second %.3f: promise %d is broken: %s\n",
                  static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(outcome.steps),
                  static_cast<double>(outcome.at.count()) / 1e6, outcome.broken->promise,
                  outcome.broken->what.c_str());
      if (!options.plant.empty()) {
        if (outcome.broken->promise != kBreaks.at(planted_bug))
          continue;  // caught, but not as what it is
        std::printf("caught %s\n", options.plant.c_str());
        return 0;
      }
      tell_failure(seed, outcome.last_lines);
      return 1;
    }
    if (options.twice && run_seed(seed, metrics, false).hash != outcome.hash) {
      std::printf("seed %llu: two runs differ\n", static_cast<unsigned long long>(seed));
      return 1;
    }
    sum.steps += outcome.steps;
    sum.texts += outcome.texts;
    sum.sends += outcome.sends;
    sum.doubles += outcome.doubles;
    sum.refusals += outcome.refusals;
    sum.crashes += outcome.crashes;
    sum.sessions += outcome.sessions;
    sum.commits += outcome.commits;
    sum.reached.add(outcome.reached);
    const auto done = seed - options.from + 1;
    if (done % 100 == 0 || done == options.seeds) {
      std::printf(
          "%llu seeds: %llu steps, %zu sessions, %zu refusals, %zu texts, %zu sends, %zu doubles "
          "(counted), %zu crashes\n",
          static_cast<unsigned long long>(done), static_cast<unsigned long long>(sum.steps),
          sum.sessions, sum.refusals, sum.texts, sum.sends, sum.doubles, sum.crashes);
      std::fflush(stdout);
    }
  }
  if (options.plant.empty()) {
    std::printf("all promises held\n");
    return options.marks && !tell_marks(sum.reached) ? 1 : 0;
  }
  std::printf("%s was not caught\n", options.plant.c_str());
  return 1;
}

}  // namespace
}  // namespace bauta::simulation

int main(int argc, char** argv) {
  bauta::simulation::Options options;
  CLI::App app(
      "Attacks the promises of docs/promises.md: routing/ and pool/ under a simulated world, from "
      "a seed.");
  app.add_option("--seeds", options.seeds, "how many")->capture_default_str();
  app.add_option("--from", options.from, "the first")->capture_default_str();
  app.add_flag("--twice", options.twice, "run each seed twice and compare the traces");
  app.add_flag("--print", options.print, "print every line of the trace");
  app.add_flag("--marks", options.marks,
               "tell how often each rare situation was met, and fail if one never was");
  app.add_option("--plant", options.plant, "plant a bug, and stop where it is caught")
      ->check(CLI::IsMember(bauta::simulation::kPlants));
  CLI11_PARSE(app, argc, argv);
  if (!options.plant.empty()) bauta::planted_bug = bauta::simulation::kPlants.at(options.plant);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::signal(SIGABRT, bauta::simulation::interrupted);
  std::signal(SIGSEGV, bauta::simulation::interrupted);
  return bauta::simulation::simulate(options);
}
