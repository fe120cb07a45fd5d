#include "proxy/cli/journal_observer.h"

#include "proxy/config/log.h"

namespace bauta {

void CountJournal::written(std::size_t entries) { metrics_.journal_written(entries); }

void CountJournal::failing(const std::optional<Error>& why) {
  metrics_.journal_failing(why.has_value());
  if (why && !is_failing_) {
    log::error(
        "the journal is not written: a restore would not know what is done now code={} "
        "detail={}",
        why->code, why->detail);
  }
  if (!why && is_failing_)
    log::warn("the journal is written again; what was done meanwhile is not in it");
  is_failing_ = why.has_value();
}

}  // namespace bauta
