#pragma once

#include <optional>
#include <vector>

#include "pool/address/real_address.h"
#include "routing/text/message_text.h"

namespace bauta {

/// `text` with "***" for every one of `addresses` that stands in it, in whatever spelling people use: international or national, with spaces,
/// dots, dashes, brackets or slashes, in digits of other scripts, with the digits that some write and others don't (other_spellings), or
/// the last digits alone, as people of one area dial each other.  nullopt: none does, and the text is as it was, octet by octet.
/// Telephone numbers only: other identities are words that may mean anything.
std::optional<MessageText> mask_addresses(const MessageText& text,
                                          const std::vector<RealAddress>& addresses);

}  // namespace bauta
