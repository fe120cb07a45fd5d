#include "proxy/cli/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/demo/columns.h"
#include "routing/text/utf8.h"

namespace bauta {
namespace {

constexpr std::string_view kGap = "  ";

/// Controls of C0 and C1, and what turns the direction of writing (Unicode 15, UAX 9).
bool is_dangerous(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0x061C ||
         c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

std::string padding(std::size_t width, std::string_view text) {
  const auto taken = columns_of(text);
  return std::string(width > taken ? width - taken : 0, ' ');
}

std::string join(const Json::Value& list) {
  std::string joined;
  for (const auto& item : list) joined.append(joined.empty() ? "" : ",").append(cell_of(item));
  return joined.empty() ? "-" : joined;
}

std::string join_members(const Json::Value& object) {
  std::string joined;
  for (const auto& name : object.getMemberNames()) {
    joined.append(joined.empty() ? "" : " ").append(printable(name)).append("=");
    joined.append(cell_of(object[name]));
  }
  return joined.empty() ? "-" : joined;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto step = utf8::read(text);
    const auto octets = text.substr(0, step.octets);
    if (!step.scalar) {
      shown += "\uFFFD";
    } else if (*step.scalar == '\n') {
      shown += "\\n";
    } else if (is_dangerous(*step.scalar)) {
      shown += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(*step.scalar));
    } else {
      shown += octets;
    }
    text.remove_prefix(step.octets);
  }
  return shown;
}

std::string cell_of(const Json::Value& value) {
  if (value.isString()) {
    const auto text = value.asString();
    return text.empty() ? "-" : printable(text);
  }
  if (value.isBool()) return value.asBool() ? "yes" : "no";
  if (value.type() == Json::realValue) return fmt::format("{:g}", value.asDouble());
  if (value.isIntegral()) return value.asString();
  if (value.isArray()) return join(value);
  if (value.isObject()) return join_members(value);
  return "-";
}

const Json::Value& value_at(const Json::Value& item, std::string_view path) {
  const Json::Value* value = &item;
  while (!path.empty()) {
    const auto name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (!value->isObject()) return Json::Value::nullSingleton();
    value = &(*value)[std::string(name)];
  }
  return *value;
}

std::string Table::draw(const Json::Value& items) {
  std::vector<std::vector<std::string>> rows;
  if (widths_.empty()) {
    widths_.resize(columns_.size());
    auto& head = rows.emplace_back();
    for (const auto& column : columns_) head.emplace_back(column.title);
  }
  for (const auto& item : items) {
    auto& row = rows.emplace_back();
    for (const auto& column : columns_) row.push_back(column.text(value_at(item, column.path)));
  }
  std::string drawn;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths_[i] = std::max(widths_[i], columns_of(row[i]));
  }
  for (const auto& row : rows) drawn += draw_row(row);
  return drawn;
}

std::string Table::draw_row(const std::vector<std::string>& cells) const {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto blanks = padding(widths_[i], cells[i]);
    if (i > 0) row += kGap;
    row += columns_[i].align == Align::right ? blanks + cells[i] : cells[i] + blanks;
  }
  row.resize(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string draw_fields(std::span<const std::string_view> fields, const Json::Value& item) {
  std::size_t width = 0;
  for (const auto field : fields) width = std::max(width, field.size());
  std::string drawn;
  for (const auto field : fields) {
    drawn += fmt::format("{:<{}}{}{}\n", field, width, kGap, cell_of(value_at(item, field)));
  }
  return drawn;
}

}  // namespace bauta
