#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "routing/text/message_text.h"

namespace bauta {

/// What Bauta itself says to people.  On disk by name: never rename.
enum class SystemText : std::uint8_t {
  conversation_ended,
  stop_confirmed,
  start_confirmed,
  no_pictures
};
std::string_view system_text_name(SystemText which);

/// The text in English.  `service` is the name that people know ("Harbour Stays"); "" leaves it out.
MessageText system_text(SystemText which, std::string_view service);

}  // namespace bauta
