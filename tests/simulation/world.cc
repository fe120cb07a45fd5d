#include "tests/simulation/world.h"

#include <algorithm>
#include <array>

#include "tests/simulation/world_tools.h"

// The scene, and what happens when.
namespace bauta::simulation {
namespace {

/// A claim that was durable before another commit may be answered so much later than that, and its text leaves at once.
constexpr Time kAfterGuard = UnsureStore::kAnswerMax.count() + 10;
/// Three tries of: reads, the fsync under way, the own one.
constexpr Time kAfterClock = 3 * (2 * UnsureStore::kFsyncMax + 10 * UnsureStore::kReadMax).count();
/// A carrier's answer is kept in memory until the store takes it, which is tried every second.
constexpr Time kAfterAnswer = 60'000'000;

/// Longer than it takes to find what a lost hint did not tell.
constexpr Micros kQuiet = seconds(30);
/// How long the relay may take to come to rest once everybody does.
constexpr Micros kRestMax = hours(12);
constexpr std::uint64_t kStepsMax = 3'000'000;
/// One seed in so many has a hub, who holds more lines than are asked for one by one.
constexpr std::uint64_t kHubOneIn = 60;
constexpr std::size_t kNumbersOfAHub = 104;
/// No rate at all.
constexpr double kUnbound = 1'000;

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
      clock_(schedule_),
      disk_(clock_),
      index_key_(key_octets()),
      metrics_(metrics),
      oracle_(
          {.after_guard = kAfterGuard, .after_clock = kAfterClock, .after_answer = kAfterAnswer},
          reached_),
      carriers_(schedule_, Chance(seed, 3), trace_, oracle_, reached_,
                [this](DeliveryReceipt receipt, std::function<void()> done) {
                  bring_receipt(std::move(receipt), std::move(done));
                }),
      has_a_hub_(seed % kHubOneIn == 7) {}

// ---- The scene -----------------------------------------------------------------------------------

/// Few people and fewer numbers, so that they meet again and again.
void World::furnish() {
  const std::size_t people = static_cast<std::size_t>(chance_.between(3, 7));
  for (std::size_t at = 0; at < people; ++at) {
    const bool british = !has_a_hub_ && chance_.one_in(5);
    const auto address =
        british ? fmt::format("+4479460009{:02}", at) : fmt::format("+120255501{:02}", at);
    people_.push_back(must(RealAddress::from_carrier(address)));
    oracle_.person_is(address, british ? "GB" : "US");
  }
  if (chance_.one_in(5)) limits_.lane_texts_max = static_cast<std::size_t>(chance_.between(2, 5));
  if (chance_.one_in(2)) limits_.unconfirmed = hours(1);
  start();
  const std::size_t services = !has_a_hub_ && chance_.one_in(3) ? 2 : 1;
  for (std::size_t at = 0; at < services; ++at) furnish_service(at);
  for (const auto* connection : {"alpha", "beta"}) {
    const double rate = chance_.one_in(6) ? chance_.pick(std::vector{0.5, 2.0, 5.0}) : kUnbound;
    carriers_.allow(connection, rate);
    oracle_.connection_is(connection, rate);
  }
  std::ranges::sort(partitions_);
  const auto repeated = std::ranges::unique(partitions_);
  partitions_.erase(repeated.begin(), repeated.end());
  relay_.reset();
}

void World::furnish_service(std::size_t at) {
  auto made = must(relay_->ask(relay_->desk().accounts().ensure_account_with_service(
      "acme", fmt::format("service-{}", at), clock_.now(), random_)));
  auto settings = made.settings;
  settings.cooling_seconds = seconds(chance_.pick(std::vector{0, 60, 600, 3'600, 24 * 3'600}));
  settings.deadline_seconds = seconds(chance_.pick(std::vector{60, 300, 1'800, 4 * 3'600}));
  settings.unknown = chance_.one_in(3) ? UnknownPolicy::dead_letter : UnknownPolicy::resend;
  settings.answer_ended = !chance_.one_in(3);
  settings.answer_strangers = chance_.one_in(4);
  settings.mask_addresses = !chance_.one_in(6);
  settings.retention_seconds = hours(chance_.pick(std::vector{7 * 24, 7 * 24, 7 * 24, 6, 1}));
  if (chance_.one_in(4)) settings.language = "de";
  if (chance_.one_in(3)) settings.consent_scope = ConsentScope::line;
  if (chance_.one_in(2))
    settings.sticky = chance_.one_in(2) ? StickyPolicy::prefer : StickyPolicy::avoid;
  auto stored = must(relay_->ask(relay_->desk().accounts().find_service(made.id)));
  made = *must(relay_->ask(relay_->desk().accounts().change_service(*stored, settings)));
  Terms terms{.cooling = settings.cooling_seconds / Micros(1),
              .deadline = settings.deadline_seconds / Micros(1),
              .retention = settings.retention_seconds / Micros(1),
              .stops_one_line = settings.consent_scope == ConsentScope::line,
              .masks = settings.mask_addresses};
  if (settings.sticky == StickyPolicy::prefer) terms.sticky = Terms::Sticky::prefer;
  if (settings.sticky == StickyPolicy::avoid) terms.sticky = Terms::Sticky::avoid;
  oracle_.service_is(made.id.str(), terms);
  note("service {}: cooling {} s, deadline {} s, sticky {}, scope {}", at,
       settings.cooling_seconds.count(), settings.deadline_seconds.count(),
       sticky_policy_name(settings.sticky), consent_scope_name(settings.consent_scope));

  Service service;
  service.caller.key.account = made.account;
  service.caller.key.scopes = all_scopes();
  service.caller.service = made;
  const auto american =
      has_a_hub_ ? kNumbersOfAHub : static_cast<std::size_t>(chance_.between(1, 6));
  const auto british = has_a_hub_ ? 0 : static_cast<std::size_t>(chance_.between(0, 2));
  for (std::size_t n = 0; n < american; ++n)
    furnish_number(service, fmt::format("+1{}555{}{:03}", chance_.one_in(2) ? 202 : 212, 5 + at, n),
                   "US");
  for (std::size_t n = 0; n < british; ++n)
    furnish_number(service, fmt::format("+442079460{}{:02}", at + 1, n), "GB");
  for (std::size_t person = 0; person < people_.size(); ++person) service.people.push_back(person);
  services_.push_back(std::move(service));
}

void World::furnish_number(Service& service, const std::string& text, const std::string& country) {
  const auto number = must(VirtualNumber::from_carrier(text));
  const std::string connection = chance_.one_in(2) ? "alpha" : "beta";
  const double rate = chance_.one_in(5) ? chance_.pick(std::vector{0.2, 0.5, 1.0, 5.0}) : kUnbound;
  connections_.emplace(number, connection);
  NewNumber added{.number = number,
                  .connection = connection,
                  .fallbacks = {},
                  .reach = {},
                  .rate_per_second = rate,
                  .tags = {}};
  must(relay_->ask(relay_->desk().add_number(service.caller, std::move(added), std::nullopt)));
  service.numbers.push_back(number);
  partitions_.push_back(partition_of(number));
  oracle_.number_is(number.str(), service.caller.service.id.str(), country, rate);
  note("number {} at {}/s", number.str(), rate);
}

/// What will go wrong, and how often: some runs know no trouble, some much of one kind.
void World::arrange_trouble() {
  Carriers::Temper temper;
  if (!chance_.one_in(5)) {
    temper = {.refused = chance_.below(8),
              .later = chance_.below(20),
              .unknown = chance_.below(25),
              .opted_out = chance_.below(40),
              .slow = chance_.below(30),
              .no_receipt = chance_.below(40),
              .bad_receipt = chance_.below(20),
              .repeated_receipt = chance_.below(50),
              .early_receipt = chance_.below(50)};
  }
  if (chance_.one_in(8)) {
    temper.refused = 30;
    temper.opted_out = 70;
  }
  carriers_.be(temper);
  if (chance_.one_in(2)) {
    trouble_ = {.unknown_one_in = chance_.one_in(2) ? 30 + chance_.below(200) : 0,
                .overloaded_one_in = chance_.one_in(2) ? 30 + chance_.below(200) : 0,
                .unreadable_one_in = chance_.one_in(2) ? 100 + chance_.below(500) : 0,
                .stall_one_in = chance_.one_in(2) ? 20 + chance_.below(100) : 0};
  }
  crash_one_in_ = chance_.one_in(4) ? 0 : 6 + chance_.below(30);
  acts_left_ = 60 + chance_.below(120);
  pace_ = chance_.below(3);
  // A text that ends the process that hands it over, mostly.
  carriers_.on_hand_over([this](const std::string& text) {
    if (text.contains("💥") && !chance_.one_in(8)) crash(Micros(500));
  });
  if (!has_a_hub_) return;
  Micros wait{0};
  for (std::size_t at = 0; at < kNumbersOfAHub + 8; ++at) {
    wait += milliseconds(chance_.between(200, 1'500));
    ++under_way_;
    schedule_.in(wait, [this] {
      --under_way_;
      open({.service = 0,
            .people = {0, 1 + chance_.below(people_.size() - 1)},
            .ttl = {},
            .idle = {},
            .unique_name = "",
            .set_aside = true,
            .then = {}});
    });
  }
}

void World::start() {
  relay_ = std::make_unique<RelayProcess>(Surroundings{.schedule = schedule_,
                                                       .clock = clock_,
                                                       .disk = disk_,
                                                       .chance = store_chance_,
                                                       .random = random_,
                                                       .trace = trace_,
                                                       .carriers = carriers_,
                                                       .reached = reached_,
                                                       .metrics = metrics_,
                                                       .index_key = index_key_,
                                                       .trouble = trouble_,
                                                       .limits = limits_},
                                          partitions_);
}

Outcome World::run() {
  furnish();
  arrange_trouble();
  start();
  next_act();
  std::optional<Micros> resting_since;
  while (!oracle_.broken() && outcome_.steps < kStepsMax) {
    if (relay_) relay_->poll();
    if (acts_left_ > 0 || under_way_ > 0 || !at_rest()) quiet_since_ = schedule_.now();
    if (schedule_.now() > quiet_since_ + kQuiet) break;
    if (acts_left_ == 0 && !resting_since) {
      resting_since = schedule_.now();
      carriers_.be({});
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
  if (!outcome_.broken && !oracle_.broken()) tell_all();
  if (oracle_.broken()) outcome_.broken = oracle_.broken();
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

bool World::at_rest() const { return relay_ && relay_->texts_waiting() == 0; }

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
  if (relay_ && crash_one_in_ > 0 && chance_.one_in(crash_one_in_))
    crash(Micros(chance_.one_in(2) ? 20'000 : 400'000));
  if (relay_ && chance_.one_in(12)) sweep();
  const auto drawn = chance_.below(100);
  if (drawn < 15 || sessions_.empty()) {
    open_some_session();
  } else if (drawn < 50) {
    text_burst();
  } else if (drawn < 55) {
    late_text();
  } else if (drawn < 60) {
    platform_text();
  } else if (drawn < 64) {
    keyword();
  } else if (drawn < 94) {
    act_among_sessions(drawn);
  } else if (drawn < 95) {
    leap();
  } else if (drawn < 96) {
    loop();
  } else if (drawn < 98) {
    if (relay_)
      relay_->call<Result<std::size_t>>(relay_->desk().end_unconfirmed(),
                                        [](const Result<std::size_t>&) {});
  } else {
    const auto* connection = chance_.one_in(2) ? "alpha" : "beta";
    carriers_.throttle(connection, schedule_.now() + seconds(chance_.between(1, 120)));
    note("{} throttles", connection);
  }
  if (acts_left_ > 0) next_act();
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
    outcome_.commits += relay_->commits();
    relay_.reset();
    schedule_.in(milliseconds(chance_.between(50, chance_.one_in(5) ? 120'000 : 5'000)), [this] {
      note("start");
      start();
    });
  });
}

/// The clock is set, or the machine slept.
void World::leap() {
  const Micros by = chance_.one_in(2) ? Micros(seconds(chance_.between(1, 600)))
                                      : Micros(minutes(chance_.between(10, 600)));
  oracle_.leapt(schedule_.now().count(), by.count());
  schedule_.leap(by);
  quiet_since_ += by;
  oracle_.now_is(schedule_.now().count());
  note("the clock leaps by {} s", std::chrono::floor<seconds>(by).count());
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
