#include "routing/outbox/reference.h"

namespace bauta {
namespace {

constexpr std::string_view kPurpose = "delivery-reference";
constexpr std::size_t kBodyOctets = 16 * 3 + 2;
constexpr std::size_t kTagOctets = 16;

std::string body_of(const DeliveryReference& reference) {
  std::string body;
  body += reference.service.bytes();
  body += reference.message.bytes();
  body += reference.seat.bytes();
  body.push_back(static_cast<char>(static_cast<unsigned char>(reference.attempt >> 8)));
  body.push_back(static_cast<char>(static_cast<unsigned char>(reference.attempt)));
  return body;
}

}  // namespace

std::string write_reference(const DeliveryReference& reference, const IndexKey& key) {
  const auto body = body_of(reference);
  return to_base32(body + key.tag(kPurpose, body));
}

std::optional<DeliveryReference> read_reference(std::string_view text, const IndexKey& key) {
  const auto octets = octets_from_base32(text);
  if (!octets || octets->size() != kBodyOctets + kTagOctets) return std::nullopt;
  const std::string_view body(octets->data(), kBodyOctets);
  if (!key.verify(kPurpose, body, std::string_view(*octets).substr(kBodyOctets)))
    return std::nullopt;
  return DeliveryReference{
      .service = *ServiceId::from_bytes(body.substr(0, 16)),
      .message = *MessageId::from_bytes(body.substr(16, 16)),
      .seat = *SeatId::from_bytes(body.substr(32, 16)),
      .attempt = static_cast<std::uint32_t>(static_cast<unsigned char>(body[48])) << 8 |
                 static_cast<unsigned char>(body[49])};
}

}  // namespace bauta
