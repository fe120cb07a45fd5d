#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// What people say to each other: valid UTF-8, kept as it came.  No formatter and no `<<`, so that logging one does not compile.
class MessageText {
 public:
  /// The longest text that is taken in, in octets of UTF-8: ten times the longest that a carrier delivers joined (1,600 characters).
  static constexpr std::size_t kOctetsMax = 16'384;

  MessageText() = default;
  /// Codes: text.not_utf8, text.too_long.
  static Result<MessageText> parse(std::string_view utf8);
  /// What a carrier delivered: octets that are no UTF-8 (a cut-off emoji) become U+FFFD, what is beyond kOctetsMax is cut at a
  /// character, so that no text is lost for its form.
  static MessageText from_carrier(std::string_view octets);

  const std::string& reveal() const { return utf8_; }
  bool empty() const { return utf8_.empty(); }

  friend bool operator==(const MessageText&, const MessageText&) = default;

 private:
  explicit MessageText(std::string utf8) : utf8_(std::move(utf8)) {}
  std::string utf8_;
};

void PrintTo(const MessageText& text, std::ostream* out);

}  // namespace bauta
