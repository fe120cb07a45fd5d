#include "proxy/cli/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proxy/api/json.h"

namespace bauta {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t";

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::vector<CsvRecord>> read() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      BAUTA_TRY(auto record, read_record());
      const bool is_blank = record.fields.size() == 1 && record.fields[0].empty();
      if (!is_blank) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  Result<CsvRecord> read_record() {
    CsvRecord record{.line = line_};
    for (;;) {
      BAUTA_TRY(auto field, read_field());
      record.fields.push_back(std::move(field));
      if (!take(",")) break;
    }
    end_line();
    return record;
  }

  Result<std::string> read_field() {
    skip_blanks();
    if (take("\"")) return read_quoted();
    const auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    const auto field = text_.substr(at_, end - at_);
    if (field.contains('"'))
      return malformed(line_, "a quote in the middle of a field: put all of it in quotes");
    at_ = end;
    return trimmed(field);
  }

  Result<std::string> read_quoted() {
    const auto began = line_;
    std::string field;
    while (at_ < text_.size()) {
      if (take("\"\"")) {
        field += '"';
        continue;
      }
      if (take("\"")) {
        skip_blanks();
        const bool ends = at_ == text_.size() || std::string_view(",\r\n").contains(text_[at_]);
        if (!ends) return malformed(line_, "something behind a closing quote");
        return field;
      }
      if (text_[at_] == '\n') ++line_;
      field += text_[at_++];
    }
    return malformed(began, "a quote that is not closed");
  }

  static std::unexpected<Error> malformed(std::size_t line, std::string_view what) {
    return fail("csv.malformed", fmt::format("line {}: {}", line, what));
  }
  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && kBlanks.contains(text_[at_])) ++at_;
  }
  void end_line() {
    if (take("\r\n") || take("\n") || take("\r")) ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRecord>> read_csv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!api::is_utf8(text)) return fail("csv.not_utf8", "the file holds octets that are no UTF-8");
  return Reader(text).read();
}

}  // namespace bauta
