#pragma once

#include <json/json.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "storage/store/result.h"

namespace bauta::api {

std::string string_of(std::string_view text);

/// RFC 8259 and nothing else: no comments, no text behind the value, no name twice in an object, no lone surrogates, UTF-8 only; nothing
/// deeper than `depth_max`.  The root is an object.  jsoncpp's exceptions end here.
/// Codes: json.malformed, json.not_utf8, json.too_deep, json.duplicate_name, json.not_an_object.
Result<Json::Value> parse_json(std::string_view body, std::size_t depth_max);

std::string write_json(const Json::Value& value);

bool is_utf8(std::string_view octets);
/// Of valid UTF-8.
std::size_t count_characters(std::string_view utf8);

}  // namespace bauta::api
