#include "tests/simulation/world.h"

#include <algorithm>
#include <array>

#include "tests/simulation/world_tools.h"

// What happens when.
namespace bauta::simulation {
namespace {

/// Longer than it takes to find what a lost hint did not tell.
constexpr Micros kQuiet = seconds(30);
/// How long the relay may take to come to rest once everybody does.
constexpr Micros kRestMax = hours(12);
constexpr std::uint64_t kStepsMax = 3'000'000;
/// One seed in so many has a hub, who holds more lines than are asked for one by one.
constexpr std::uint64_t kHubOneIn = 60;
std::array<std::byte, IndexKey::kOctets> key_octets() {
  std::array<std::byte, IndexKey::kOctets> octets{};
  octets.fill(std::byte{7});
  return octets;
}

}  // namespace

World::World(std::uint64_t seed, metrics::Instruments& metrics, bool print)
    : trace_(print),
      chance_(seed, 1),
      store_chance_(seed, 2),
      random_(seed),
      wall_(schedule_),
      clock_(wall_),
      disk_(clock_),
      index_key_(key_octets()),
      metrics_(metrics),
      oracle_(latitude_under({}), reached_),
      carriers_(schedule_, Chance(seed, 3), trace_, oracle_, reached_,
                [this](DeliveryReceipt receipt, std::function<void(ReceiptOutcome)> done) {
                  bring_receipt(std::move(receipt), std::move(done));
                }),
      endpoint_(schedule_, Chance(seed, 4), trace_, reached_),
      has_a_hub_(seed % kHubOneIn == 7) {}

void World::start() {
  begin_clock();
  relay_ = std::make_unique<RelayProcess>(Surroundings{.schedule = schedule_,
                                                       .clock = clock_,
                                                       .disk = disk_,
                                                       .chance = store_chance_,
                                                       .random = random_,
                                                       .trace = trace_,
                                                       .carriers = carriers_,
                                                       .endpoint = endpoint_,
                                                       .reached = reached_,
                                                       .metrics = metrics_,
                                                       .index_key = index_key_,
                                                       .trouble = trouble_,
                                                       .limits = limits_,
                                                       .hook = hook_},
                                          partitions_);
}

Outcome World::run() {
  furnish();
  arrange_trouble();
  start();
  next_act();
  std::optional<Micros> resting_since;
  while (!outcome_.broken && !oracle_.broken() && !endpoint_.broken() &&
         outcome_.steps < kStepsMax) {
    if (relay_) relay_->poll();
    if (acts_left_ > 0 || under_way_ > 0 || !at_rest()) quiet_since_ = schedule_.now();
    if (schedule_.now() > quiet_since_ + kQuiet) break;
    if (acts_left_ == 0 && !resting_since) {
      resting_since = schedule_.now();
      carriers_.be({});
      endpoint_.be_well();
      note("everybody comes to rest");
    }
    if (resting_since && schedule_.now() > *resting_since + kRestMax) {
      outcome_.broken =
          Broken{.promise = 3, .what = "texts still wait 12 hours after the last was written"};
      break;
    }
    if (schedule_.empty()) break;
    schedule_.step();
    oracle_.now_is(schedule_.now().count());
    ++outcome_.steps;
  }
  if (outcome_.steps >= kStepsMax)
    outcome_.broken = Broken{.promise = 3, .what = "it never comes to rest"};
  if (!outcome_.broken && !oracle_.broken() && !endpoint_.broken()) tell_all();
  if (oracle_.broken()) outcome_.broken = oracle_.broken();
  if (endpoint_.broken()) outcome_.broken = endpoint_.broken();
  outcome_.at = schedule_.now();
  relay_.reset();
  outcome_.hash = trace_.hash();
  outcome_.last_lines = trace_.last();
  outcome_.texts = oracle_.texts();
  outcome_.sends = oracle_.sends();
  outcome_.doubles = oracle_.doubles();
  outcome_.reached = reached_;
  return std::move(outcome_);
}

bool World::at_rest() const {
  return relay_ && relay_->texts_waiting() == 0 && relay_->all_are_told();
}

// ---- What happens --------------------------------------------------------------------------------

void World::next_act() {
  Micros wait{0};
  const auto drawn = chance_.below(100);
  if (drawn < 60)
    wait = milliseconds(chance_.between(1, 800));
  else if (drawn < 90 || pace_ == 0)
    wait = milliseconds(chance_.between(500, 60'000));
  else if (drawn < 98 || pace_ == 1)
    wait = seconds(chance_.between(60, 1'800));
  else
    wait = seconds(chance_.between(1'800, std::int64_t{30} * 3'600));
  schedule_.in(wait, [this] { act(); });
}

void World::act() {
  --acts_left_;
  do_something();
  if (acts_left_ > 0) next_act();
}

void World::do_something() {
  if (relay_ && crash_one_in_ > 0 && chance_.one_in(crash_one_in_))
    crash(Micros(chance_.one_in(2) ? 20'000 : 400'000));
  if (relay_ && chance_.one_in(12)) sweep();
  const auto drawn = chance_.below(100);
  if (drawn < 15 || sessions_.empty()) {
    open_some_session();
  } else if (drawn < 49) {
    text_burst();
  } else if (drawn < 50) {
    killer();
  } else if (drawn < 55) {
    late_text();
  } else if (drawn < 60) {
    platform_text();
  } else if (drawn < 64) {
    keyword();
  } else if (drawn < 94) {
    act_among_sessions(drawn);
  } else if (drawn < 95) {
    if (chance_.one_in(2)) return rush_before_a_leap();
    if (chance_.one_in(2)) return set_clock_wrong();
    leap(chance_.one_in(2) ? seconds(chance_.between(1, 600)) : minutes(chance_.between(10, 600)));
  } else if (drawn < 96) {
    loop();
  } else if (drawn < 98) {
    if (relay_)
      relay_->call<Result<std::size_t>>(relay_->desk().end_unconfirmed(),
                                        [](const Result<std::size_t>&) {});
  } else {
    const auto* connection = chance_.one_in(2) ? "alpha" : "beta";
    if (chance_.one_in(3)) {
      carriers_.cut_off(connection, schedule_.now() + seconds(chance_.between(10, 600)));
      return note("{} is down", connection);
    }
    carriers_.throttle(connection, schedule_.now() + seconds(chance_.between(1, 120)));
    note("{} throttles", connection);
  }
}

void World::act_among_sessions(std::size_t drawn) {
  if (drawn < 67) {
    race_for_consent();
  } else if (drawn < 76) {
    const auto* const session = any_session(true);
    if (session == nullptr || session->changing) return;
    const auto at = static_cast<std::size_t>(session - sessions_.data());
    if (chance_.one_in(2)) text(*session, chance_.below(session->lines.size()));
    close_session(at, chance_.one_in(12));
  } else if (drawn < 77) {
    const auto* const session = any_session(true);
    if (session != nullptr && !session->changing)
      erase_during_a_send(static_cast<std::size_t>(session - sessions_.data()));
  } else if (drawn < 84) {
    change_roster();
  } else if (drawn < 88) {
    reopen();
  } else if (drawn < 90) {
    look_at_dead_letters();
  } else if (drawn < 92) {
    race_for_the_idle_end();
  } else if (drawn < 93) {
    chatter();
  } else {
    killer();
  }
}

/// In the midst of things: a little later than whatever is being done now.
void World::crash(Micros within) {
  schedule_.in(Micros(chance_.between(0, within.count())), [this] {
    if (!relay_ || telling_) return;
    note("crash");
    ++outcome_.crashes;
    oracle_.crashed();
    endpoint_.crashed();
    outcome_.commits += relay_->commits();
    keep_clock();
    relay_.reset();
    schedule_.in(milliseconds(chance_.between(50, chance_.one_in(5) ? 120'000 : 5'000)), [this] {
      note("start");
      start();
    });
  });
}

void World::sweep() {
  relay_->sweep([this, began = schedule_.now()] { last_sweep_ = std::max(last_sweep_, began); });
}

void World::persist(const std::shared_ptr<Attempt>& attempt) {
  ++under_way_;
  try_again(attempt);
}

/// Who gets no answer in time tries again, whether or not the first try is still under way.
void World::try_again(const std::shared_ptr<Attempt>& attempt) {
  if (attempt->done) return;
  const int tries = ++attempt->tries;
  if (relay_) attempt->once(attempt);
  const auto patience =
      relay_ ? attempt->patience : Micros(milliseconds(chance_.between(300, 5'000)));
  schedule_.in(patience, [this, attempt, tries] {
    if (!attempt->done && attempt->tries == tries) try_again(attempt);
  });
}

}  // namespace bauta::simulation
