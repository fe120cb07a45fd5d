#include "routing/inspection/families.h"

#include "routing/webhooks/webhook.h"
#include "storage/store/assert.h"
#include "storage/store/id.h"

namespace bauta {
namespace {

constexpr std::size_t kHashShown = 8;

template <class Tag>
std::string show_id(std::string_view octets) {
  return Id<Tag>::from_bytes(octets)->str();
}

std::size_t octets_of(KeyPart part, std::string_view rest) {
  if (part == KeyPart::number) return 8;
  if (part != KeyPart::text) return 16;
  const auto end = rest.find('\0');
  return end == std::string_view::npos ? rest.size() + 1 : end + 1;
}

}  // namespace

std::optional<std::vector<std::string_view>> read_shape(const Key& key, KeyShape shape) {
  std::string_view rest = key.octets();
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(slash + 1);
  std::vector<std::string_view> parts;
  for (const char letter : shape) {
    const auto part = static_cast<KeyPart>(letter);
    const auto octets = octets_of(part, rest);
    if (rest.size() < octets) return std::nullopt;
    parts.push_back(rest.substr(0, part == KeyPart::text ? octets - 1 : octets));
    rest.remove_prefix(octets);
  }
  if (!rest.empty()) return std::nullopt;
  return parts;
}

std::string show_part(KeyPart part, std::string_view octets) {
  switch (part) {
    case KeyPart::account:
      return show_id<AccountTag>(octets);
    case KeyPart::service:
      return show_id<ServiceTag>(octets);
    case KeyPart::api_key:
      return show_id<KeyTag>(octets);
    case KeyPart::session:
      return show_id<SessionTag>(octets);
    case KeyPart::message:
      return show_id<MessageTag>(octets);
    case KeyPart::seat:
      return show_id<SeatTag>(octets);
    case KeyPart::webhook:
      return show_id<WebhookTag>(octets);
    case KeyPart::hash:
      return "#" + to_base32(octets).substr(0, kHashShown);
    case KeyPart::text:
      return std::string(octets);
    case KeyPart::number: {
      std::uint64_t value = 0;
      for (const char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
      return std::to_string(value);
    }
  }
  BAUTA_ASSERT(false);
}

}  // namespace bauta
