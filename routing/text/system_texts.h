#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "routing/text/message_text.h"

namespace bauta {

/// What Bauta itself says to people.  On disk and in the API by name: never rename.
enum class SystemText : std::uint8_t {
  conversation_ended,
  stop_confirmed,
  start_confirmed,
  no_pictures,
  help,
  cannot_be_reached,
  no_conversation
};
inline constexpr std::array kSystemTexts = {
    SystemText::conversation_ended, SystemText::stop_confirmed, SystemText::start_confirmed,
    SystemText::no_pictures,        SystemText::help,           SystemText::cannot_be_reached,
    SystemText::no_conversation};
std::string_view system_text_name(SystemText which);
std::optional<SystemText> parse_system_text(std::string_view name);

/// Does Bauta have words of its own in it?  `language`: its primary subtag (RFC 5646), lower case: "en", "de".
bool speaks(std::string_view language);

/// Bauta's own words, in English where it does not speak `language`.  `service` is the name that people know ("Harbour Stays"); "" leaves it
/// out.  Each fits one SMS with a name of 40 characters of the default alphabet.
MessageText system_text(SystemText which, std::string_view language, std::string_view service);

/// A platform's words: `{service}` in them is the name that people know.
MessageText worded(std::string_view words, std::string_view service);

}  // namespace bauta
