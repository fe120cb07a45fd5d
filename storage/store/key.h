#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "storage/store/id.h"

namespace bauta {

/// A key of the store: a family, then its parts.  Byte order is the order of scans.
///
///     family '/' part part …      on disk: never change how a part is written
///     id, hash   16 octets as they are          u64    8 octets, big-endian
///     text       its octets and one NUL (it holds none itself)
///
/// A key made of the first parts of another is its prefix, so `Key("rt").id(service).id(person)` names all lines of a person.
class Key {
 public:
  Key() = default;
  explicit Key(std::string_view family) : octets_(family) { octets_.push_back('/'); }
  static Key from_octets(std::string octets) {
    Key key;
    key.octets_ = std::move(octets);
    return key;
  }

  template <class Tag>
  Key&& id(const Id<Tag>& value) && {
    octets_ += value.bytes();
    return std::move(*this);
  }
  Key&& bits(const Bits128& value) &&;
  Key&& text(std::string_view value) &&;
  Key&& u64(std::uint64_t value) &&;

  const std::string& octets() const { return octets_; }
  /// The first key behind everything that has this one as a prefix.
  Key end_of_prefix() const;

  friend auto operator<=>(const Key&, const Key&) = default;

 private:
  std::string octets_;
};

/// Reads back the parts of a key that was written with Key, in their order.
class KeyReader {
 public:
  /// `key` must begin with `family` and a slash: asserted.
  KeyReader(const Key& key, std::string_view family);
  template <class Tag>
  Id<Tag> id() {
    return Id<Tag>(bits());
  }
  Bits128 bits();
  std::string text();
  std::uint64_t u64();

 private:
  std::string_view rest_;
};

}  // namespace bauta

template <>
struct std::hash<bauta::Key> {
  std::size_t operator()(const bauta::Key& key) const noexcept {
    return std::hash<std::string>{}(key.octets());
  }
};
