#pragma once

#include "storage/store/store.h"

namespace bauta {

/// Asserts what Commit promises: within kWritesMax and kBytesMax, and no key written twice.  For engines.
void assert_commit_is_bounded(const Commit& commit);

}  // namespace bauta
