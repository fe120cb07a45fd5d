#pragma once

#include <optional>
#include <string>

#include "routing/outbox/circumstances.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/own_words.h"
#include "routing/outbox/relay_parts.h"

namespace bauta {

/// Who is told, neutrally, that the recipient of a text cannot be reached: whoever wrote it, if they are two.  In a group nobody is: the
/// others had it.
std::optional<Listener> who_is_told(const Circumstances& seen);

/// Adds to `commit` what follows when a carrier says that the recipient has opted out: the ledger's word, its event, and a word to whoever
/// wrote; nothing if the ledger knows, or if they came back later than `heard_of`, when the delivery was last heard of: given for a word that may
/// be a repeated one.  Errors: storage.*.
Task<Status> believe_opt_out(RelayParts parts, Commit& commit, Delivery delivery, TimePoint now,
                             std::optional<TimePoint> heard_of = {});

/// The same where nobody knows of which text it was said, but of whom and under which of our numbers.  False: the number is none that `connection`
/// sends for, and nothing is believed.
Task<Result<bool>> believe_opt_out_at(RelayParts parts, Commit& commit, std::string connection,
                                      VirtualNumber from, RealAddress to);

/// The same for the delivery of `key`, which was erased meanwhile: nothing if nothing stayed of it.
Task<Status> believe_opt_out_of_erased(RelayParts parts, Commit& commit, Key key);

}  // namespace bauta
