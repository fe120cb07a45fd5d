#include "proxy/demo/phones.h"

#include <algorithm>

#include "proxy/demo/columns.h"

namespace bauta {
namespace {

constexpr std::size_t kPhoneColumns = 38;
constexpr std::size_t kScreenColumns = kPhoneColumns - 2;
constexpr std::size_t kBubbleColumns = 25;
constexpr std::size_t kGapColumns = 4;
constexpr std::size_t kRowsMin = 8;

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
