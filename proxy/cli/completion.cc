#include "proxy/cli/completion.h"

#include <fmt/format.h>

namespace bauta {
namespace {

/// As one word of a POSIX shell.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word.append(c == '\'' ? R"('\'')" : std::string(1, c));
  return word + "'";
}

/// As one word of fish, which knows \' between quotes, and \\.
std::string fish_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') word.push_back('\\');
    word.push_back(c);
  }
  return word + "'";
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// Everything may follow an option with a value, but only its values where they are a closed set, and files where it names one.
std::string values_case(const CommandEntry& root, std::string_view files) {
  std::string cases;
  walk(root, [&](const CommandEntry& command) {
    for (const auto& option : command.options) {
      if (option.is_positional || option.value.empty()) continue;
      const auto what = option.is_path()         ? std::string(files)
                        : option.choices.empty() ? std::string("return")
                                                 : "values=" + shell_word(joined(option.choices));
      cases += fmt::format("    {}) {} ;;\n", shell_word(command.name + " " + option.name), what);
    }
  });
  return cases;
}

/// What a word that is no option's value may be.
struct Candidates {
  std::string words;
  std::string options;
  bool files = false;
};

Candidates candidates_of(const CommandEntry& command) {
  Candidates candidates;
  const auto add = [](std::string& list, std::string_view word) {
    list.append(list.empty() ? "" : " ").append(word);
  };
  for (const auto& below : command.commands) add(candidates.words, below.last_name());
  for (const auto& option : command.options) {
    if (!option.is_positional) add(candidates.options, option.name);
    for (const auto& choice : option.choices)
      if (option.is_positional) add(candidates.words, choice);
    if (option.is_positional && option.is_path()) candidates.files = true;
  }
  return candidates;
}

std::string words_case(const CommandEntry& root) {
  std::string cases;
  walk(root, [&](const CommandEntry& command) {
    const auto [words, options, files] = candidates_of(command);
    cases += fmt::format("    {}) words={} options={} files={} ;;\n", shell_word(command.name),
                         shell_word(words), shell_word(options), files ? "yes" : "no");
  });
  return cases;
}

/// The names of all commands but the root, as a shell's pattern.
std::string names_pattern(const CommandEntry& root) {
  std::string pattern;
  walk(root, [&](const CommandEntry& command) {
    if (command.name != root.name)
      pattern.append(pattern.empty() ? "" : "|").append(shell_word(command.name));
  });
  return pattern;
}

constexpr std::string_view kBash = R"(# bash completion for bauta: source <(bauta completion bash)
_bauta() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=bauta i words='' options='' files=no values=''
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${{COMP_WORDS[i]}}" in
    {names}) command="$command ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$command $previous" in
{values}  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case "$command" in
{words}  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "$files" = yes ]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\n'
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}}
complete -F _bauta bauta
)";

constexpr std::string_view kBashFiles =
    R"(local IFS=$'\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); return)";

/// zsh shows what each command does, and so has a list of its own for them.
std::string described(const CommandEntry& command) {
  std::string list;
  for (const auto& below : command.commands)
    list += " " + shell_word(fmt::format("{}:{}", below.last_name(), below.does));
  for (const auto& option : command.options) {
    if (!option.is_positional) continue;
    for (const auto& choice : option.choices) list += " " + shell_word(choice);
  }
  return list;
}

std::string described_options(const CommandEntry& command) {
  std::string list;
  for (const auto& option : command.options)
    if (!option.is_positional)
      list += " " + shell_word(fmt::format("{}:{}", option.name, option.does));
  return list;
}

constexpr std::string_view kZsh = R"(#compdef bauta
# zsh completion for bauta: source <(bauta completion zsh)
_bauta() {{
  local current=${{words[CURRENT]}} previous=${{words[CURRENT-1]}} command=bauta values='' i
  local files=no
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "$command ${{words[i]}}" in
    {names}) command="$command ${{words[i]}}" ;;
    esac
  done
  case "$command $previous" in
{values}  esac
  if [[ -n "$values" ]]; then
    commands=(${{=values}})
    _describe value commands
    return
  fi
  case "$command" in
{words}  esac
  if [[ "$current" == -* ]]; then
    _describe option options
    return
  fi
  if (( ${{#commands}} )); then _describe command commands; fi
  if [[ "$files" == yes ]]; then _files; fi
}}
if (( $+functions[compdef] )); then compdef _bauta bauta; fi
)";

/// One of fish's conditions: the words so far name this command, and no other below it.
std::string fish_condition(const CommandEntry& command) {
  const auto words = command.name.substr(std::string_view("bauta").size());
  return shell_word("__bauta_is" + words);
}

constexpr std::string_view kFish = R"(# fish completion for bauta: bauta completion fish | source
function __bauta_is
  set -l command
  for word in (commandline -opc)[2..-1]
    switch "$command $word"
    case {names}
      set -a command $word
    end
  end
  test "$command" = "$argv"
end
complete -c bauta -f
)";

std::string fish_names(const CommandEntry& root) {
  std::string names;
  walk(root, [&](const CommandEntry& command) {
    if (command.name == root.name) return;
    // Before the first word there is nothing: " session", then "session open".
    const auto words = command.name.substr(root.name.size() + 1);
    names.append(names.empty() ? "" : " ")
        .append(fish_word((words.contains(' ') ? "" : " ") + words));
  });
  return names;
}

std::string fish_option(const CommandEntry& command, const OptionEntry& option) {
  std::string line = fmt::format("complete -c bauta -n {} -l {} -d {}", fish_condition(command),
                                 option.name.substr(2), fish_word(option.does));
  if (option.value.empty()) return line + "\n";
  line += option.is_path() ? " -r -F" : " -x";
  if (!option.choices.empty()) line += " -a " + fish_word(joined(option.choices));
  return line + "\n";
}

}  // namespace

std::string bash_completion(const CommandEntry& root) {
  return fmt::format(kBash, fmt::arg("names", names_pattern(root)),
                     fmt::arg("values", values_case(root, kBashFiles)),
                     fmt::arg("words", words_case(root)));
}

std::string zsh_completion(const CommandEntry& root) {
  std::string words;
  walk(root, [&](const CommandEntry& command) {
    words += fmt::format("    {}) commands=({} ) options=({} ) files={} ;;\n",
                         shell_word(command.name), described(command), described_options(command),
                         candidates_of(command).files ? "yes" : "no");
  });
  return fmt::format(kZsh, fmt::arg("names", names_pattern(root)),
                     fmt::arg("values", values_case(root, "_files; return")),
                     fmt::arg("words", words));
}

std::string fish_completion(const CommandEntry& root) {
  std::string script(kFish);
  constexpr std::string_view kNames = "{names}";
  script.replace(script.find(kNames), kNames.size(), fish_names(root));
  walk(root, [&](const CommandEntry& command) {
    for (const auto& below : command.commands) {
      script += fmt::format("complete -c bauta -n {} -a {} -d {}\n", fish_condition(command),
                            below.last_name(), fish_word(below.does));
    }
    for (const auto& option : command.options) {
      if (!option.is_positional) {
        script += fish_option(command, option);
      } else if (!option.choices.empty()) {
        script += fmt::format("complete -c bauta -n {} -a {} -d {}\n", fish_condition(command),
                              fish_word(joined(option.choices)), fish_word(option.does));
      } else if (option.is_path()) {
        script += fmt::format("complete -c bauta -n {} -F\n", fish_condition(command));
      }
    }
  });
  return script;
}

}  // namespace bauta
