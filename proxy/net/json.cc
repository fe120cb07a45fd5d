#include "proxy/net/json.h"

#include <json/reader.h>
#include <json/value.h>
#include <json/writer.h>

namespace bauta {
namespace {

constexpr int kDepthMax = 32;

std::unique_ptr<Json::Value> read_object(std::string_view text,
                                         const Json::CharReaderBuilder& builder) {
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  auto value = std::make_unique<Json::Value>();
  try {
    if (!reader->parse(text.data(), text.data() + text.size(), value.get(), nullptr))
      return nullptr;
  } catch (const std::exception&) {
    return nullptr;  // too deep
  }
  return value->isObject() ? std::move(value) : nullptr;
}

}  // namespace

std::unique_ptr<Json::Value> read_foreign_json(std::string_view text) {
  Json::CharReaderBuilder builder;
  builder["stackLimit"] = kDepthMax;
  builder["collectComments"] = false;
  return read_object(text, builder);
}

std::unique_ptr<Json::Value> read_strict_json(std::string_view text) {
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["stackLimit"] = kDepthMax;
  return read_object(text, builder);
}

std::string write_json(const Json::Value& value) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  builder["emitUTF8"] = true;
  return Json::writeString(builder, value);
}

std::string string_in(const Json::Value& object, const char* name) {
  const auto& member = object[name];
  return member.isString() ? member.asString() : "";
}

int int_in(const Json::Value& object, const char* name) {
  const auto& member = object[name];
  return member.isInt() ? member.asInt() : 0;
}

}  // namespace bauta
