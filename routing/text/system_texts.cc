#include "routing/text/system_texts.h"

#include <utility>

#include "storage/store/assert.h"

namespace bauta {
namespace {

MessageText ours(const std::string& text) {
  auto parsed = MessageText::parse(text);
  BAUTA_ASSERT(parsed.has_value());
  return *std::move(parsed);
}

}  // namespace

std::string_view system_text_name(SystemText which) {
  switch (which) {
    case SystemText::conversation_ended:
      return "conversation_ended";
    case SystemText::stop_confirmed:
      return "stop_confirmed";
    case SystemText::start_confirmed:
      return "start_confirmed";
    case SystemText::no_pictures:
      return "no_pictures";
  }
  std::unreachable();
}

MessageText system_text(SystemText which, std::string_view service) {
  // Carriers want to read who speaks; each of these fits one SMS with a name of 40 characters of the default alphabet.
  const std::string who = service.empty() ? "" : std::string(service) + ": ";
  switch (which) {
    case SystemText::conversation_ended:
      return ours(who + "This conversation has ended, your message was not delivered.");
    case SystemText::stop_confirmed:
      return ours(who + "You will get no more messages. Reply START to get them again.");
    case SystemText::start_confirmed:
      return ours(who + "You get messages again. Reply STOP to end them.");
    case SystemText::no_pictures:
      return ours(who + "Pictures cannot be passed on here. Please send text only.");
  }
  std::unreachable();
}

}  // namespace bauta
