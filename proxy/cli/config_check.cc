#include <fmt/format.h>
#include <json/value.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "proxy/cli/commands.h"
#include "proxy/cli/say.h"
#include "proxy/cli/tls_of.h"
#include "proxy/config/config.h"
#include "proxy/config/idle_variables.h"
#include "proxy/config/value_shapes.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

/// Not when a configuration is read: `bauta dev` makes the key afterwards.  Whether it is one, the doctor looks.
Status check_master_key(const Config& config) {
  if (!config.master_key_file || config.storage_engine == "memory") return {};
  const auto& key = *config.master_key_file;
  std::error_code error;
  const auto found = std::filesystem::status(key, error).type();
  FieldFault fault{.pointer = "master_key.file", .code = "", .detail = ""};
  if (found == std::filesystem::file_type::directory) {
    fault.code = "config.file_is_folder";
    fault.detail = fmt::format("{} is a folder, not a file", key.string());
  } else if (found == std::filesystem::file_type::not_found) {
    fault.code = "config.file_missing";
    fault.detail =
        fmt::format("{} is not there: without it the store cannot be read", key.string());
  } else {
    return {};
  }
  return std::unexpected(Error{.code = "config.invalid",
                               .detail = "the configuration has 1 fault(s)",
                               .faults = {std::move(fault)}});
}

Result<Config> check(const std::filesystem::path& file) {
  BAUTA_TRY(auto config, load_config(file));
  BAUTA_CHECK(check_master_key(config));
  BAUTA_CHECK(check_certificates(config));
  return config;
}

/// What a carrier is to be given for its numbers.
std::string inbound_url(const Config& config, const ConnectionConfig& connection) {
  return config.public_url + "/carriers/" + connection.name + "/" + connection.token + "/inbound";
}

/// What is no mistake on every machine.
std::vector<std::string> doubts(const Config& config) {
  std::vector<std::string> notes = idle_variables(own_variables());
  if (!config.public_url_is_assumed && is_in_the_clear(config.public_url))
    notes.push_back(
        "[public] url is http: API keys, and the texts of carriers' callbacks, cross the network "
        "in the clear");
  for (const auto& connection : config.connections) {
    if (is_in_the_clear(connection.api_url))
      notes.push_back(fmt::format(
          "{}: api_url is http: its texts and its auth_token cross the network in the clear",
          connection.name));
    if (connection.type != "twilio") continue;
    if (config.public_url_is_assumed) {
      notes.push_back(fmt::format(
          "{}: [public] url is not set, so its callbacks must come to {}; whatever address a proxy "
          "in front has belongs there, since signatures are made over it",
          connection.name, config.public_url));
    } else if (connection.api_url.empty() && leads_to_this_machine(config.public_url)) {
      notes.push_back(
          fmt::format("{}: [public] url is {}, which Twilio cannot reach: its callbacks would be "
                      "lost",
                      connection.name, config.public_url));
    }
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
