#include <fmt/format.h>
#include <json/value.h>
#include <json/writer.h>

#include <string>
#include <string_view>

#include "proxy/config/config.h"
#include "proxy/config/settings.h"

namespace bauta {
namespace {

std::string_view when_taken_up(bool is_live) {
  return is_live ? "SIGHUP takes up a change." : "A change needs a restart.";
}

std::string_view type_of(SettingKind kind) {
  switch (kind) {
    case SettingKind::text:
      return "text";
    case SettingKind::integer:
      return "integer";
    case SettingKind::path:
      return "path";
    case SettingKind::texts:
      return "texts";
    case SettingKind::truth:
      return "boolean";
  }
  return "";
}

Json::Value words_or_null(std::string_view words) {
  return words.empty() ? Json::Value() : Json::Value(std::string(words));
}

Json::Value described(const Setting& setting) {
  Json::Value json(Json::objectValue);
  json["name"] = fmt::format("{}.{}", setting.section, setting.name);
  json["type"] = std::string(type_of(setting.kind));
  json["unit"] = is_secret(setting) ? Json::Value() : words_or_null(setting.unit);
  json["default"] = words_or_null(setting.fallback);
  const bool has_range = setting.kind == SettingKind::integer;
  json["min"] = has_range ? Json::Value(Json::Int64(setting.min)) : Json::Value();
  json["max"] = has_range ? Json::Value(Json::Int64(setting.max)) : Json::Value();
  json["secret"] = is_secret(setting);
  json["live"] = setting.is_live;
  json["environment"] = environment_name(setting);
  json["about"] = std::string(setting.sentence);
  return json;
}

Json::Value described(const ConnectionSetting& setting) {
  Json::Value json(Json::objectValue);
  json["name"] = fmt::format("connections.{}", setting.name);
  json["connection_type"] = words_or_null(setting.type);
  json["required"] = setting.required;
  json["default"] = words_or_null(setting.fallback);
  json["secret"] = setting.is_secret;
  json["live"] = setting.is_live;
  json["about"] = std::string(setting.sentence);
  return json;
}

}  // namespace

std::string config_reference() {
  std::string page;
  std::string_view section;
  for (const auto& setting : settings()) {
    if (section != setting.section)
      page += fmt::format("{}[{}]\n", section.empty() ? "" : "\n", setting.section);
    section = setting.section;
    const auto shown = setting.kind == SettingKind::texts ? std::string("[]")
                       : setting.fallback.empty()         ? std::string("none")
                       : setting.kind == SettingKind::integer || setting.kind == SettingKind::truth
                           ? std::string(setting.fallback)
                           : fmt::format("\"{}\"", setting.fallback);
    page += fmt::format("{} = {}\n    {}\n", setting.name, shown, setting.sentence);
    if (setting.kind == SettingKind::integer) {
      page += fmt::format("    whole number{}{}, {} to {}.  ", setting.unit.empty() ? "" : " of ",
                          setting.unit, setting.min, setting.max);
    } else if (setting.kind == SettingKind::truth) {
      page += "    true or false.  ";
    } else if (setting.kind == SettingKind::texts) {
      page += "    list of texts; with commas between them in the environment.  ";
    } else {
      page += fmt::format(
          "    {}.  ", setting.kind == SettingKind::path ? "path, relative to the file" : "text");
      if (is_secret(setting)) page += fmt::format("Also as {}_file.  ", setting.name);
    }
    page += fmt::format("Environment: {}.  {}\n", environment_name(setting),
                        when_taken_up(setting.is_live));
  }
  page += "\n[[connections]]\n";
  for (const auto& setting : connection_settings()) {
    page += fmt::format("{}{}{}\n    {}\n", setting.name, setting.required ? " (required)" : "",
                        setting.type.empty() ? "" : fmt::format(" (type {})", setting.type),
                        setting.sentence);
    page += fmt::format("    {}{}\n",
                        setting.is_secret ? fmt::format("Also as {}_file.  ", setting.name) : "",
                        when_taken_up(setting.is_live));
  }
  return page;
}

std::string config_reference_json() {
  Json::Value page(Json::objectValue);
  for (const auto& setting : settings()) page["settings"].append(described(setting));
  for (const auto& setting : connection_settings()) page["connections"].append(described(setting));
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  builder["emitUTF8"] = true;
  return Json::writeString(builder, page);
}

}  // namespace bauta
