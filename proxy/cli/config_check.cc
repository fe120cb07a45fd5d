#include <fmt/format.h>
#include <json/value.h>

#include <string>

#include "proxy/cli/commands.h"
#include "proxy/cli/say.h"
#include "proxy/cli/tls_of.h"
#include "proxy/config/config.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

Status check(const std::filesystem::path& file) {
  BAUTA_TRY(const auto config, load_config(file));
  return check_certificates(config);
}

Json::Value fault_json(const FieldFault& fault) {
  Json::Value json(Json::objectValue);
  json["setting"] = fault.pointer.empty() ? Json::Value() : Json::Value(fault.pointer);
  json["code"] = std::string(fault.code);
  json["detail"] = fault.detail;
  return json;
}

Json::Value check_json(const std::filesystem::path& file, const Status& checked) {
  Json::Value json(Json::objectValue);
  json["file"] = file.string();
  json["fine"] = checked.has_value();
  json["faults"] = Json::Value(Json::arrayValue);
  if (checked) return json;
  const auto& error = checked.error();
  for (const auto& fault : error.faults) json["faults"].append(fault_json(fault));
  // What no setting is to blame for is the one fault.
  if (error.faults.empty())
    json["faults"].append(fault_json({.pointer = "", .code = error.code, .detail = error.detail}));
  return json;
}

}  // namespace

int run_config_check(const std::filesystem::path& file, bool as_json) {
  const auto checked = check(file);
  if (as_json) {
    fmt::print("{}\n", write_json(check_json(file, checked)));
    return checked ? done : refused;
  }
  if (!checked) return say_refused(checked.error());
  fmt::print("{} is fine\n", file.string());
  return done;
}

int run_config_reference(bool as_json) {
  fmt::print("{}", as_json ? config_reference_json() + "\n" : config_reference());
  return done;
}

}  // namespace bauta
