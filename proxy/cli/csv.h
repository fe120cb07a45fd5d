#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store/result.h"

namespace bauta {

struct CsvRecord {
  /// Where it begins, from 1.
  std::size_t line = 1;
  std::vector<std::string> fields = {};
};

/// RFC 4180, with any line ends: fields in quotes may hold commas, line ends and doubled quotes.  Blanks around a field that is not quoted,
/// empty lines and a byte order mark are left out.
/// Codes: csv.malformed (a quote that is not closed, or stands where none may), csv.not_utf8.
Result<std::vector<CsvRecord>> read_csv(std::string_view text);

}  // namespace bauta
