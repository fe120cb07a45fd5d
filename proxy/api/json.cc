#include "proxy/api/json.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "routing/text/utf8.h"

namespace bauta::api {
namespace {

std::string place(std::size_t line, std::size_t column) {
  return ": look at line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Where jsoncpp stopped (its first line is "* Line 1, Column 18").  Its words quote the body, which may hold addresses: they stay here.
std::string place_in(const std::string& why) {
  unsigned line = 0;
  unsigned column = 0;
  if (std::sscanf(why.c_str(), "* Line %u, Column %u", &line, &column) != 2) return "";
  return place(line, column);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What jsoncpp lets through although it is no JSON, or answers by an exception: found before it reads.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t depth_max) : text_(text), depth_max_(depth_max) {}

  Status scan() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        BAUTA_CHECK(scan_string());
        continue;
      }
      if (c == '-' || is_digit(c)) {
        BAUTA_CHECK(scan_number());
        continue;
      }
      if (c == '[' || c == '{') {
        if (++depth > depth_max_) {
          return fail("json.too_deep", "the body nests deeper than " + std::to_string(depth_max_) +
                                           " arrays and objects");
        }
      } else if (c == ']' || c == '}') {
        if (depth == 0) return malformed(at_, "a bracket that closes nothing");
        --depth;
      } else if (!std::string_view(" \t\r\n,:truefalsn").contains(c)) {
        return malformed(at_, "an unexpected character");
      }
      ++at_;
    }
    return {};
  }

 private:
  /// With the place as jsoncpp counts it: lines and octets of a line from 1.
  std::unexpected<Error> malformed(std::size_t at, std::string_view what) const {
    const auto before = text_.substr(0, at);
    const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
    const auto line_end = before.rfind('\n');
    const auto column = line_end == std::string_view::npos ? at + 1 : at - line_end;
    return fail("json.malformed",
                "the body is no JSON (RFC 8259): " + string_of(what) + place(line, column));
  }

  std::optional<unsigned> hex4(std::size_t at) const {
    if (at + 4 > text_.size()) return std::nullopt;
    unsigned value = 0;
    for (const char c : text_.substr(at, 4)) {
      const auto digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(c);
      if (digit == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(digit % 16);
    }
    return value;
  }

  Status scan_escape() {
    if (at_ + 1 >= text_.size()) return malformed(at_, "an escape that breaks off");
    if (text_[at_ + 1] != 'u') {
      if (!std::string_view("\"\\/bfnrt").contains(text_[at_ + 1]))
        return malformed(at_, "an unknown escape");
      at_ += 2;
      return {};
    }
    const auto unit = hex4(at_ + 2);
    if (!unit) return malformed(at_, "\\u without four hex digits");
    const auto is_low = [](unsigned u) { return u >= 0xDC00 && u <= 0xDFFF; };
    if (is_low(*unit)) return malformed(at_, "half a surrogate pair");
    if (*unit >= 0xD800 && *unit <= 0xDBFF) {
      const auto low = text_.substr(at_ + 6, 2) == "\\u" ? hex4(at_ + 8) : std::nullopt;
      if (!low || !is_low(*low)) return malformed(at_, "half a surrogate pair");
      at_ += 6;
    }
    at_ += 6;
    return {};
  }

  Status scan_string() {
    const std::size_t start = at_++;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      if (static_cast<unsigned char>(c) < 0x20)
        return malformed(at_, "a control character that is not escaped");
      if (c == '\\') {
        BAUTA_CHECK(scan_escape());
      } else {
        ++at_;
      }
    }
    return malformed(start, "a string without end");
  }

  bool skip_digits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > start;
  }

  Status scan_number() {
    const std::size_t start = at_;
    if (text_[at_] == '-') ++at_;
    const bool leads_with_zero = text_.substr(at_).starts_with('0');
    const std::size_t whole = at_;
    if (!skip_digits() || (leads_with_zero && at_ - whole > 1))
      return malformed(start, "a number that is none");
    if (text_.substr(at_).starts_with('.')) {
      ++at_;
      if (!skip_digits()) return malformed(start, "a number that is none");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!skip_digits()) return malformed(start, "a number that is none");
    }
    return {};
  }

  std::string_view text_;
  std::size_t depth_max_;
  std::size_t at_ = 0;
};

}  // namespace

std::string string_of(std::string_view text) { return std::string(text); }

bool is_utf8(std::string_view octets) {
  while (!octets.empty()) {
    const auto step = utf8::read(octets);
    if (!step.scalar) return false;
    octets.remove_prefix(step.octets);
  }
  return true;
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Result<Json::Value> parse_json(std::string_view body, std::size_t depth_max) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return fail("json.malformed", "the body is empty: it must be a JSON object");
  if (!is_utf8(body)) return fail("json.not_utf8", "the body holds octets that are no UTF-8");
  BAUTA_CHECK(Scanner(body, depth_max).scan());

  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["strictRoot"] = false;  // a lone number is JSON, and told apart below
  builder["skipBom"] = false;
  builder["stackLimit"] = static_cast<Json::UInt64>(depth_max + 2);
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  Json::Value value;
  std::string why;
  try {
    if (!reader->parse(body.data(), body.data() + body.size(), &value, &why)) {
      if (why.contains("Duplicate key"))
        return fail("json.duplicate_name",
                    "an object of the body has the same name twice" + place_in(why));
      return fail("json.malformed", "the body is no JSON (RFC 8259)" + place_in(why));
    }
  } catch (const Json::Exception&) {
    return fail("json.malformed", "the body is no JSON (RFC 8259)");
  }
  if (!value.isObject()) return fail("json.not_an_object", "the body must be one JSON object");
  return value;
}

std::string write_json(const Json::Value& value) {
  Json::StreamWriterBuilder writer;
  writer["indentation"] = "";
  writer["emitUTF8"] = true;
  writer["precision"] = 12;
  return Json::writeString(writer, value);
}

}  // namespace bauta::api
