#include "proxy/cli/wrong_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proxy/cli/command_tree.h"
#include "proxy/config/suggestion.h"

namespace bauta {
namespace {

constexpr std::size_t kNameOctetsMax = 32;

/// Where the words stop to make sense.
struct Place {
  const CLI::App* command = nullptr;
  /// An option that the command does not have, without its value; "": none.
  std::string option = {};
  /// A command that the family does not have; "": none.
  std::string name = {};
  /// The last family was named, and none of its commands.
  bool is_family = false;
};

/// Those that help shows.
std::vector<const CLI::App*> commands_of(const CLI::App& family) {
  return family.get_subcommands([](const CLI::App* command) {
    return !command->get_name().empty() && !command->get_group().empty();
  });
}

const CLI::App* command_named(const CLI::App& family, std::string_view name) {
  const auto found =
      family.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

std::string full_name(const CLI::App& command) {
  const auto* above = command.get_parent();
  return above == nullptr ? command.get_name() : full_name(*above) + " " + command.get_name();
}

/// Reads the words as CLI11 does, up to the first that it cannot place.
Place place_of(const CLI::App& app, CommandWords words) {
  Place place{.command = &app};
  place.is_family = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") break;
    if (word.size() > 1 && word.starts_with('-')) {
      const std::string name(word.substr(0, word.find('=')));
      const auto* option = place.command->get_option_no_throw(name);
      if (option == nullptr) {
        place.option = name;
        break;
      }
      const bool takes_next = option->get_items_expected_max() > 0 && name.size() == word.size();
      if (takes_next) ++i;
    } else if (place.is_family) {
      const auto* command = command_named(*place.command, word);
      if (command == nullptr) {
        place.name = word;
        break;
      }
      place.command = command;
      place.is_family = !commands_of(*command).empty();
    }
  }
  return place;
}

/// Does it look like the name of a command or of an option, and not like a key, an address or a text?
bool looks_like_a_name(std::string_view word) {
  return word.size() <= kNameOctetsMax &&
         std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

std::string no_such_command(const Place& place) {
  std::vector<std::string> known;
  for (const auto* command : commands_of(*place.command)) known.push_back(command->get_name());
  const auto family =
      place.command->get_parent() == nullptr ? "" : " in " + full_name(*place.command);
  if (!looks_like_a_name(place.name)) return "there is no such command" + family;
  return fmt::format("there is no command '{}'{}{}", place.name, family,
                     suggestion(place.name, {known.begin(), known.end()}));
}

std::string commands_to_choose_from(const CLI::App& family) {
  const auto commands = commands_of(family);
  std::size_t width = 0;
  for (const auto* command : commands) width = std::max(width, command->get_name().size());
  auto listed = full_name(family) + " needs one of its commands:";
  for (const auto* command : commands)
    listed += fmt::format("\n  {:<{}}  {}", command->get_name(), width, command->get_description());
  return listed + "\n";
}

bool is_for_a_secret(std::string_view option) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"--key", "--api-key", "--apikey", "--token", "--auth-token",
                                       "--secret", "--signing-secret", "--password", "--bearer"});
  return std::ranges::find(kNames, option) != kNames.end();
}

/// How this command is given a secret; "": it takes none.
std::string way_of_secrets(const CLI::App& command, std::string_view option) {
  constexpr std::string_view kWay =
      ": others on this machine may see the words of a command; put it into {}, or name its file "
      "with {}";
  const bool has_secret = command.get_option_no_throw("--secret-file") != nullptr;
  const bool has_key = command.get_option_no_throw("--profile") != nullptr;
  if (has_secret && (option.contains("secret") || !has_key))
    return fmt::format(kWay, "BAUTA_SIGNING_SECRET", "--secret-file");
  return has_key ? fmt::format(kWay, "BAUTA_KEY", "--key-file") : "";
}

std::string no_such_option(const Place& place) {
  const auto where = " of " + full_name(*place.command);
  if (!looks_like_a_name(place.option)) return "there is no such option" + where;
  const auto begins = fmt::format("there is no option {}{}", place.option, where);
  if (is_for_a_secret(place.option)) {
    const auto way = way_of_secrets(*place.command, place.option);
    if (!way.empty()) return begins + way;
  }
  if (place.is_family)
    return begins + ", which only has commands: an option stands behind the command's name";
  std::vector<std::string> known;
  for (const auto* option : place.command->get_options({})) {
    if (!option->get_positional()) known.push_back(option->get_name());
  }
  return begins + suggestion(place.option, {known.begin(), known.end()});
}

std::string too_many_words(const CLI::App& command) {
  std::string takes;
  for (const auto* option : command.get_options({})) {
    if (option->get_positional()) takes.append(takes.empty() ? "" : " ").append(option->get_name());
  }
  if (takes.empty()) return full_name(command) + " takes no words besides its options";
  return fmt::format("{} takes {}, and there are more words; is one of several to stand in quotes?",
                     full_name(command), takes);
}

/// "7200" for "2h"; "": it is no such time.
std::string seconds_in(std::string_view text) {
  constexpr std::string_view kUnits = "smhd";
  constexpr std::array<std::uint64_t, kUnits.size()> kSeconds = {1, 60, 3'600, 86'400};
  if (text.size() < 2) return "";
  const auto unit = kUnits.find(text.back());
  std::uint32_t count = 0;
  const auto digits = text.substr(0, text.size() - 1);
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, count);
  if (unit == std::string_view::npos || read.ec != std::errc{} || read.ptr != end) return "";
  return std::to_string(count * kSeconds.at(unit));
}

/// CLI11 says "Could not convert: --ttl-seconds = 2h".
std::string not_converted(const CLI::App& command, std::string_view said) {
  constexpr std::string_view kBegin = "Could not convert: ";
  constexpr std::string_view kMiddle = " = ";
  const auto middle = said.find(kMiddle);
  if (!said.starts_with(kBegin) || middle == std::string_view::npos) return "";
  const std::string name(said.substr(kBegin.size(), middle - kBegin.size()));
  const auto* option = command.get_option_no_throw(name);
  if (option == nullptr) return "";
  const auto type = option->get_type_name();
  if (type.starts_with("BOOL")) return name + " takes true or false";
  if (type.starts_with("FLOAT")) return name + " takes a number, as 0.5";
  if (!type.starts_with("UINT") && !type.starts_with("INT")) return "";
  if (!name.ends_with("-seconds")) return name + " takes a whole number";
  const auto seconds = seconds_in(said.substr(middle + kMiddle.size()));
  return name + " takes a whole number of seconds, as " + (seconds.empty() ? "7200" : seconds);
}

/// What CLI11 says repeats the words; those that are secrets go no further.
std::string without_secrets(std::string said) {
  for (const std::string_view begin : {"bauta_live_", "bauta_test_", "whsec_"}) {
    for (auto at = said.find(begin); at != std::string::npos; at = said.find(begin, at + 1)) {
      const auto from = at + begin.size();
      const auto to = std::min(said.find_first_of(" \n,;'\")]}", from), said.size());
      said.replace(from, to - from, "…");
    }
  }
  return said;
}

std::string what_is_wrong(const Place& place, const CLI::ParseError& error) {
  if (!place.name.empty()) return no_such_command(place);
  if (!place.option.empty()) return no_such_option(place);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    return too_many_words(*place.command);
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    auto said = not_converted(*place.command, error.what());
    if (!said.empty()) return said;
  }
  return without_secrets(error.what());
}

}  // namespace

std::optional<std::string> unknown_command(const CLI::App& app, CommandWords words) {
  // Help is given of what stands before it, whatever comes behind.
  const auto asks_help = std::ranges::find_if(words, [](std::string_view word) {
    return word == "--help" || word == "-h" || word == "--version";
  });
  const auto place = place_of(app, {words.begin(), asks_help});
  if (place.name.empty()) return std::nullopt;
  return fmt::format("{}; see {} --help", no_such_command(place), full_name(*place.command));
}

std::string explain_wrong_words(const CLI::App& app, CommandWords words,
                                const CLI::ParseError& error) {
  const auto place = place_of(app, words);
  const auto see = fmt::format("see {} --help", full_name(*place.command));
  if (place.is_family && place.name.empty() && place.option.empty())
    return commands_to_choose_from(*place.command) + see;
  return what_is_wrong(place, error) + "; " + see;
}

}  // namespace bauta
