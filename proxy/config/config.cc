#include "proxy/config/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <set>

#include "proxy/config/connection_faults.h"
#include "proxy/config/file_text.h"
#include "proxy/config/service_settings.h"
#include "proxy/config/settings.h"
#include "proxy/config/suggestion.h"
#include "proxy/config/whole_config.h"

namespace bauta {
namespace {

std::string trimmed(std::string text) {
  constexpr std::string_view kSpace = " \t\r\n";
  text.erase(text.find_last_not_of(kSpace) + 1);
  text.erase(0, std::min(text.find_first_not_of(kSpace), text.size()));
  return text;
}

/// Reads a whole configuration and collects everything that is wrong with it.
class Reader {
 public:
  Reader(std::filesystem::path folder, TakenVariables& secrets)
      : folder_(std::move(folder)), secrets_(secrets) {}

  Result<Config> read(std::string_view toml) {
    toml::table table;
    try {
      table = toml::parse(toml);
    } catch (const toml::parse_error& error) {
      return invalid({FieldFault{
          .pointer = "",
          .code = "config.unreadable",
          .detail = fmt::format("line {}: {}", error.source().begin.line, error.description())}});
    }
    for (const auto& setting : settings()) read_setting(table, setting);
    refuse_unknown(table);
    read_connections(table);
    for (auto& found : settle(config_)) add_settled(table, std::move(found));
    if (!faults_.empty()) return invalid(std::move(faults_));
    return std::move(config_);
  }

 private:
  static Result<Config> invalid(std::vector<FieldFault> faults) {
    return std::unexpected(
        Error{.code = "config.invalid",
              .detail = fmt::format("the configuration has {} fault(s)", faults.size()),
              .faults = std::move(faults)});
  }

  void fault(std::string pointer, std::string_view code, std::string detail,
             const toml::node* where = nullptr) {
    if (where != nullptr) detail = fmt::format("line {}: {}", where->source().begin.line, detail);
    faults_.push_back({.pointer = std::move(pointer), .code = code, .detail = std::move(detail)});
  }

  /// Two settings that do not go together are each read by now: where is the one that is blamed?
  void add_settled(const toml::table& table, FieldFault found) {
    const auto place = places_.find(found.pointer);
    const auto* where = place == places_.end() ? nullptr : place->second.node;
    if (place != places_.end() && !place->second.variable.empty()) {
      found.pointer = place->second.variable;
    } else if (where == nullptr) {
      // It is not there, and its section may be.
      where = table[found.pointer.substr(0, found.pointer.find('.'))].node();
    }
    fault(std::move(found.pointer), found.code, std::move(found.detail), where);
  }

  void read_setting(const toml::table& table, const Setting& setting) {
    const auto pointer = fmt::format("{}.{}", setting.section, setting.name);
    // What is faulty is its default from here on, so that one mistake is one fault.
    take(setting, pointer, std::string(setting.fallback), nullptr);
    const auto* node = table[setting.section][setting.name].node();
    if (const auto value = variable_of(setting)) {
      places_[pointer].variable = environment_name(setting);
      take(setting, environment_name(setting), std::string(*value), nullptr);
    } else if (const auto* file =
                   is_secret(setting)
                       ? table[setting.section][fmt::format("{}_file", setting.name)].node()
                       : nullptr) {
      if (node != nullptr)
        fault(pointer, "config.bad_value",
              fmt::format("it is given twice: here and as {}_file", setting.name), node);
      if (auto text = read_secret(pointer + "_file", *file)) take(setting, pointer, *text, file);
    } else if (node == nullptr) {
      return;
    } else {
      places_[pointer].node = node;
      take_node(setting, pointer, *node);
    }
  }

  void take_node(const Setting& setting, const std::string& pointer, const toml::node& node) {
    if (setting.kind == SettingKind::texts) {
      take_list(setting, pointer, node);
    } else if (setting.kind == SettingKind::truth) {
      if (const auto truth = node.value_exact<bool>()) {
        setting.set_integer(config_, *truth ? 1 : 0);
      } else {
        fault(pointer, "config.wrong_type", "true or false is wanted here", &node);
      }
    } else if (setting.kind == SettingKind::integer) {
      if (const auto number = node.value_exact<std::int64_t>()) {
        take_integer(setting, pointer, *number, &node);
      } else {
        fault(pointer, "config.wrong_type", "a whole number is wanted here", &node);
      }
    } else if (const auto text = node.value_exact<std::string>()) {
      take(setting, pointer, *text, &node);
    } else {
      fault(pointer, "config.wrong_type", "a text in quotes is wanted here", &node);
    }
  }

  std::optional<std::string_view> variable_of(const Setting& setting) {
    const auto name = environment_name(setting);
    if (is_secret(setting)) return secrets_.find(name);
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string_view>(value);
  }

  void take(const Setting& setting, const std::string& pointer, const std::string& text,
            const toml::node* where) {
    if (setting.kind == SettingKind::integer) {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) {
        fault(pointer, "config.wrong_type", "a whole number is wanted here", where);
      } else {
        take_integer(setting, pointer, number, where);
      }
      return;
    }
    if (setting.kind == SettingKind::truth) {
      if (text != "true" && text != "false")
        fault(pointer, "config.wrong_type", "true or false is wanted here", where);
      setting.set_integer(config_, text == "true" ? 1 : 0);
      return;
    }
    if (setting.kind == SettingKind::texts) {
      for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        setting.add_text(config_, trimmed(text.substr(at, end - at)));
        at = end + 1;
      }
      return;
    }
    if (text.empty() && setting.kind == SettingKind::path) return;  // not given
    setting.set_text(config_, setting.kind == SettingKind::path
                                  ? (folder_ / text).lexically_normal().string()
                                  : text);
  }

  void take_list(const Setting& setting, const std::string& pointer, const toml::node& node) {
    const auto* const list = node.as_array();
    bool is_list = list != nullptr;
    for (std::size_t i = 0; is_list && i < list->size(); ++i) {
      const auto text = (*list)[i].value_exact<std::string>();
      is_list = text.has_value();
      if (is_list) setting.add_text(config_, *text);
    }
    if (!is_list)
      fault(pointer, "config.wrong_type", "a list of texts in quotes is wanted here", &node);
  }

  void take_integer(const Setting& setting, const std::string& pointer, std::int64_t number,
                    const toml::node* where) {
    if (number < setting.min || number > setting.max) {
      fault(pointer, "config.out_of_range",
            fmt::format("{} is not between {} and {}{}{}", number, setting.min, setting.max,
                        setting.unit.empty() ? "" : " ", setting.unit),
            where);
      return;
    }
    setting.set_integer(config_, number);
  }

  std::optional<std::string> read_secret(const std::string& pointer, const toml::node& node) {
    const auto name = node.value_exact<std::string>();
    if (!name) {
      fault(pointer, "config.wrong_type", "the name of a file in quotes is wanted here", &node);
      return std::nullopt;
    }
    const auto file = folder_ / *name;
    auto text = text_of_file(file);
    if (!text) {
      fault(pointer, text.error().code, text.error().detail, &node);
      return std::nullopt;
    }
    auto secret = trimmed(*std::move(text));
    if (secret.empty())
      fault(pointer, "config.bad_value", fmt::format("the file {} is empty", file.string()), &node);
    return secret;
  }

  void refuse_unknown(const toml::table& table) {
    std::set<std::string_view> sections{"connections"};
    for (const auto& setting : settings()) sections.insert(setting.section);
    for (const auto& [section, node] : table) {
      if (!sections.contains(section.str())) {
        fault(std::string(section.str()), "config.unknown_key",
              fmt::format("there is no section [{}]{}", section.str(),
                          suggestion(section.str(), {sections.begin(), sections.end()})),
              &node);
        continue;
      }
      if (section.str() == "connections") continue;
      const auto* keys = node.as_table();
      if (keys == nullptr) {
        fault(std::string(section.str()), "config.wrong_type",
              fmt::format("[{}] is a section", section.str()), &node);
        continue;
      }
      std::vector<std::string_view> names;
      std::vector<std::string> file_names;
      for (const auto& setting : settings()) {
        if (setting.section != section.str()) continue;
        names.push_back(setting.name);
        if (is_secret(setting)) file_names.push_back(fmt::format("{}_file", setting.name));
      }
      names.insert(names.end(), file_names.begin(), file_names.end());
      refuse_unknown_keys(*keys, std::string(section.str()), names);
    }
  }

  void refuse_unknown_keys(const toml::table& table, const std::string& path,
                           const std::vector<std::string_view>& known) {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      fault(fmt::format("{}.{}", path, key.str()), "config.unknown_key",
            fmt::format("there is no key {} in {}{}", key.str(), path,
                        is_service_setting(key.str()) ? hint_of_service_setting(key.str())
                                                      : suggestion(key.str(), known)),
            &node);
    }
  }

  void read_connections(const toml::table& table) {
    const auto* node = table["connections"].node();
    if (node == nullptr) return;
    const auto* list = node->as_array();
    if (list == nullptr) {
      fault("connections", "config.wrong_type", "write [[connections]], once a connection", node);
      return;
    }
    for (std::size_t at = 0; at < list->size(); ++at) {
      const auto path = fmt::format("connections.{}", at);
      if (const auto* one = (*list)[at].as_table()) {
        read_connection(*one, path);
      } else {
        fault(path, "config.wrong_type", "write [[connections]], once a connection", &(*list)[at]);
      }
    }
  }

  void read_connection(const toml::table& table, const std::string& path) {
    ConnectionConfig connection;
    std::vector<std::string> known;
    const auto type = table["type"].value_or(std::string());
    const bool is_of_a_type =
        std::ranges::find(connection_types(), type) != connection_types().end();
    for (const auto& setting : connection_settings()) {
      if (!setting.type.empty() && setting.type != type) {
        // With a type that there is not, nobody knows which keys it would have.
        if (!is_of_a_type) known.emplace_back(setting.name);
        continue;
      }
      known.emplace_back(setting.name);
      if (setting.is_secret) known.push_back(fmt::format("{}_file", setting.name));
      read_connection_setting(table, path, setting, connection);
    }
    refuse_unknown_keys(table, path, {known.begin(), known.end()});
    check_connection(table, path, connection);
    config_.connections.push_back(std::move(connection));
  }

  void check_connection(const toml::table& table, const std::string& path,
                        const ConnectionConfig& connection) {
    for (auto& [key, code, detail] : faults_of_connection(connection, config_.connections)) {
      const auto* node = table[key].node();
      if (node == nullptr) node = table[key + "_file"].node();
      fault(fmt::format("{}.{}", path, key), code, std::move(detail),
            node == nullptr ? &table : node);
    }
  }

  void read_connection_setting(const toml::table& table, const std::string& path,
                               const ConnectionSetting& setting, ConnectionConfig& connection) {
    const auto pointer = fmt::format("{}.{}", path, setting.name);
    const auto file_key = fmt::format("{}_file", setting.name);
    const auto* const node = table[setting.name].node();
    if (setting.number != nullptr) {
      if (node != nullptr) read_connection_number(*node, pointer, connection.*setting.number);
      return;
    }
    if (node != nullptr) {
      if (setting.is_secret && table.contains(file_key)) {
        fault(pointer, "config.bad_value",
              fmt::format("it is given twice: here and as {}", file_key), node);
      }
      if (const auto text = node->value_exact<std::string>()) {
        connection.*setting.member = *text;
      } else {
        fault(pointer, "config.wrong_type", "a text in quotes is wanted here", node);
      }
    } else if (const auto* file = table[file_key].node(); file != nullptr && setting.is_secret) {
      if (auto text = read_secret(pointer + "_file", *file))
        connection.*setting.member = *std::move(text);
    } else if (setting.required) {
      fault(
          pointer, "config.missing_key",
          fmt::format("{} is missing{}: {}", setting.name,
                      setting.is_secret ? fmt::format(" (or {})", file_key) : "", setting.sentence),
          &table);
    }
  }

  void read_connection_number(const toml::node& node, const std::string& pointer, double& number) {
    const auto value = node.value<double>();
    constexpr double kMost = 10'000;
    if (!value || node.is_string() || node.is_boolean()) {
      fault(pointer, "config.wrong_type", "a number is wanted here", &node);
    } else if (*value < 0 || *value > kMost) {
      fault(pointer, "config.bad_value", fmt::format("it must be from 0 to {}", kMost), &node);
    } else {
      number = *value;
    }
  }

  std::filesystem::path folder_;
  TakenVariables& secrets_;
  Config config_;
  /// Where a setting was read: a line of the file, or a variable.
  struct Place {
    const toml::node* node = nullptr;
    std::string variable;
  };
  std::map<std::string, Place> places_;
  std::vector<FieldFault> faults_;
};

/// What to name instead of a file that is none.
std::string way_out_of(const std::filesystem::path& file, const Error& error) {
  if (error.code != "config.file_is_folder") return "; `bauta init DIR` makes a configuration";
  const auto inside = file / "bauta.toml";
  std::error_code none;
  return std::filesystem::exists(inside, none)
             ? fmt::format("; did you mean {}?", inside.string())
             : fmt::format("; `bauta init {}` makes {}", file.string(), inside.string());
}

}  // namespace

Result<Config> parse_config(std::string_view toml, const std::filesystem::path& folder) {
  TakenVariables secrets;
  return Reader(folder, secrets).read(toml);
}

Result<Config> load_config(const std::filesystem::path& file) {
  TakenVariables secrets;
  return load_config(file, secrets);
}

Result<Config> load_config(const std::filesystem::path& file, TakenVariables& secrets) {
  auto text = text_of_file(file);
  if (!text) return fail(text.error().code, text.error().detail + way_out_of(file, text.error()));
  auto config = Reader(std::filesystem::absolute(file).parent_path(), secrets).read(*text);
  wipe(*text);
  return config;
}

}  // namespace bauta
