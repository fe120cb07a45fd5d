#include "proxy/config/idle_variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "proxy/config/settings.h"
#include "proxy/config/suggestion.h"

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere

namespace bauta {
namespace {

constexpr std::string_view kPrefix = "BAUTA_";
constexpr std::string_view kConnections = "BAUTA_CONNECTIONS_";

/// Of the commands that ask a server, and no setting.
constexpr std::array<std::string_view, 1> kOfCommands = {"BAUTA_ADMIN_URL"};

/// Kubernetes and Docker links: NAME_SERVICE_HOST, NAME_SERVICE_PORT_HTTP, NAME_PORT, NAME_PORT_8080_TCP_ADDR.
bool is_of_an_orchestrator(std::string_view name) {
  return name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") ||
         name.ends_with("_PORT") || name.contains("_PORT_");
}

}  // namespace

std::vector<std::string> idle_variables(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  std::set<std::string> sections{std::string(kConnections)};
  for (const auto& setting : settings()) {
    known.push_back(environment_name(setting));
    sections.insert(known.back().substr(0, known.back().size() - setting.name.size()));
  }
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  std::vector<std::string> idle;
  for (const auto& name : names) {
    const bool is_in_a_section = std::ranges::any_of(
        sections, [&](const auto& section) { return name.starts_with(section); });
    if (!is_in_a_section || std::ranges::find(known, name) != known.end() ||
        std::ranges::find(kOfCommands, name) != kOfCommands.end() || is_of_an_orchestrator(name))
      continue;
    idle.push_back(fmt::format("{} sets nothing{}", name,
                               name.starts_with(kConnections)
                                   ? ": connections stand in the file alone"
                                   : suggestion(name, candidates)));
  }
  return idle;
}

std::vector<std::string> own_variables() {
  std::vector<std::string> names;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view entry(*variable);
    if (entry.starts_with(kPrefix)) names.emplace_back(entry.substr(0, entry.find('=')));
  }
  return names;
}

}  // namespace bauta
