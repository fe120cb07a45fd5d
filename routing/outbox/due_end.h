#pragma once

#include <optional>

#include "routing/outbox/circumstances.h"
#include "routing/outbox/relay_parts.h"
#include "routing/sessions/session.h"

namespace bauta {

/// The end that a clock has brought a text's session and that nobody has written down yet.  A text must not end for it: one that came in
/// a moment before, and is committed a moment later, keeps the session alive (promise 3).
std::optional<Ending> due_end(const Circumstances& seen, TimePoint now);

/// Writes such an end down, unless the session lives again by now.  Needs what due_end() found.  Errors: storage.*.
Task<Status> write_down_end(RelayParts parts, Circumstances seen, Ending ending, TimePoint now);

}  // namespace bauta
