#include "storage/rocksdb/frame.h"

#include <algorithm>

namespace bauta {
namespace {

constexpr std::uint64_t kAppended = std::uint64_t{1} << 63;

void put_number(char* out, std::uint64_t value) {
  for (int at = 7; at >= 0; --at, value >>= 8) {
    out[at] = static_cast<char>(static_cast<unsigned char>(value));
  }
}

std::uint64_t number_at(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char octet : octets.substr(0, 8))
    value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

}  // namespace

Frame::Octets Frame::encode() const {
  // A time at or before 1970 is past as well one millisecond later, and 0 is taken.
  const auto millis =
      expiry ? static_cast<std::uint64_t>(std::max<std::int64_t>(1, to_millis(*expiry))) : 0;
  Octets octets;
  put_number(octets.data(), static_cast<std::uint64_t>(version));
  put_number(octets.data() + 8, (appended ? kAppended : 0) | millis);
  return octets;
}

std::optional<Frame> Frame::decode(std::string_view value) {
  if (value.size() < kOctets) return std::nullopt;
  const auto second = number_at(value.substr(8));
  Frame frame{.version = Version{number_at(value)}, .appended = (second & kAppended) != 0};
  const auto millis = static_cast<std::int64_t>(second & ~kAppended);
  if (millis != 0) frame.expiry = from_millis(millis);
  return frame;
}

}  // namespace bauta
