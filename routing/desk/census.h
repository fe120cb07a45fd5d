#pragma once

#include <map>
#include <string>
#include <tuple>

#include "pool/address/locality.h"
#include "routing/desk/workbench.h"
#include "storage/store/mutex.h"

namespace bauta {

/// Walks over the store, a page at a time, and tells the gauges what it found.
class Census {
 public:
  explicit Census(const Workbench& bench) : bench_(bench) {}

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
  Mutex mutex_;
  /// What was told last: a place that is no more is told as zero once.
  Counts numbers_ BAUTA_GUARDED_BY(mutex_);
  Counts lines_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
