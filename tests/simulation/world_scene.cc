#include <algorithm>

#include "tests/simulation/world_tools.h"

// The scene.
namespace bauta::simulation {
namespace {

/// A claim that was durable before another commit may be answered so much later than that, and its text leaves at once.
constexpr Time kAfterGuard = UnsureStore::kAnswerMax.count() + 10;
/// A carrier's answer is kept in memory until the store takes it, which is tried every second.
constexpr Time kAfterAnswer = 60'000'000;
/// A turn that was not used within a second is not made up for.
constexpr Time kTurnMax = 1'000'000;

constexpr std::size_t kNumbersOfAHub = 104;
/// No rate at all.
constexpr double kUnbound = 1'000;

}  // namespace

Oracle::Latitude latitude_under(const StoreTrouble& trouble) {
  const Micros fsync = trouble.stall_one_in > 0 ? UnsureStore::kStallMax : UnsureStore::kFsyncMax;
  // Reads, the fsync under way, the own one; three tries of it.
  const Time once = (2 * fsync + 10 * UnsureStore::kReadMax).count();
  return {.after_guard = kAfterGuard,
          .after_clock = 3 * once,
          .after_turn = kTurnMax + once,
          .after_answer = kAfterAnswer};
}

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
  if (chance_.one_in(2)) furnish_hook();
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
  auto made = must(relay_->ask(relay_->desk().accounts().ensure_with_service(
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
  auto stored = must(relay_->ask(relay_->desk().services().find(made.id)));
  made = *must(relay_->ask(relay_->desk().services().change(*stored, settings)));
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

/// The first service's platform is told what happens.
void World::furnish_hook() {
  const auto& service = services_.front().caller.service;
  Webhook webhook{.service = service.id, .account = service.account, .types = {"*"}};
  const auto made =
      must(relay_->ask(relay_->desk().webhooks().create(std::move(webhook), 1, clock_.now())));
  hook_ = {service.id, made.id};
  note("a webhook");
}

void World::furnish_number(Service& service, const std::string& text, const std::string& country) {
  const auto number = must(VirtualNumber::from_carrier(text));
  const std::string connection = chance_.one_in(2) ? "alpha" : "beta";
  std::vector<std::string> fallbacks;
  if (chance_.one_in(3)) fallbacks.push_back(connection == "alpha" ? "beta" : "alpha");
  const double rate = chance_.one_in(5) ? chance_.pick(std::vector{0.2, 0.5, 1.0, 5.0}) : kUnbound;
  connections_.emplace(number, connection);
  std::set<std::string> may_send(fallbacks.begin(), fallbacks.end());
  may_send.insert(connection);
  NewNumber added{.number = number,
                  .connection = connection,
                  .fallbacks = std::move(fallbacks),
                  .reach = {},
                  .rate_per_second = rate,
                  .tags = {}};
  must(relay_->ask(relay_->desk().add_number(service.caller, std::move(added), std::nullopt)));
  service.numbers.push_back(number);
  partitions_.push_back(partition_of(number));
  note("number {} at {}/s by {}{}", number.str(), rate, connection,
       may_send.size() > 1 ? ", else by the other" : "");
  oracle_.number_is(number.str(), service.caller.service.id.str(), country, rate,
                    std::move(may_send));
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
    oracle_.latitude_is(latitude_under(trouble_));
  }
  crash_one_in_ = chance_.one_in(4) ? 0 : 6 + chance_.below(30);
  acts_left_ = 120 + chance_.below(120);
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

}  // namespace bauta::simulation
