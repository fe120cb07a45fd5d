#include "proxy/cli/profile.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace bauta {
namespace {

std::unexpected<Error> unusable(std::string detail) {
  return fail("usage.profile", std::move(detail));
}

std::string names_in(const toml::table& profiles) {
  std::vector<std::string> names;
  for (const auto& [name, profile] : profiles) {
    if (profile.is_table()) names.emplace_back(name.str());
  }
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

Result<Profile> read_profile(const toml::table& table, const std::string& name,
                             const std::filesystem::path& folder) {
  Profile profile;
  std::string key_file;
  const auto words =
      std::to_array<std::pair<std::string_view, std::string*>>({{"url", &profile.url},
                                                                {"service", &profile.service},
                                                                {"key", &profile.key},
                                                                {"key_file", &key_file}});
  for (const auto& [word, value] : table) {
    const auto* const known =
        std::ranges::find(words, word.str(), &std::pair<std::string_view, std::string*>::first);
    if (known == words.end()) {
      return unusable(
          fmt::format("line {}: the profile {} has no '{}': url, key_file, key and "
                      "service are what one has",
                      value.source().begin.line, name, word.str()));
    }
    const auto text = value.value_exact<std::string>();
    if (!text || text->empty()) {
      return unusable(fmt::format("line {}: {} of the profile {} must be a text",
                                  value.source().begin.line, word.str(), name));
    }
    *known->second = *text;
  }
  if (!profile.key.empty() && !key_file.empty())
    return unusable(fmt::format("the profile {} has both key and key_file: keep one", name));
  if (!key_file.empty()) profile.key_file = folder / key_file;
  return profile;
}

}  // namespace

std::optional<std::filesystem::path> profiles_file(std::string_view config_home,
                                                   std::string_view home) {
  constexpr const char* kFile = "bauta/profiles.toml";
  // XDG Base Directory Specification: a path that is not absolute is to be ignored.
  const std::filesystem::path config(config_home);
  if (config.is_absolute()) return config / kFile;
  if (home.empty()) return std::nullopt;
  return std::filesystem::path(home) / ".config" / kFile;
}

Result<Profile> parse_profile(std::string_view toml, const std::string& name,
                              const std::filesystem::path& folder) {
  toml::table profiles;
  try {
    profiles = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    // Its description may repeat what stands there, and a key may.
    return unusable(fmt::format("line {} of the profiles is no TOML", error.source().begin.line));
  }
  const auto* const table = profiles[name].as_table();
  if (table == nullptr)
    return unusable(fmt::format("there is no profile {}; there are: {}", name, names_in(profiles)));
  return read_profile(*table, name, folder);
}

}  // namespace bauta
