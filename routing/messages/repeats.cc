#include "routing/messages/repeats.h"

#include <functional>

namespace bauta {
namespace {

std::size_t hash_of(const MessageText& words) { return std::hash<std::string>{}(words.reveal()); }

}  // namespace

bool Repeats::allow(const LaneKey& line, const MessageText& words, TimePoint now) {
  const MutexLock lock(mutex_);
  const auto last = lines_.find(line);
  return last == lines_.end() || !goes_on(last->second, hash_of(words), now) ||
         last->second.times < limit_.most;
}

void Repeats::note(const LaneKey& line, const MessageText& words, TimePoint now) {
  const MutexLock lock(mutex_);
  if (lines_.size() >= limit_.lines_max && !lines_.contains(line)) lines_.clear();
  Last& last = lines_[line];
  if (!goes_on(last, hash_of(words), now))
    last = {.words = hash_of(words), .times = 0, .since = now};
  ++last.times;
}

}  // namespace bauta
