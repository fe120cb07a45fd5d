#include "routing/consent/keywords.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace bauta {
namespace {

// CTIA's and the FCC's words, and life.md's list.
constexpr std::array kStopWords = {"stop",    "stopall", "unsubscribe", "revoke",   "optout",
                                   "opt out", "opt-out", "stopp",       "abmelden", "abbestellen"};
// Carriers in the +1 zone act on these whatever we do; elsewhere they are ordinary words.
constexpr std::array kStopWordsOfZone1 = {"end", "cancel", "quit"};
constexpr std::array kStartWords = {"start", "yes", "unstop", "starten", "ja"};
constexpr std::array kHelpWords = {"help", "info", "hilfe"};

// What phones and people put around a word, in UTF-8.
constexpr auto kAround = std::to_array<std::string_view>(
    {// Spaces; the narrow no-break one is what French keyboards put before "!".
     " ", "\t", "\r", "\n", "\u00a0", "\u202f", "\u3000",
     // Punctuation and brackets.
     ".", "!", "?", ",", ";", ":", "\u2026", "\u3002", "(", ")", "[", "]", "{", "}",
     // Quotes: straight, raised, lowered, reversed, angled, and those of East Asia.
     "\"", "'", "`", "\u00b4", "\u2018", "\u2019", "\u201a", "\u201b", "\u201c", "\u201d", "\u201e",
     "\u201f", "\u2039", "\u203a", "\u00ab", "\u00bb", "\u2032", "\u2033", "\u300c", "\u300d",
     "\u300e", "\u300f", "\uff02", "\uff07",
     // Zero-width: nobody sees them, and keyboards and copied texts bring them along.
     "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff",
     // Direction marks, embeddings and isolates.
     "\u200e", "\u200f", "\u061c", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066",
     "\u2067", "\u2068", "\u2069"});

std::string_view trim(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    for (const auto around : kAround) {
      while (text.starts_with(around)) {
        text.remove_prefix(around.size());
        again = true;
      }
      while (text.ends_with(around)) {
        text.remove_suffix(around.size());
        again = true;
      }
    }
  }
  return text;
}

template <class Words>
bool holds(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

std::optional<Keyword> keyword_in(const MessageText& text, const VirtualNumber& number) {
  const auto trimmed = trim(text.reveal());
  // The longest keyword is far shorter: a long text costs nothing.
  if (trimmed.empty() || trimmed.size() > 16) return std::nullopt;
  // All keywords are ASCII, so folding the ASCII letters is the whole of case folding here.
  std::string word(trimmed);
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (holds(kStopWords, word)) return Keyword::stop;
  if (number.str().starts_with("+1") && holds(kStopWordsOfZone1, word)) return Keyword::stop;
  if (holds(kStartWords, word)) return Keyword::start;
  if (holds(kHelpWords, word)) return Keyword::help;
  return std::nullopt;
}

}  // namespace bauta
