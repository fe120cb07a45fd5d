#pragma once

#include <string_view>

#include "storage/store/key.h"

namespace bauta {

/// The records that are never sealed, since nothing can be opened before they are read, or because who writes them has no key.

/// `meta/format`: which versions of the format wrote the store and can read it; the engine's.
inline Key format_key() { return Key("meta").text("format"); }
/// `meta/keyring`: the data keys, wrapped by the master key; KeyRing's.
inline Key key_ring_key() { return Key("meta").text("keyring"); }

/// `meta/recovery`: the store was restored from a backup, and is not released yet; Recovery's.
inline Key recovery_key() { return Key("meta").text("recovery"); }

inline bool is_in_clear(const Key& key) {
  return key.octets().starts_with("meta/") &&
         (key == format_key() || key == key_ring_key() || key == recovery_key());
}

}  // namespace bauta
