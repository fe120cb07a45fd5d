#pragma once

#include <string>
#include <string_view>

#include "storage/store/id.h"
#include "storage/store/key.h"
#include "storage/store/result.h"

namespace bauta {

/// Where a list goes on: the end of a key, below the prefix that the call itself knows, so that a forged cursor leads nowhere else.
std::string write_cursor(const Key& key, const Key& prefix);
/// Codes: cursor.malformed.
Result<Key> read_cursor(std::string_view cursor, const Key& prefix);

/// The same where several lists are read as one: behind this session.
std::string write_session_cursor(SessionId session);
/// Codes: cursor.malformed.
Result<SessionId> read_session_cursor(std::string_view cursor);

}  // namespace bauta
