#include "routing/outbox/own_words.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "routing/outbox/ending.h"

namespace bauta {
namespace {

Key automatic_answer_key(const VirtualNumber& number, PersonHash person) {
  return Key("auto").text(number.str()).id(person);
}

/// On disk: milliseconds in decimal.
TimePoint time_in(const std::string& value) {
  std::int64_t ms = 0;
  std::from_chars(value.data(), value.data() + value.size(), ms);
  return from_millis(ms);
}

/// "de" of "de-AT".
std::string primary(std::string_view tag) {
  std::string language(tag.substr(0, tag.find('-')));
  std::ranges::transform(language, language.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return language;
}

/// Where nobody said which: of the calling code, where one language has it for itself.
std::string_view language_of_country(const RealAddress& address) {
  constexpr std::array<std::string_view, 3> kGerman = {"+49", "+43", "+423"};
  const auto& identity = address.reveal();
  const bool german = std::ranges::any_of(
      kGerman, [&](std::string_view code) { return identity.starts_with(code); });
  return german ? "de" : "";
}

const OwnText* own_text(const ServiceSettings& settings, SystemText what,
                        std::string_view language) {
  const auto found = std::ranges::find_if(settings.texts, [&](const OwnText& own) {
    return own.name == system_text_name(what) && own.language == language;
  });
  return found == settings.texts.end() ? nullptr : &*found;
}

}  // namespace

Listener listener_at(const Seat& seat) {
  return {
      .to = seat.address, .person = seat.person, .from = seat.number, .language = seat.language};
}

MessageText words_for(const ServiceSettings& settings, SystemText what, const Listener& listener) {
  const std::array<std::string, 4> languages = {
      listener.language, primary(listener.language),
      std::string(listener.language.empty() ? language_of_country(listener.to) : ""),
      settings.language};
  for (const std::string& language : languages) {
    if (language.empty()) continue;
    if (const auto* const own = own_text(settings, what, language))
      return worded(own->text, settings.display_name);
    if (speaks(language)) return system_text(what, language, settings.display_name);
  }
  return system_text(what, "en", settings.display_name);
}

void OwnWords::say(Commit& commit, const Saying& saying) const {
  Message message{.id = MessageId::make(to_millis(saying.now), parts_.random),
                  .service = saying.service.id,
                  .origin = Origin::system,
                  .text = words_for(saying.service.settings, saying.what, saying.listener),
                  .received_at = saying.now,
                  .recipients = {SeatId()},
                  .system_text = saying.what};
  const auto segmentation = segment(message.text);
  const Delivery delivery{.service = message.service,
                          .message = message.id,
                          .to = saying.listener.to,
                          .person = saying.listener.person,
                          .from = saying.listener.from,
                          .deadline = saying.now + saying.service.settings.deadline_seconds,
                          .received_at = saying.now,
                          .updated_at = saying.now,
                          .segments = segmentation.segments,
                          .encoding = segmentation.encoding,
                          .despite_stop = saying.despite_stop};
  enqueue(commit, message, {delivery}, expiry_of(delivery));
}

Task<Status> OwnWords::say_once_a_day(Commit& commit, Saying saying) const {
  const auto key = automatic_answer_key(saying.listener.from, saying.listener.person);
  BAUTA_CO_TRY(const auto last, co_await parts_.store.get(key));
  if (last && saying.now < time_in(last->value) + parts_.limits.automatic_answer)
    co_return Status();
  commit.expect(key, last ? last->version : kAbsent);
  commit.put(key, std::to_string(to_millis(saying.now)),
             saying.now + parts_.limits.automatic_answer);
  say(commit, saying);
  co_return Status();
}

}  // namespace bauta
