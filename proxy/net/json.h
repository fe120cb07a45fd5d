#pragma once

#include <json/forwards.h>

#include <memory>
#include <string>
#include <string_view>

namespace bauta {

/// JSON of somebody else's, read forgivingly, its depth limited.  Null: not a JSON object.
std::unique_ptr<Json::Value> read_foreign_json(std::string_view text);
/// JSON of our own: nothing after it, no comments, no name twice, UTF-8.  Null: not such an object.
std::unique_ptr<Json::Value> read_strict_json(std::string_view text);
std::string write_json(const Json::Value& value);

/// "" if there is no such string.
std::string string_in(const Json::Value& object, const char* name);
/// 0 if there is no such integer.
int int_in(const Json::Value& object, const char* name);

}  // namespace bauta
