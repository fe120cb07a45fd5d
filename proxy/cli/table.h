#pragma once

#include <json/value.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// A value as people read it, on one line: "-" for null, a list's parts with commas between, an object's as name=value.
/// What would move a terminal's cursor or turn its writing round is shown as \x…: texts are strangers' words.
std::string cell_of(const Json::Value& value);
/// The same for words that are no JSON.
std::string printable(std::string_view text);

enum class Align { left, right };

/// One column of a table of JSON objects.
struct Column {
  std::string_view title;
  /// Where in an item its value stands; dots lead into objects: "locality.country".  "": the item itself.
  std::string_view path;
  std::string (*text)(const Json::Value& value) = cell_of;
  Align align = Align::left;
};

/// How one kind of thing is shown: many as a table, one with a line a field.
struct Shape {
  std::span<const Column> columns;
  std::span<const std::string_view> fields;
};

/// The value at a path; null if there is none.
const Json::Value& value_at(const Json::Value& item, std::string_view path);

/// Rows below a head, the columns aligned.  What comes later is aligned with what came first, as long as it fits.
class Table {
 public:
  explicit Table(std::span<const Column> columns) : columns_(columns) {}
  /// The lines of these items, the first time below the titles.
  std::string draw(const Json::Value& items);

 private:
  std::string draw_row(const std::vector<std::string>& cells) const;

  std::span<const Column> columns_;
  std::vector<std::size_t> widths_ = {};
};

/// A line a field: its name, and its value.
std::string draw_fields(std::span<const std::string_view> fields, const Json::Value& item);

}  // namespace bauta
