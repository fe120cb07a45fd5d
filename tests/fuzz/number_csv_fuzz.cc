#include <json/value.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/api/json.h"
#include "proxy/cli/csv.h"
#include "proxy/cli/number_import.h"
#include "proxy/net/json.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string written(const std::vector<bauta::CsvRecord>& records) {
  std::string csv;
  for (const auto& record : records) {
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      csv += i == 0 ? "\"" : ",\"";
      for (const char c : record.fields[i])
        csv += c == '"' ? std::string("\"\"") : std::string(1, c);
      csv += '"';
    }
    csv += "\r\n";
  }
  return csv;
}

/// Lines are told by their places in the file, and what was read and written again reads as the same.
void check_csv(std::string_view text) {
  const auto records = bauta::read_csv(text);
  if (!records) return;
  const auto lines = 1 + static_cast<std::size_t>(std::ranges::count_if(
                             text, [](char c) { return c == '\n' || c == '\r'; }));
  std::size_t last = 0;
  for (const auto& record : *records) {
    require(record.line > last && record.line <= lines && !record.fields.empty());
    last = record.line;
  }
  const auto again = bauta::read_csv(written(*records));
  require(again && std::ranges::equal(*again, *records, {}, &bauta::CsvRecord::fields,
                                      &bauta::CsvRecord::fields));
}

/// One line must not spoil the batch that it is sent in: every body is JSON as the API reads it.
void check_numbers(std::string_view text) {
  const auto lines = bauta::read_numbers(text, "twilio");
  if (!lines) return require(bauta::api::is_utf8(lines.error().detail));
  for (const auto& [line, number] : *lines) {
    if (!number) {
      require(bauta::api::is_utf8(number.error().detail));
      continue;
    }
    const auto read = bauta::api::parse_json(bauta::write_json(*number), 8);
    require(read && *read == *number);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_csv(text);
  check_numbers(text);
  return 0;
}
