#include "proxy/net/form.h"

#include <algorithm>

namespace bauta {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The octet that the two characters after the '%' at `text[at]` stand for; -1: none.
int octet_at(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string decode_field(std::string_view text) {
  std::string octets;
  octets.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      octets.push_back(' ');
    } else if (const int octet = text[i] == '%' ? octet_at(text, i) : -1; octet >= 0) {
      octets.push_back(static_cast<char>(octet));
      i += 2;
    } else {
      octets.push_back(text[i]);
    }
  }
  return octets;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void append_escaped(std::string& out, char c) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto octet = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kHex[octet >> 4]);
  out.push_back(kHex[octet & 15]);
}

void append_field(std::string& out, std::string_view field) {
  for (const char c : field) {
    if (c == ' ') {
      out.push_back('+');
    } else if (is_alphanumeric(c) || std::string_view("*-._").contains(c)) {
      out.push_back(c);
    } else {
      append_escaped(out, c);
    }
  }
}

}  // namespace

Form decode_form(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const auto field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), field.size() + 1));
    if (field.empty()) continue;
    const auto equals = field.find('=');
    const auto value =
        equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1);
    form.emplace_back(decode_field(field.substr(0, equals)), decode_field(value));
  }
  return form;
}

std::string encode_form(const Form& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    if (!text.empty()) text.push_back('&');
    append_field(text, name);
    text.push_back('=');
    append_field(text, value);
  }
  return text;
}

std::optional<std::string_view> form_value(const Form& form, std::string_view name) {
  const auto found = std::ranges::find(
      form, name, [](const auto& field) { return std::string_view(field.first); });
  if (found == form.end()) return std::nullopt;
  return found->second;
}

std::string percent_encode(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    if (is_alphanumeric(c) || std::string_view("-._~").contains(c)) {
      text.push_back(c);
    } else {
      append_escaped(text, c);
    }
  }
  return text;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string octets;
  octets.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      octets.push_back(text[i]);
      continue;
    }
    const int octet = octet_at(text, i);
    if (octet < 0) return fail("http.malformed", "a '%' is not followed by two hex digits");
    octets.push_back(static_cast<char>(octet));
    i += 2;
  }
  return octets;
}

}  // namespace bauta
