#include <cstdint>
#include <optional>
#include <vector>

#include "proxy/cli/participant_words.h"
#include "proxy/cli/session_shape.h"
#include "proxy/cli/session_word.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/sessions";

struct NewSessionWords {
  std::vector<std::string> participants;
  std::string file;
  std::string unique_name;
  std::optional<std::int64_t> ttl_seconds;
  std::optional<std::int64_t> idle_ttl_seconds;
  std::vector<std::string> metadata;
};

struct SessionFilter : ListOptions {
  std::string status;
  std::string virtual_number;
  std::string unique_name;
  std::string created_after;
  std::string created_before;
};

struct OneSession {
  std::string id;
};

struct Extension {
  std::string id;
  std::optional<std::int64_t> ttl_seconds;
  std::optional<std::int64_t> idle_ttl_seconds;
  std::string expires_at;
};

void set_seconds(Json::Value& json, const char* name, std::optional<std::int64_t> seconds) {
  if (seconds) json[name] = static_cast<Json::Int64>(*seconds);
}

Result<std::string> body_of(const NewSessionWords& words) {
  // As it is: what is wrong with it the server says, by the same names.
  if (!words.file.empty()) return read_input(words.file);
  if (words.participants.empty())
    return fail("usage.participant", "name each person with --participant, or a file with --file");
  Json::Value session(Json::objectValue);
  for (const auto& one : words.participants) {
    BAUTA_TRY(auto participant, read_participant(one));
    session["participants"].append(std::move(participant));
  }
  if (!words.unique_name.empty()) session["unique_name"] = words.unique_name;
  set_seconds(session, "ttl_seconds", words.ttl_seconds);
  set_seconds(session, "idle_ttl_seconds", words.idle_ttl_seconds);
  for (const auto& pair : words.metadata) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) return fail("usage.metadata", "--metadata takes NAME=VALUE");
    session["metadata"][pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return write_json(session);
}

Status open(Client& client, const Output& output, const NewSessionWords& words) {
  BAUTA_TRY(auto body, body_of(words));
  BAUTA_TRY(const auto opened, client.post(kPath, std::move(body)));
  show_session(output, opened);
  return {};
}

Status list(Client& client, const Output& output, const SessionFilter& filter) {
  const auto query = those_given({{"status", filter.status},
                                  {"virtual_number", filter.virtual_number},
                                  {"unique_name", filter.unique_name},
                                  {"created_after", filter.created_after},
                                  {"created_before", filter.created_before}});
  BAUTA_TRY(const auto sessions, client.list(kPath, query, filter.limit));
  output.list(kSessionShape, sessions);
  return {};
}

Status show(Client& client, const Output& output, const OneSession& one) {
  BAUTA_TRY(const auto id, session_named(client, one.id));
  BAUTA_TRY(const auto session, client.get(session_path(id)));
  show_session(output, session);
  return {};
}

Status close(Client& client, const Output& output, const OneSession& one) {
  BAUTA_TRY(const auto id, session_named(client, one.id));
  BAUTA_TRY(const auto session, client.patch(session_path(id), R"({"status":"closed"})"));
  show_session(output, session);
  return {};
}

Status reopen(Client& client, const Output& output, const Extension& words) {
  Json::Value change(Json::objectValue);
  change["status"] = "open";
  set_seconds(change, "ttl_seconds", words.ttl_seconds);
  BAUTA_TRY(const auto id, session_named(client, words.id));
  BAUTA_TRY(const auto session, client.patch(session_path(id), write_json(change)));
  show_session(output, session);
  return {};
}

Status extend(Client& client, const Output& output, const Extension& words) {
  Json::Value change(Json::objectValue);
  set_seconds(change, "ttl_seconds", words.ttl_seconds);
  set_seconds(change, "idle_ttl_seconds", words.idle_ttl_seconds);
  if (!words.expires_at.empty()) change["expires_at"] = words.expires_at;
  if (change.empty())
    return fail("usage.nothing_to_set", "name --ttl-seconds, --expires-at or --idle-ttl-seconds");
  BAUTA_TRY(const auto id, session_named(client, words.id));
  BAUTA_TRY(const auto session, client.patch(session_path(id), write_json(change)));
  show_session(output, session);
  return {};
}

Status erase(Client& client, const Output& output, const OneSession& one) {
  BAUTA_TRY(const auto id, session_named(client, one.id));
  BAUTA_CHECK(client.remove(session_path(id)));
  output.say(id + " is erased: its texts and addresses are gone");
  return {};
}

void add_opening(ClientCommands& commands, CLI::App* family) {
  const auto opened = commands.add(
      family,
      {.name = "open",
       .does = "Open a session between two people or more",
       .example = "bauta session open --participant +12025550142,label=Host --participant "
                  "+442079460142,label=Guest --ttl-seconds 7200\n"
                  "bauta session open --file - < session.json",
       .notes = "Others on this machine may see the words of a command, not what it reads."},
      open);
  auto& words = *opened.options;
  auto* participants = opened.app
                           ->add_option("--participant", words.participants,
                                        "ADDRESS[,label=…,language=…,number=…,country=…,region=…,"
                                        "area_code=…], once for each person")
                           ->allow_extra_args(false);
  auto* name = opened.app->add_option("--unique-name", words.unique_name,
                                      "A name that only one living session has");
  auto* ttl = opened.app->add_option("--ttl-seconds", words.ttl_seconds, "Seconds that it lives");
  auto* idle = opened.app->add_option("--idle-ttl-seconds", words.idle_ttl_seconds,
                                      "Seconds that it lives without a text");
  auto* metadata =
      opened.app->add_option("--metadata", words.metadata, "NAME=VALUE of your own, once for each")
          ->allow_extra_args(false);
  auto* file = opened.app->add_option(
      "--file", words.file, "The request as JSON, as the API takes it; - is standard input");
  file->type_name("FILE");
  for (auto* other : {participants, name, ttl, idle, metadata}) file->excludes(other);
}

}  // namespace

void add_session_commands(ClientCommands& commands) {
  auto* family = commands.add_family("session", "Conversations with a lifetime");
  add_opening(commands, family);

  const auto listed = commands.add(family,
                                   {.name = "list",
                                    .does = "List the sessions",
                                    .example = "bauta session list --status in_progress"},
                                   list);
  auto& filter = *listed.options;
  listed.app->add_option("--status", filter.status, "Only those of this status")
      ->check(CLI::IsMember({"open", "in_progress", "closed"}));
  listed.app
      ->add_option("--virtual-number", filter.virtual_number,
                   "Only those in which somebody texts this number")
      ->check(is_virtual_number());
  listed.app->add_option("--unique-name", filter.unique_name, "Only those of this name");
  listed.app->add_option("--created-after", filter.created_after,
                         "Only those made after this time, as 2030-01-31T12:00:00Z");
  listed.app->add_option("--created-before", filter.created_before,
                         "Only those made before this time, as 2030-01-31T12:00:00Z");
  add_limit(listed.app, filter);

  const auto shown = commands.add(family,
                                  {.name = "show",
                                   .does = "Show a session and who takes part in it",
                                   .example = "bauta session show ses_01k9xkq4z1x2y3z4a5b6c7d8e9\n"
                                              "bauta session show stay-8812"},
                                  show);
  add_session_argument(shown.app, shown.options->id);

  const auto closed =
      commands.add(family,
                   {.name = "close",
                    .does = "End a session: its lines are dead from now on",
                    .example = "bauta session close ses_01k9xkq4z1x2y3z4a5b6c7d8e9"},
                   close);
  add_session_argument(closed.app, closed.options->id);

  const auto extended = commands.add(
      family,
      {.name = "extend",
       .does = "Let a session live until another time",
       .example = "bauta session extend ses_01k9xkq4z1x2y3z4a5b6c7d8e9 --ttl-seconds 3600"},
      extend);
  add_session_argument(extended.app, extended.options->id);
  extended.app->add_option("--ttl-seconds", extended.options->ttl_seconds,
                           "Seconds until it ends, from now");
  extended.app->add_option("--expires-at", extended.options->expires_at,
                           "The time at which it ends, as 2030-01-31T12:00:00Z");
  extended.app->add_option("--idle-ttl-seconds", extended.options->idle_ttl_seconds,
                           "Seconds that it lives without a text");

  const auto reopened = commands.add(
      family,
      {.name = "reopen",
       .does = "Bring back a session that has ended, on the same lines",
       .example = "bauta session reopen ses_01k9xkq4z1x2y3z4a5b6c7d8e9 --ttl-seconds 3600"},
      reopen);
  add_session_argument(reopened.app, reopened.options->id);
  reopened.app->add_option("--ttl-seconds", reopened.options->ttl_seconds,
                           "Seconds until it ends, from now");

  add_session_people_commands(commands, family);

  const auto erased =
      commands.add(family,
                   {.name = "erase",
                    .does = "End a session, and erase its texts and addresses for good",
                    .example = "bauta session erase ses_01k9xkq4z1x2y3z4a5b6c7d8e9"},
                   erase);
  add_session_argument(erased.app, erased.options->id);
}

}  // namespace bauta
