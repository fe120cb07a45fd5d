#include "pool/address/real_address.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <ostream>
#include <utility>

#include "pool/address/numbering_plan.h"

namespace bauta {
namespace {

using numbering_plan::Fault;
using numbering_plan::is_e164;
using numbering_plan::Kind;

constexpr std::size_t kIdentityOctetsMax = 128;
/// How many digits of a telephone number stay hidden behind its mask, whatever its length.
constexpr std::size_t kHiddenDigitsMin = 5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is_digit));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

/// Digits only: the first four and the last two, fewer of a short number.
std::string mask_digits(std::string_view digits) {
  if (digits.size() < numbering_plan::kDigitsMin) return "…(" + std::to_string(digits.size()) + ")";
  const auto head = std::min<std::size_t>(4, digits.size() - 2 - kHiddenDigitsMin);
  return std::string(digits.substr(0, head)) + "…" + std::string(digits.substr(digits.size() - 2));
}

/// What may be shown of a text that is no address: never what it says, unless it is a telephone number but for its punctuation.
std::string masked_text(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), is_digit);
  const std::string plus =
      trimmed(text).starts_with('+') && digits.size() >= numbering_plan::kDigitsMin ? "+" : "";
  return plus + mask_digits(digits.substr(0, numbering_plan::kDigitsMax));
}

std::optional<Channel> channel_of(std::string_view name) {
  for (const Channel channel :
       {Channel::sms, Channel::whatsapp, Channel::rcs, Channel::messenger}) {
    const std::string_view known = channel_name(channel);
    const auto same = [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
    };
    if (std::ranges::equal(name, known, same)) return channel;
  }
  return std::nullopt;
}

struct ChannelAndIdentity {
  Channel channel = Channel::sms;
  std::string_view identity;
};
Result<ChannelAndIdentity> split_channel(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return ChannelAndIdentity{Channel::sms, trimmed(text)};
  const auto channel = channel_of(trimmed(text.substr(0, colon)));
  if (!channel) {
    return fail("address.invalid",
                "an address is a telephone number, or begins with whatsapp:, rcs: or messenger:");
  }
  return ChannelAndIdentity{*channel, trimmed(text.substr(colon + 1))};
}

/// No control characters: an identity stands in keys, headers and logs.
bool is_clean_identity(std::string_view identity) {
  return !identity.empty() && identity.size() <= kIdentityOctetsMax &&
         std::ranges::none_of(
             identity, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string like(const std::string& shape) {
  return shape.empty() ? "" : ", which look like " + shape;
}

std::string help_for(Fault fault, const std::string& shape, std::size_t digits) {
  switch (fault) {
    case Fault::country_unknown:
      if (digits > 0 && digits < numbering_plan::kDigitsMin)
        return "its digits are too few for any country; short codes cannot be reached through a "
               "relay, and a person's number must be international, as in +1 202 555 0142";
      return "it must be international, with + and the country's calling code, as in +1 202 555 "
             "0142";
    case Fault::too_short:
      return "it has fewer digits than numbers of its country" + like(shape) +
             "; short codes cannot be reached through a relay";
    case Fault::too_long:
      return "it has more digits than numbers of its country" + like(shape);
    case Fault::length:
      return "its country has no numbers with as many digits" +
             (shape.empty() ? "" : "; they look like " + shape);
    case Fault::area_missing:
      return "its area code is missing";
    case Fault::extension:
      return "it has an extension, which no text message reaches; leave it out";
    case Fault::not_a_number:
      return "write + and digits; spaces, dashes, dots and brackets are fine, letters are not";
  }
  std::unreachable();
}

/// As people dial it: what an emergency number may hold besides is not worth reading.
std::string dialled(std::string_view identity) {
  std::string digits;
  for (const char c : identity) {
    if (is_digit(c) || (c == '+' && digits.empty())) digits.push_back(c);
  }
  return digits;
}

std::unexpected<Error> emergency(std::string_view number) {
  return fail(
      "address.emergency",
      std::string(number) +
          " is an emergency number, here or in another country: people call it, and a relay "
          "never texts it; a person's own number is written as +1 202 555 0142");
}

}  // namespace

std::string_view channel_name(Channel channel) {
  switch (channel) {
    case Channel::sms:
      return "sms";
    case Channel::whatsapp:
      return "whatsapp";
    case Channel::rcs:
      return "rcs";
    case Channel::messenger:
      return "messenger";
  }
  std::unreachable();
}

Result<RealAddress> RealAddress::parse(std::string_view text, std::string_view default_region) {
  BAUTA_TRY(const auto split, split_channel(text));
  const auto [channel, identity] = split;
  if (identity.empty()) return fail("address.invalid", "the address is empty");
  if (channel == Channel::messenger) {
    if (!is_clean_identity(identity) || identity.contains(' ')) {
      return fail("address.invalid",
                  "messenger:…(" + std::to_string(identity.size()) +
                      "): a messenger identity has 1 to 128 characters, no spaces");
    }
    return RealAddress(channel, std::string(identity));
  }
  auto parsed = numbering_plan::parse(identity, default_region);
  if (!parsed.fault) return RealAddress(channel, std::move(parsed.e164));
  if (const auto number = dialled(identity); numbering_plan::is_emergency(number, default_region))
    return emergency(number);
  const auto digits = digits_in(identity);
  const bool is_national = *parsed.fault == Fault::country_unknown && !identity.contains('+') &&
                           digits >= numbering_plan::kDigitsMin && default_region.empty();
  return fail("address.invalid",
              masked_text(identity) + " is no telephone number that can be texted: " +
                  help_for(*parsed.fault, parsed.shape, digits) +
                  (is_national ? "; as its own country writes it, it takes the service's "
                                 "default_region"
                               : ""));
}

Result<RealAddress> RealAddress::from_carrier(std::string_view text) {
  BAUTA_TRY(const auto split, split_channel(text));
  const auto [channel, identity] = split;
  if (!is_clean_identity(identity)) {
    return fail("address.invalid",
                "the sender is empty, longer than 128 octets, or holds control characters");
  }
  if (channel == Channel::messenger) return RealAddress(channel, std::string(identity));
  // The rest could not be told from a channel when it is read back.
  if (identity.contains(':')) return fail("address.invalid", "the sender holds a second colon");
  std::string_view digits = identity;
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  } else if (digits.starts_with("00")) {
    digits.remove_prefix(
        2);  // some write the international prefix for the plus; no number begins with a zero
  }
  std::string e164 = "+" + std::string(digits);
  return RealAddress(channel, is_e164(e164) ? std::move(e164) : std::string(identity));
}

std::string RealAddress::reveal_with_channel() const {
  if (channel_ == Channel::sms) return identity_;
  return std::string(channel_name(channel_)) + ":" + identity_;
}

std::string RealAddress::masked() const {
  const std::string prefix =
      channel_ == Channel::sms ? "" : std::string(channel_name(channel_)) + ":";
  if (is_e164(identity_)) return prefix + "+" + mask_digits(std::string_view(identity_).substr(1));
  return prefix + "…(" + std::to_string(identity_.size()) + ")";
}

void PrintTo(const RealAddress& address, std::ostream* out) { *out << address.masked(); }

Status check_may_take_seat(const RealAddress& address) {
  if (address.channel() == Channel::messenger) return {};
  const std::string& identity = address.reveal();
  if (numbering_plan::is_emergency(identity, {})) return emergency(identity);
  if (!is_e164(identity)) {
    return fail(
        "address.invalid",
        address.masked() +
            " is a short code or a sender's name: only a person's own telephone number can take a "
            "seat");
  }
  switch (numbering_plan::kind_of(identity)) {
    case Kind::premium:
    case Kind::shared_cost:
      return fail(
          "address.premium",
          address.masked() +
              " is a premium-rate or shared-cost number: texting it costs extra, so it cannot take "
              "a seat");
    case Kind::fixed:
    case Kind::mobile:
    case Kind::fixed_or_mobile:
    case Kind::toll_free:
    case Kind::other:
    case Kind::unknown:
      return {};
  }
  std::unreachable();
}

bool is_plausible_mobile(const RealAddress& address) {
  if (!is_e164(address.reveal())) return address.channel() == Channel::messenger;
  switch (numbering_plan::kind_of(address.reveal())) {
    case Kind::mobile:
    case Kind::fixed_or_mobile:
    case Kind::other:
    case Kind::unknown:
      return true;
    case Kind::fixed:
    case Kind::toll_free:
    case Kind::premium:
    case Kind::shared_cost:
      return false;
  }
  std::unreachable();
}

}  // namespace bauta
