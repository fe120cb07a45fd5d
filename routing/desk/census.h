#pragma once

#include <map>
#include <string>
#include <tuple>

#include "pool/address/locality.h"
#include "routing/desk/pool_levels.h"
#include "routing/desk/workbench.h"
#include "storage/store/mutex.h"

namespace bauta {

/// Walks over the store, a page at a time, and tells the gauges what it found.
class Census {
 public:
  /// `levels` are told how many active numbers there are, too.
  Census(const Workbench& bench, PoolLevels& levels) : bench_(bench), levels_(levels) {}

  Task<Status> take();

 private:
  /// Country, area code, and a status or state.
  using Place = std::tuple<std::string, std::string, std::string>;
  using Counts = std::map<Place, std::uint64_t>;
  using Localities = std::map<VirtualNumber, Locality>;

  Task<Status> count_sessions() const;
  Task<Result<Localities>> count_numbers();
  Task<Status> count_lines(Localities localities);

  const Workbench& bench_;
  PoolLevels& levels_;
  Mutex mutex_;
  /// What was told last: a place that is no more is told as zero once.
  Counts numbers_ BAUTA_GUARDED_BY(mutex_);
  Counts lines_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
