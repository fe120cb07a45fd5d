#include "proxy/demo/phones.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace bauta {
namespace {

constexpr std::size_t kPhoneColumns = 38;
constexpr std::size_t kScreenColumns = kPhoneColumns - 2;
constexpr std::size_t kBubbleColumns = 25;
constexpr std::size_t kGapColumns = 4;
constexpr std::size_t kRowsMin = 8;

/// A character's octets at the front of `utf8`, which is not empty; a stray octet is one of its own.
std::pair<char32_t, std::size_t> first_character(std::string_view utf8) {
  const auto lead = static_cast<unsigned char>(utf8.front());
  const std::size_t size = lead < 0x80    ? 1
                           : lead >= 0xf0 ? 4
                           : lead >= 0xe0 ? 3
                           : lead >= 0xc0 ? 2
                                          : 1;
  if (size == 1 || size > utf8.size()) return {lead, 1};
  char32_t value = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    value = (value << 6) | (static_cast<unsigned char>(utf8[i]) & 0x3fU);
  }
  return {value, size};
}

std::size_t columns_of_character(char32_t c) {
  const bool joins = c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0x300 && c <= 0x36f) ||
                     (c >= 0x1f3fb && c <= 0x1f3ff);
  if (joins) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
  return wide ? 2 : 1;
}

std::string repeat(std::string_view what, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += what;
  return all;
}

std::string padded(std::string text, std::size_t columns) {
  const auto taken = columns_of(text);
  if (taken < columns) text.append(columns - taken, ' ');
  return text;
}

std::string centred(const std::string& text, std::size_t columns) {
  const auto taken = std::min(columns_of(text), columns);
  return padded(std::string((columns - taken) / 2, ' ') + text, columns);
}

class Pen {
 public:
  explicit Pen(bool colours) : colours_(colours) {}
  std::string dim(const std::string& text) const { return paint("2", text); }
  std::string bold(const std::string& text) const { return paint("1", text); }
  std::string mine(const std::string& text) const { return paint("32", text); }
  std::string theirs(const std::string& text) const { return paint("36", text); }

 private:
  std::string paint(const char* code, const std::string& text) const {
    return colours_ ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
  bool colours_;
};

/// A text's rows on the screen, each kScreenColumns wide.
void draw_text(std::vector<std::string>& rows, const ShownText& shown, const Pen& pen) {
  const auto lines = wrap(shown.text, kBubbleColumns);
  const auto foot = shown.mine ? shown.time + " " + shown.ticks : shown.time;
  std::size_t width = columns_of(foot);
  for (const auto& line : lines) width = std::max(width, columns_of(line));

  std::vector<std::string> bubble;
  bubble.push_back("╭" + repeat("─", width + 2) + "╮");
  for (const auto& line : lines) bubble.push_back("│ " + padded(line, width) + " │");
  bubble.push_back("│ " + std::string(width - columns_of(foot), ' ') + foot + " │");
  bubble.push_back("╰" + repeat("─", width + 2) + "╯");
  const std::string margin(kScreenColumns - 1 - (width + 4), ' ');
  for (const auto& line : bubble) {
    rows.push_back(shown.mine ? margin + pen.mine(line) + " " : " " + pen.theirs(line) + margin);
  }
}

std::vector<std::string> draw_phone(const ShownPhone& phone, std::size_t screen_rows,
                                    const Pen& pen) {
  std::vector<std::string> screen;
  for (const auto& text : phone.texts) draw_text(screen, text, pen);
  screen.resize(std::max(screen_rows, screen.size()), std::string(kScreenColumns, ' '));

  std::vector<std::string> rows;
  rows.push_back(pen.bold(centred(phone.owner, kPhoneColumns)));
  rows.push_back(pen.dim(centred(phone.number, kPhoneColumns)));
  rows.push_back("╭" + repeat("─", kScreenColumns) + "╮");
  rows.push_back("│" + pen.bold(centred("‹ " + phone.thread, kScreenColumns)) + "│");
  rows.push_back("├" + repeat("─", kScreenColumns) + "┤");
  for (const auto& row : screen) rows.push_back("│" + row + "│");
  rows.push_back("├" + repeat("─", kScreenColumns) + "┤");
  rows.push_back("│" + pen.dim(padded("  Text message", kScreenColumns)) + "│");
  rows.push_back("╰" + repeat("─", kScreenColumns) + "╯");
  return rows;
}

std::size_t rows_needed(const ShownPhone& phone) {
  std::size_t rows = 0;
  for (const auto& text : phone.texts) rows += wrap(text.text, kBubbleColumns).size() + 3;
  return rows;
}

}  // namespace

std::size_t columns_of(std::string_view utf8) {
  std::size_t columns = 0;
  while (!utf8.empty()) {
    const auto [character, size] = first_character(utf8);
    columns += columns_of_character(character);
    utf8.remove_prefix(size);
  }
  return columns;
}

std::vector<std::string> wrap(std::string_view utf8, std::size_t columns) {
  std::vector<std::string> lines(1);
  const auto add_word = [&](std::string_view word) {
    const auto needed = columns_of(word);
    if (!lines.back().empty() && columns_of(lines.back()) + 1 + needed <= columns) {
      lines.back() += ' ';
      lines.back() += word;
      return;
    }
    if (!lines.back().empty()) lines.emplace_back();
    while (!word.empty()) {
      const auto [character, size] = first_character(word);
      if (columns_of(lines.back()) + columns_of_character(character) > columns)
        lines.emplace_back();
      lines.back() += word.substr(0, size);
      word.remove_prefix(size);
    }
  };
  while (!utf8.empty()) {
    const auto end = std::min(utf8.find_first_of(" \n"), utf8.size());
    if (end > 0) add_word(utf8.substr(0, end));
    if (end < utf8.size() && utf8[end] == '\n') lines.emplace_back();
    utf8.remove_prefix(std::min(end + 1, utf8.size()));
  }
  return lines;
}

std::string spaced(std::string_view e164) {
  const auto part = [&](std::size_t from, std::size_t size) {
    return std::string(e164.substr(from, size));
  };
  if (e164.starts_with("+1") && e164.size() == 12) {
    return "+1 " + part(2, 3) + " " + part(5, 3) + " " + part(8, 4);
  }
  if (e164.starts_with("+4420") && e164.size() == 13) {
    return "+44 20 " + part(5, 4) + " " + part(9, 4);
  }
  return std::string(e164);
}

std::string draw_phones(const ShownPhone& left, const ShownPhone& right, bool colours) {
  const Pen pen(colours);
  const auto screen_rows = std::max({rows_needed(left), rows_needed(right), kRowsMin});
  const auto left_rows = draw_phone(left, screen_rows, pen);
  const auto right_rows = draw_phone(right, screen_rows, pen);
  std::string picture;
  for (std::size_t i = 0; i < left_rows.size(); ++i) {
    picture += left_rows[i] + std::string(kGapColumns, ' ') + right_rows[i] + "\n";
  }
  return picture;
}

}  // namespace bauta
