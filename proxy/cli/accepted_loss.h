#pragma once

#include <optional>
#include <string>

#include "proxy/config/config.h"
#include "storage/rocksdb/rocks_store.h"

namespace bauta {

/// The recovery mark of a store that goes on without what it lost, so that it is told from the journal like one that was restored: from the newest
/// backup on that is older than the loss, or that it was restored from and not yet released; without one, from the journal's first entry.
/// nullopt: there is no journal to be told from, and the store goes on as it is.  Says either in the log.
std::optional<std::string> recovery_after_loss(const Config& config, const AcceptedLoss& loss,
                                               TimePoint now);

}  // namespace bauta
