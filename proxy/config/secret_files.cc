#include "proxy/config/secret_files.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <optional>
#include <string_view>

#include "proxy/config/file_text.h"
#include "proxy/config/settings.h"

namespace bauta {
namespace {

class Collector {
 public:
  explicit Collector(const std::filesystem::path& file)
      : file_(file), folder_(std::filesystem::absolute(file).parent_path()) {}

  void look(const toml::table& table, const std::string& section, std::string_view name) {
    const auto here = fmt::format("{}.{}", section, name);
    if (const auto named = table[fmt::format("{}_file", name)].value<std::string>())
      found_.push_back({here + "_file", (folder_ / *named).lexically_normal()});
    if (table.contains(name)) found_.push_back({here, file_});
  }
  std::vector<SecretFile> found() && { return std::move(found_); }

 private:
  std::filesystem::path file_;
  std::filesystem::path folder_;
  std::vector<SecretFile> found_;
};

}  // namespace

std::vector<SecretFile> secret_files_of(const std::filesystem::path& file) {
  const auto text = text_of_file(file);
  if (!text) return {};
  toml::table table;
  try {
    table = toml::parse(*text);
  } catch (const toml::parse_error&) {
    return {};
  }
  Collector collector(file);
  for (const auto& setting : settings()) {
    const auto* section = table[setting.section].as_table();
    if (section != nullptr && is_secret(setting))
      collector.look(*section, std::string(setting.section), setting.name);
  }
  if (const auto* list = table["connections"].as_array()) {
    for (std::size_t at = 0; at < list->size(); ++at) {
      const auto* one = (*list)[at].as_table();
      if (one == nullptr) continue;
      for (const auto& setting : connection_settings())
        if (setting.is_secret)
          collector.look(*one, fmt::format("connections.{}", at), setting.name);
    }
  }
  return std::move(collector).found();
}

}  // namespace bauta
