#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "routing/outbox/receipt_word.h"
#include "routing/text/message_text.h"
#include "storage/store/clock.h"

namespace bauta {

/// One MO as a carrier's file parsed it: authentic, from the connection that it names.
struct InboundMessage {
  std::string connection{};
  /// The provider's own id, unique per connection for 7 days, and the part of a long text (0: whole).
  std::string provider_id{};
  std::uint32_t part = 0;
  RealAddress from;
  VirtualNumber to;
  MessageText text{};
  std::uint32_t media_count = 0;
  /// The carrier answered an opt-out word itself: we say nothing of our own then.
  bool carrier_answered_keyword = false;
};

/// What became of an MO.  In every case but an error it is final and durable: the carrier gets its success.
enum class InboundOutcome : std::uint8_t { relayed, duplicate, refused, ended, keyword };
std::string_view inbound_outcome_name(InboundOutcome outcome);

/// Who was sent something, and under which of our numbers.
struct ToldLine {
  VirtualNumber from;
  RealAddress to;
};

/// One DLR as a carrier's file parsed it.
struct DeliveryReceipt {
  std::string connection{};
  /// Ours, if the carrier brings it back; else the provider's id says which delivery is meant.
  std::optional<std::string> reference{};
  std::string provider_id{};
  ReceiptWord word{};
  /// Where the carrier says it: an opt-out then counts though nobody knows which send it is about.
  std::optional<ToldLine> line{};
};

enum class ReceiptOutcome : std::uint8_t {
  applied,
  repeated,
  unknown_word,
  forged_reference,
  held_for_its_send
};

}  // namespace bauta
