#include "routing/text/message_text.h"

#include <cstdint>
#include <ostream>
#include <utility>

#include "routing/text/utf8.h"

namespace bauta {

Result<MessageText> MessageText::parse(std::string_view utf8) {
  if (utf8.size() > kOctetsMax)
    return fail("text.too_long", "the text has " + std::to_string(utf8.size()) +
                                     " octets, at most " + std::to_string(kOctetsMax) +
                                     " are taken; send it in several messages");
  for (std::size_t at = 0; at < utf8.size();) {
    const auto step = utf8::read(utf8.substr(at));
    if (!step.scalar)
      return fail("text.not_utf8",
                  "the text is no UTF-8 at octet " + std::to_string(at) + "; encode it as UTF-8");
    at += step.octets;
  }
  return MessageText(std::string(utf8));
}

MessageText MessageText::from_carrier(std::string_view octets) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
  std::string text;
  text.reserve(octets.size());
  for (std::size_t at = 0; at < octets.size();) {
    const auto step = utf8::read(octets.substr(at));
    const auto character = step.scalar ? octets.substr(at, step.octets) : kReplacement;
    if (text.size() + character.size() > kOctetsMax) break;
    text += character;
    at += step.octets;
  }
  return MessageText(std::move(text));
}

void PrintTo(const MessageText& text, std::ostream* out) {
  *out << "text of " << text.reveal().size() << " octets";
}

}  // namespace bauta
