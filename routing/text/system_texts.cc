#include "routing/text/system_texts.h"

#include <algorithm>
#include <utility>

namespace bauta {
namespace {

/// Carriers want to read who speaks, and how one gets out.
std::string_view in_english(SystemText which) {
  switch (which) {
    case SystemText::conversation_ended:
      return "This conversation has ended, your message was not delivered.";
    case SystemText::stop_confirmed:
      return "You will get no more messages. Reply START to get them again.";
    case SystemText::start_confirmed:
      return "You get messages again. Reply STOP to end them.";
    case SystemText::no_pictures:
      return "Pictures cannot be passed on here. Please send text only.";
    case SystemText::help:
      return "You can write to the other person here; both numbers stay private. Reply STOP to "
             "end.";
    case SystemText::cannot_be_reached:
      return "The other person cannot be reached here, your message was not delivered.";
    case SystemText::no_conversation:
      return "There is no conversation here, your message was not delivered.";
  }
  std::unreachable();
}

std::string_view in_german(SystemText which) {
  switch (which) {
    case SystemText::conversation_ended:
      return "Diese Unterhaltung ist beendet, Ihre Nachricht wurde nicht zugestellt.";
    case SystemText::stop_confirmed:
      return "Sie erhalten keine Nachrichten mehr. Mit START erhalten Sie wieder welche.";
    case SystemText::start_confirmed:
      return "Sie erhalten wieder Nachrichten. Mit STOPP beenden Sie das.";
    case SystemText::no_pictures:
      return "Bilder können hier nicht weitergegeben werden. Bitte senden Sie nur Text.";
    case SystemText::help:
      return "Hier schreiben Sie der anderen Person; beide Nummern bleiben geheim. Mit STOPP "
             "beenden "
             "Sie das.";
    case SystemText::cannot_be_reached:
      return "Die andere Person ist hier nicht erreichbar, Ihre Nachricht wurde nicht zugestellt.";
    case SystemText::no_conversation:
      return "Hier gibt es keine Unterhaltung, Ihre Nachricht wurde nicht zugestellt.";
  }
  std::unreachable();
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
    case SystemText::help:
      return "help";
    case SystemText::cannot_be_reached:
      return "cannot_be_reached";
    case SystemText::no_conversation:
      return "no_conversation";
  }
  std::unreachable();
}

std::optional<SystemText> parse_system_text(std::string_view name) {
  const auto* const found = std::ranges::find(kSystemTexts, name, system_text_name);
  return found == kSystemTexts.end() ? std::nullopt : std::optional(*found);
}

bool speaks(std::string_view language) { return language == "en" || language == "de"; }

MessageText system_text(SystemText which, std::string_view language, std::string_view service) {
  const std::string who = service.empty() ? "" : std::string(service) + ": ";
  return MessageText::from_carrier(
      who + std::string(language == "de" ? in_german(which) : in_english(which)));
}

MessageText worded(std::string_view words, std::string_view service) {
  constexpr std::string_view kPlace = "{service}";
  std::string text(words);
  for (auto at = text.find(kPlace); at != std::string::npos;
       at = text.find(kPlace, at + service.size()))
    text.replace(at, kPlace.size(), service);
  return MessageText::from_carrier(text);
}

}  // namespace bauta
