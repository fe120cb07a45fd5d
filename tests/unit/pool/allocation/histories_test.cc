// Random histories of a pool, judged by a model that knows nothing of rings and cursors.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/pool/world/world.h"

namespace bauta {
namespace {

using std::chrono::minutes;
using testing_pool::SeededRandom;
using testing_pool::World;

#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 200;
#else
constexpr std::uint64_t kSeeds = 20;  // unoptimised, and perhaps sanitized
#endif
constexpr int kSteps = 120;

/// Where numbers and people of the histories are at home, as a person would say it.
struct Home {
  std::string country, area, region;
};
const std::map<std::string, Home> kHomes = {
    {"+1202", {"US", "202", "Washington"}}, {"+1771", {"US", "771", "Washington"}},
    {"+1212", {"US", "212", "New York"}},   {"+1416", {"CA", "416", "Ontario"}},
    {"+4420", {"GB", "20", "London"}},      {"+4930", {"DE", "30", "Berlin"}}};
Home home_of(const std::string& number) { return kHomes.at(number.substr(0, 5)); }

bool is_near(const Home& person, const Home& number, Tier tier) {
  switch (tier) {
    case Tier::area_code:
      return person.country == number.country && person.area == number.area;
    case Tier::region:
      return person.country == number.country && person.region == number.region;
    case Tier::country:
      return person.country == number.country;
    case Tier::any:
      return true;
  }
  return false;
}

struct ModelNumber {
  NumberStatus status = NumberStatus::active;
  std::set<std::string> reach;
};
struct ModelLine {
  SessionId session;
  bool live = true;
  TimePoint reusable_at;
};
/// What happened at one turn of one person's ring: which numbers were free then, and which was given.
struct Turn {
  std::set<std::string> free;
  std::string given;
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    people_ = {"+12025550142", "+17715550143", "+442079460142", "+493023125042", "+12125550144"};
    people_.resize(1 + random_.below(people_.size()));
    for (const std::string& person : people_)
      widest_[person] = kTiers[random_.below(kTiers.size())];
    const std::size_t numbers = 1 + random_.below(9);
    for (std::size_t number = 0; number < numbers; ++number) add();
  }

  void step() {
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return open();
      case 4:
        return open_two_at_once();
      case 5:
      case 6:
      case 7:
        return close();
      case 8:
        return world_.clock.advance(minutes(random_.below(180)));
      case 9:
        return set_status();
      case 10:
        return random_.one_in(2) ? add() : remove();
      default:
        return toggle_closed();
    }
  }

  /// The store's routes are the model's lines, each number's emptiness too.
  void compare() {
    std::map<std::pair<std::string, std::string>, std::string> stored, expected;
    for (const std::string& person : people_) {
      std::optional<Key> after;
      do {
        const auto page = world_.run(world_.routes.lines_of(
            world_.service, World::hash_of(World::person(person)), after, 3));
        for (const auto& line : page->lines) {
          stored[{person, line.value.number.str()}] =
              line.value.session.str() +
              (line.value.state == RouteState::live ? " live" : " cooling");
        }
        after = page->next;
      } while (after);
    }
    for (const auto& [key, line] : lines_)
      expected[key] = line.session.str() + (line.live ? " live" : " cooling");
    ASSERT_EQ(stored, expected);
    for (const auto& [number, described] : numbers_) {
      ASSERT_EQ(*world_.run(world_.routes.is_empty(World::number(number), world_.clock.now())),
                is_empty(number))
          << number;
    }
  }

 private:
  bool is_free(const std::string& person, const std::string& number) const {
    const auto line = lines_.find({person, number});
    return line == lines_.end() ||
           (!line->second.live && line->second.reusable_at <= world_.clock.now());
  }
  bool is_eligible(const std::string& person, const std::string& number) const {
    const ModelNumber& described = numbers_.at(number);
    return described.status == NumberStatus::active &&
           described.reach.contains(home_of(person).country) && !closed_.contains({person, number});
  }
  bool is_empty(const std::string& number) const {
    return std::ranges::all_of(people_,
                               [&](const std::string& person) { return is_free(person, number); });
  }
  std::set<std::string> free_for(const std::string& person, Tier tier) const {
    std::set<std::string> free;
    for (const auto& [number, described] : numbers_) {
      if (is_near(home_of(person), home_of(number), tier) && is_eligible(person, number) &&
          is_free(person, number)) {
        free.insert(number);
      }
    }
    return free;
  }

  SeatRequest request_of(const std::string& person) {
    SeatRequest request = world_.seat_for(person);
    request.widest = widest_.at(person);
    for (const auto& [who, number] : closed_) {
      if (who == person) request.closed.insert(World::number(number));
    }
    return request;
  }

  /// Promise 7, and the nearest tier that has a free number.
  void judge(const std::string& person, const Result<SeatChoice>& choice) {
    for (const Tier tier : kTiers) {
      if (tier > widest_.at(person)) break;
      const auto free = free_for(person, tier);
      if (free.empty()) continue;
      ASSERT_TRUE(choice) << "refused although " << *free.begin()
                          << " was free: " << choice.error().detail;
      ASSERT_EQ(choice->match, tier);
      ASSERT_TRUE(free.contains(choice->number.value.number.str()))
          << choice->number.value.number.str() << " is not among the free numbers of tier "
          << tier_name(tier);
      return;
    }
    ASSERT_FALSE(choice) << choice->number.value.number.str()
                         << " was given although none was free";
    ASSERT_EQ(choice.error().code, "pool.exhausted");
  }

  /// Longest ago: nothing that was free at each of this ring's turns since `given` was last given, that turn included, is passed over.
  void judge_order(const std::vector<Turn>& turns, const Turn& now) {
    const auto last = std::ranges::find(turns.rbegin(), turns.rend(), now.given, &Turn::given);
    if (last == turns.rend()) return;  // never used before
    for (const std::string& other : now.free) {
      if (other == now.given) continue;
      const bool waited = std::all_of(turns.rbegin(), std::next(last), [&](const Turn& turn) {
        return turn.free.contains(other) && turn.given != other;
      });
      ASSERT_FALSE(waited) << now.given << " was given again while " << other
                           << " had waited longer";
    }
  }

  void commit(const std::string& person, const SeatRequest& request, const SeatChoice& choice) {
    const std::string number = choice.number.value.number.str();
    const SessionId session = world_.new_session();
    ASSERT_TRUE(world_.take(request, choice, session));
    // Promise 1: nobody else's session holds this pair, live or cooling.
    ASSERT_TRUE(is_free(person, number)) << number << " was given twice to one person";
    auto& turns = turns_[{person, choice.match}];
    const Turn turn{.free = free_for(person, choice.match), .given = number};
    judge_order(turns, turn);
    turns.push_back(turn);
    lines_[{person, number}] = {.session = session, .live = true, .reusable_at = {}};
  }

  void open() {
    const std::string person = people_[random_.below(people_.size())];
    const auto request = request_of(person);
    const auto choice = world_.choose(request);
    ASSERT_NO_FATAL_FAILURE(judge(person, choice));
    if (!choice) return;
    if (random_.one_in(8)) {  // in between, the number begins to drain: the commit must not pass
      const std::string number = choice->number.value.number.str();
      set_status(number, NumberStatus::draining);
      ASSERT_FALSE(world_.take(request, *choice, world_.new_session()));
      return;
    }
    ASSERT_NO_FATAL_FAILURE(commit(person, request, *choice));
  }

  /// Two bookings decide before either commits.
  void open_two_at_once() {
    const std::string first = people_[random_.below(people_.size())];
    const std::string second = random_.one_in(2) ? first : people_[random_.below(people_.size())];
    const auto first_request = request_of(first), second_request = request_of(second);
    const auto first_choice = world_.choose(first_request);
    auto second_choice = world_.choose(second_request);
    ASSERT_NO_FATAL_FAILURE(judge(first, first_choice));
    ASSERT_NO_FATAL_FAILURE(judge(second, second_choice));
    if (first_choice) ASSERT_NO_FATAL_FAILURE(commit(first, first_request, *first_choice));
    if (!second_choice) return;
    if (first == second) {
      // The same cursor and the same number: a conflict, which moves on.
      ASSERT_FALSE(world_.take(second_request, *second_choice, world_.new_session()));
      second_choice = world_.choose(second_request);
      ASSERT_NO_FATAL_FAILURE(judge(second, second_choice));
      if (!second_choice) return;
    }
    ASSERT_NO_FATAL_FAILURE(commit(second, second_request, *second_choice));
  }

  void close() {
    std::vector<std::pair<std::string, std::string>> live;
    for (const auto& [key, line] : lines_) {
      if (line.live) live.push_back(key);
    }
    if (live.empty()) return;
    const auto& key = live[random_.below(live.size())];
    const minutes cooling(random_.one_in(3) ? 0 : random_.below(300));
    world_.close(key.first, key.second, cooling);
    lines_[key].live = false;
    lines_[key].reusable_at = world_.clock.now() + cooling;
  }

  void set_status(const std::string& number, NumberStatus status) {
    world_.change(number, [&](Number& changed) { changed.status = status; });
    numbers_[number].status = status;
  }
  void set_status() {
    if (numbers_.empty()) return;
    constexpr NumberStatus kStatuses[] = {NumberStatus::active, NumberStatus::active,
                                          NumberStatus::reserved, NumberStatus::draining};
    set_status(
        std::next(numbers_.begin(), static_cast<std::ptrdiff_t>(random_.below(numbers_.size())))
            ->first,
        kStatuses[random_.below(4)]);
  }

  void add() {
    const auto& area =
        std::next(kHomes.begin(), static_cast<std::ptrdiff_t>(random_.below(kHomes.size())))->first;
    const auto tail = random_.below(40);
    const std::string number = area == "+4420"   ? fmt::format("+442079460{:03}", tail)
                               : area == "+4930" ? fmt::format("+49302312500{}", tail % 10)
                                                 : fmt::format("{}55501{:02}", area, tail);
    if (numbers_.contains(number)) return;
    Number described = world_.describe(number);
    described.rank = random_.one_in(4) ? 7 : random_.word();  // ranks may collide
    if (random_.one_in(3)) described.reach = {"US", "GB", "DE"};
    world_.add(described);
    numbers_[number] = {.status = NumberStatus::active,
                        .reach = {described.reach.begin(), described.reach.end()}};
  }
  void remove() {
    for (const auto& [number, described] : numbers_) {
      if (described.status != NumberStatus::draining || !is_empty(number)) continue;
      Commit removing;
      Inventory::remove(removing, *world_.find(World::number(number)));
      ASSERT_TRUE(world_.commit(std::move(removing)));
      numbers_.erase(number);
      return;
    }
  }

  void toggle_closed() {
    if (numbers_.empty() || !random_.one_in(3)) return;
    const std::pair key{
        people_[random_.below(people_.size())],
        std::next(numbers_.begin(), static_cast<std::ptrdiff_t>(random_.below(numbers_.size())))
            ->first};
    if (!closed_.insert(key).second) closed_.erase(key);
  }

  SeededRandom random_;
  World world_;
  std::vector<std::string> people_;
  std::map<std::string, Tier> widest_;
  std::map<std::string, ModelNumber> numbers_;
  std::map<std::pair<std::string, std::string>, ModelLine> lines_;
  std::set<std::pair<std::string, std::string>> closed_;
  std::map<std::pair<std::string, Tier>, std::vector<Turn>> turns_;
};

/// Promise 7 (refused only if no eligible number is free), promise 1 (no pair is held twice), the nearest tier, the longest wait.
TEST(NeverWasteANumber, InRandomHistoriesWithRacesDrainsAndCooling) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History history(seed);
    for (int step = 0; step < kSteps; ++step) {
      SCOPED_TRACE(fmt::format("step {}", step));
      ASSERT_NO_FATAL_FAILURE(history.step());
      if (step % 20 == 19) ASSERT_NO_FATAL_FAILURE(history.compare());
    }
  }
}

/// A history of lines that doesn't depend on the pool: who opens or closes when.
struct Event {
  minutes at{};
  std::size_t person = 0;
  std::size_t line = 0;
  bool opens = true;
};
struct Lines {
  std::vector<Event> events;
  std::size_t held_by_one_max = 0;
};
Lines random_lines(SeededRandom& random, std::size_t people, minutes cooling) {
  Lines lines;
  std::map<std::size_t, std::map<std::size_t, std::optional<minutes>>> held;  // until when
  minutes now{};
  std::size_t next_line = 0;
  for (int step = 0; step < 150; ++step) {
    now += minutes(random.below(20));
    for (auto& [person, of] : held)
      std::erase_if(of, [&](const auto& line) { return line.second && *line.second <= now; });
    const std::size_t person = random.below(people);
    std::vector<std::size_t> live;
    for (const auto& [line, until] : held[person]) {
      if (!until) live.push_back(line);
    }
    if (!live.empty() && random.below(12) < live.size() + 3) {
      const std::size_t line = live[random.below(live.size())];
      lines.events.push_back({.at = now, .person = person, .line = line, .opens = false});
      held[person][line] = now + cooling;
    } else {
      lines.events.push_back({.at = now, .person = person, .line = next_line, .opens = true});
      held[person][next_line++] = std::nullopt;
      lines.held_by_one_max = std::max(lines.held_by_one_max, held[person].size());
    }
  }
  return lines;
}

/// How many seats a pool of so many numbers refuses.
std::size_t refusals(const Lines& lines, std::size_t pool, minutes cooling) {
  World world;
  for (std::size_t number = 0; number < pool; ++number)
    world.add({fmt::format("+120255501{:02}", number)});
  std::map<std::size_t, std::string> number_of;
  minutes now{};
  std::size_t refused = 0;
  for (const Event& event : lines.events) {
    world.clock.advance(event.at - now);
    now = event.at;
    const std::string person = fmt::format("+1202555{:04}", 9000 + event.person);
    if (!event.opens) {
      if (number_of.contains(event.line)) world.close(person, number_of[event.line], cooling);
      continue;
    }
    const std::string opened = world.open(person);
    if (opened == "pool.exhausted") {
      ++refused;
    } else {
      number_of[event.line] = opened.substr(0, 12);
    }
  }
  return refused;
}

TEST(NeverWasteANumber, ThePoolNeededIsTheMostLinesThatOnePersonHolds) {
  for (std::uint64_t seed = 1; seed <= kSeeds / 2; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    SeededRandom random(seed);
    const minutes cooling(random.below(60));
    const Lines lines = random_lines(random, 1 + random.below(6), cooling);
    EXPECT_EQ(refusals(lines, lines.held_by_one_max, cooling), 0U);
    EXPECT_GT(refusals(lines, lines.held_by_one_max - 1, cooling), 0U)
        << "fewer cannot do: it is the minimum";
  }
}

}  // namespace
}  // namespace bauta
