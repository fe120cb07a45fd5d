#include "storage/store/key.h"

#include "storage/store/assert.h"

namespace bauta {

Key&& Key::bits(const Bits128& value) && {
  octets_ += as_bytes(value);
  return std::move(*this);
}

Key&& Key::text(std::string_view value) && {
  // A NUL inside would make two different keys read alike.
  BAUTA_ASSERT(!value.contains('\0'));
  octets_ += value;
  octets_.push_back('\0');
  return std::move(*this);
}

Key&& Key::u64(std::uint64_t value) && {
  for (int shift = 56; shift >= 0; shift -= 8) {
    octets_.push_back(static_cast<char>(static_cast<unsigned char>(value >> shift)));
  }
  return std::move(*this);
}

Key Key::end_of_prefix() const {
  std::string end = octets_;
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  BAUTA_ASSERT(!end.empty());
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return from_octets(std::move(end));
}

KeyReader::KeyReader(const Key& key, std::string_view family) : rest_(key.octets()) {
  BAUTA_ASSERT(rest_.starts_with(family) && rest_.size() > family.size() &&
               rest_[family.size()] == '/');
  rest_.remove_prefix(family.size() + 1);
}

Bits128 KeyReader::bits() {
  BAUTA_ASSERT(rest_.size() >= 16);
  const auto bits = bits128_from_bytes(rest_.substr(0, 16));
  rest_.remove_prefix(16);
  return *bits;
}

std::string KeyReader::text() {
  const auto end = rest_.find('\0');
  BAUTA_ASSERT(end != std::string_view::npos);
  std::string value(rest_.substr(0, end));
  rest_.remove_prefix(end + 1);
  return value;
}

std::uint64_t KeyReader::u64() {
  BAUTA_ASSERT(rest_.size() >= 8);
  std::uint64_t value = 0;
  for (const char octet : rest_.substr(0, 8))
    value = value << 8 | static_cast<unsigned char>(octet);
  rest_.remove_prefix(8);
  return value;
}

}  // namespace bauta
