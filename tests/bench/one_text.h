#pragma once

#include "storage/store/store.h"

namespace bauta::bench {

/// What the relay commits for one text, sealed as it goes to the engine: the commit of Relay::accept() itself, in a session that has begun.
Commit commit_of_one_text();

}  // namespace bauta::bench
