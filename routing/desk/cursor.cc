#include "routing/desk/cursor.h"

#include "storage/store/assert.h"
#include "storage/store/id.h"

namespace bauta {
namespace {

constexpr std::size_t kCursorOctetsMax = 200;

}  // namespace

std::string write_cursor(const Key& key, const Key& prefix) {
  BAUTA_ASSERT(key.octets().starts_with(prefix.octets()));
  return to_base32(std::string_view(key.octets()).substr(prefix.octets().size()));
}

Result<Key> read_cursor(std::string_view cursor, const Key& prefix) {
  const auto octets = octets_from_base32(cursor);
  if (!octets || octets->empty() || octets->size() > kCursorOctetsMax)
    return fail("cursor.malformed", "use the next_cursor of an answer as it stands");
  return Key::from_octets(prefix.octets() + *octets);
}

}  // namespace bauta
