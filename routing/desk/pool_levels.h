#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "routing/desk/workbench.h"
#include "storage/store/mutex.h"

namespace bauta {

/// One person holds much of what a locality has: whoever needs the largest number of lines there decides how large its pool must be.
struct PoolLow {
  std::string country;
  std::string area_code;
  /// Active ones of the locality, and how many of them the person has a live or cooling line on.
  std::uint32_t numbers = 0;
  std::uint32_t lines = 0;

  std::uint32_t percent() const { return numbers == 0 ? 0 : lines * 100 / numbers; }
};

/// Watches how near a person comes to the size of a locality's pool.  A booking pays a look into a map; lines are counted only when those that
/// the rings gave since the last count could reach the limit.  Lines got by name, or back by a reopening, count from the next such
/// count on.  Thread-safe.
class PoolLevels {
 public:
  /// Of one or two numbers each is half of all: nothing that a percentage says is news.
  static constexpr std::uint32_t kNumbersMin = 5;
  /// A locality that is low stays so for a while.
  static constexpr std::chrono::hours kAgainAfter{1};

  /// Service, country, area code.
  using Place = std::tuple<ServiceId, std::string, std::string>;
  using Sizes = std::map<Place, std::uint32_t>;

  explicit PoolLevels(const Workbench& bench) : bench_(bench) {}

  /// The census has counted the active numbers; until then nothing is judged.
  void sizes_are(Sizes sizes);
  struct Judgement {
    /// None: not low, or told within the hour.
    std::optional<PoolLow> low = {};
    /// The lines that the person's cursor is to go on from; none: they were not counted.
    std::optional<std::uint32_t> lines = {};
  };
  /// Judges a seat that was chosen and is not written yet.  Errors: storage.*.
  Task<Result<Judgement>> judge(SeatRequest request, SeatChoice choice, TimePoint now);
  /// The commit that told it was made.
  void told(ServiceId service, const PoolLow& low, TimePoint now);

 private:
  /// How many active numbers there are; none: nothing is to be judged.
  std::optional<std::uint32_t> size_to_judge(const Place& place, TimePoint now);
  Task<Result<std::uint32_t>> lines_held(SeatRequest request, Number given, TimePoint now) const;

  const Workbench& bench_;
  Mutex mutex_;
  Sizes sizes_ BAUTA_GUARDED_BY(mutex_);
  /// Kept in memory: after a restart a locality that is low is told once more.
  std::map<Place, TimePoint> told_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
