#include "proxy/cli/session_word.h"

#include <fmt/format.h>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kIdPrefix = "ses_";
/// As the API has it: longer than any name.
constexpr std::size_t kNameOctetsMax = 191 * 4;
/// Those of one name that are looked at; of more the newest are named, and that there are more.
constexpr std::size_t kNamedMax = 10;

CLI::Validator is_session() {
  const auto check = [](const std::string& word) {
    if (word.starts_with(kIdPrefix)) return is_id(kIdPrefix)(word);
    const bool is = !word.empty() && word.size() <= kNameOctetsMax && !word.starts_with('+');
    return is ? std::string()
              : "the id of a session, ses_…, or its unique_name must stand here, not an address";
  };
  return {check, ""};
}

}  // namespace

void add_session_argument(CLI::App* command, std::string& word) {
  command->add_option("SESSION", word, "Its id, or its unique_name")
      ->required()
      ->check(is_session());
}

Result<std::string> session_named(Client& client, const std::string& word) {
  if (word.starts_with(kIdPrefix)) return word;
  BAUTA_TRY(const auto found, client.list("/api/v1/sessions", {{"unique_name", word}}, kNamedMax));
  const auto& sessions = found.json["data"];
  std::string ids;
  for (const auto& session : sessions) {
    // A name is one living session's only.
    if (string_in(session, "status") != "closed") return string_in(session, "id");
    ids.append(ids.empty() ? "" : ", ").append(string_in(session, "id"));
  }
  if (sessions.empty())
    return fail("session.not_found", fmt::format("no session has the unique_name {}", word));
  if (sessions.size() == 1) return ids;
  return fail("usage.ambiguous",
              fmt::format("several sessions had the unique_name {}, and all of them have ended; "
                          "name one by its id: {}{}",
                          word, ids, string_in(found.json, "next_cursor").empty() ? "" : ", …"));
}

}  // namespace bauta
