#pragma once

#include <cstdint>
#include <optional>

#include "pool/address/virtual_number.h"
#include "routing/text/message_text.h"

namespace bauta {

enum class Keyword : std::uint8_t { stop, start, help };

/// The keyword that `text` is, if the whole message is one: at both ends trimmed of spaces, quotes, brackets, `. ! ? , ; :` and of what nobody sees
/// (zero-width characters, direction marks), case-folded, never a substring ("please stop by at 5" is none).  On +1 numbers END, CANCEL and QUIT count too: carriers there act on them anyway.
/// What a keyword does is the ledger's to say: START and YES mean something only for someone who is out; HELP is
/// answered, and goes on to the others like any text.
std::optional<Keyword> keyword_in(const MessageText& text, const VirtualNumber& number);

}  // namespace bauta
