#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "routing/outbox/delivery.h"
#include "storage/store/store.h"

namespace bauta {

/// How far the owner of a partition is with its work log: what it has read, what of that is not through, and what of the rest the next commit
/// erases along.  A start reads the log from its mark on, below which nobody looks.  One thread.
class LogProgress {
 public:
  /// A start is not to read much more than `span_max` entries.
  LogProgress(Store& store, std::uint32_t partition, Position span_max)
      : store_(store), partition_(partition), span_max_(span_max) {}

  using Entries = std::vector<std::pair<Position, WorkEntry>>;
  static constexpr std::uint32_t kPage = 200;

  /// Goes to the mark, unless something was read already.
  Task<Status> find_mark();
  /// What comes after read_to(), at most kPage.
  Task<Result<Entries>> read_page();
  Position read_to() const { return read_to_; }
  void has_read(Position position) { read_to_ = position; }

  /// An entry that was read is work of this lane, whose key lives longer.
  void open(Position position, const LaneKey* lane) { open_.emplace(position, lane); }
  /// The commit that ended the work erased the entry.
  void close(Position position) { open_.erase(position); }
  /// The entry is through without a commit of its own: erased along with the next one.
  void spend(Position position) { spent_.insert(position); }

  /// Work that waits while the log grows past it must be appended again, or a start would read all that others left there since.
  bool is_old(Position position) const { return position + span() / 2 < read_to_; }
  bool is_held_back() const { return !open_.empty() && is_holding_back(open_.begin()->first); }
  /// Whose work holds the mark back; a lane may come more than once.
  std::vector<const LaneKey*> holding_back(std::size_t most) const;

  /// What costs nothing beside a commit that is made anyway: entries that are through, and now and then the mark.  Returns the entries, for
  /// landed() once the commit is made.
  [[nodiscard]] std::vector<Position> ride_along(Commit& commit);
  void landed(const std::vector<Position>& carried);

 private:
  Position span() const;
  bool is_holding_back(Position position) const { return position + span() < read_to_; }

  Store& store_;
  std::uint32_t partition_;
  Position span_max_;
  /// Entries read and not yet through, and whose they are: the lowest is the mark.
  std::map<Position, const LaneKey*> open_;
  std::set<Position> spent_;
  Position read_to_ = 0;
  std::uint32_t outcomes_since_mark_ = 0;
};

}  // namespace bauta
