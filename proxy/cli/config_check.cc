#include <fmt/format.h>
#include <json/value.h>

#include <string>
#include <vector>

#include "proxy/cli/commands.h"
#include "proxy/cli/say.h"
#include "proxy/cli/tls_of.h"
#include "proxy/config/config.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

Result<Config> check(const std::filesystem::path& file) {
  BAUTA_TRY(auto config, load_config(file));
  BAUTA_CHECK(check_certificates(config));
  return config;
}

/// What a carrier is to be given for its numbers.
std::string inbound_url(const Config& config, const ConnectionConfig& connection) {
  return config.public_url + "/carriers/" + connection.name + "/" + connection.token + "/inbound";
}

/// What is no mistake on every machine.
std::vector<std::string> doubts(const Config& config) {
  std::vector<std::string> notes;
  for (const auto& connection : config.connections) {
    if (connection.type != "twilio" || !config.public_url_is_assumed) continue;
    notes.push_back(fmt::format(
        "{}: [public] url is not set, so its callbacks must come to {}; whatever address a proxy "
        "in front has belongs there, since signatures are made over it",
        connection.name, config.public_url));
  }
  return notes;
}

Json::Value fault_json(const FieldFault& fault) {
  Json::Value json(Json::objectValue);
  json["setting"] = fault.pointer.empty() ? Json::Value() : Json::Value(fault.pointer);
  json["code"] = std::string(fault.code);
  json["detail"] = fault.detail;
  return json;
}

Json::Value check_json(const std::filesystem::path& file, const Result<Config>& checked) {
  Json::Value json(Json::objectValue);
  json["file"] = file.string();
  json["fine"] = checked.has_value();
  for (const auto* list : {"faults", "notes", "callbacks"})
    json[list] = Json::Value(Json::arrayValue);
  if (checked) {
    for (const auto& note : doubts(*checked)) json["notes"].append(note);
    for (const auto& connection : checked->connections) {
      Json::Value callback(Json::objectValue);
      callback["connection"] = connection.name;
      callback["inbound"] = inbound_url(*checked, connection);
      json["callbacks"].append(std::move(callback));
    }
    return json;
  }
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
  for (const auto& connection : checked->connections)
    fmt::print("{}: numbers' webhook {}\n", connection.name, inbound_url(*checked, connection));
  for (const auto& note : doubts(*checked)) fmt::print(stderr, "note: {}\n", note);
  return done;
}

int run_config_reference(bool as_json) {
  fmt::print("{}", as_json ? config_reference_json() + "\n" : config_reference());
  return done;
}

}  // namespace bauta
