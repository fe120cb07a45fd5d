#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/seal/index_key.h"
#include "storage/store/id.h"

namespace bauta {

/// What a carrier is given to name one attempt of a delivery, and brings back with its receipt.
struct DeliveryReference {
  ServiceId service{};
  MessageId message{};
  SeatId seat{};
  std::uint32_t attempt = 0;
  friend bool operator==(const DeliveryReference&, const DeliveryReference&) = default;
};

/// 106 lower-case letters and digits: the ids, the attempt, and 16 octets of keyed hash over them, so that a receipt needs no search
/// and cannot be forged.
std::string write_reference(const DeliveryReference& reference, const IndexKey& key);
/// nullopt: not one that we wrote.
std::optional<DeliveryReference> read_reference(std::string_view text, const IndexKey& key);

}  // namespace bauta
