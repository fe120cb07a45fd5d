#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "routing/sessions/session.h"

namespace bauta {

/// Sessions of one person, who may have been entered in several spellings of their address (pool/address/spellings.h).
struct PersonSessions {
  /// One for each spelling.
  std::vector<PersonHash> people = {};
  Direction direction = Direction::forward;
  /// Beyond it in `direction`, itself not among them.
  std::optional<SessionId> after = {};
  /// Going forward: from this one on, itself among them.
  std::optional<SessionId> from = {};
  /// Going forward: none from this one on.
  std::optional<SessionId> before = {};
  std::uint32_t most = 100;
};

struct SomeSessions {
  /// In the order of their ids, which is the one of their times; each once, whoever of its seats is the person.
  std::vector<SessionId> ids = {};
  bool more = false;
};

/// Codes: those of the store.
Task<Result<SomeSessions>> sessions_of(Store& store, ServiceId service, PersonSessions request);

}  // namespace bauta
