#include "routing/desk/cursor.h"

#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::size_t kCursorOctetsMax = 200;

std::unexpected<Error> malformed() {
  return fail("cursor.malformed", "use the next_cursor of an answer as it stands");
}

}  // namespace

std::string write_cursor(const Key& key, const Key& prefix) {
  BAUTA_ASSERT(key.octets().starts_with(prefix.octets()));
  return to_base32(std::string_view(key.octets()).substr(prefix.octets().size()));
}

Result<Key> read_cursor(std::string_view cursor, const Key& prefix) {
  const auto octets = octets_from_base32(cursor);
  if (!octets || octets->empty() || octets->size() > kCursorOctetsMax) return malformed();
  return Key::from_octets(prefix.octets() + *octets);
}

std::string write_session_cursor(SessionId session) { return to_base32(session.bytes()); }

Result<SessionId> read_session_cursor(std::string_view cursor) {
  const auto octets = octets_from_base32(cursor);
  if (!octets) return malformed();
  const auto session = SessionId::from_bytes(*octets);
  if (!session) return malformed();
  return *session;
}

}  // namespace bauta
