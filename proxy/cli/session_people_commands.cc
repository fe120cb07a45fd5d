#include <algorithm>
#include <string>

#include "proxy/cli/participant_words.h"
#include "proxy/cli/session_shape.h"
#include "proxy/cli/session_word.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

/// Of a page of the API.
constexpr std::size_t kPageMax = 100;

struct Joining {
  std::string id;
  std::string participant;
};

struct OneParticipant {
  std::string id;
  std::string participant;
};

struct Search : ListOptions {
  std::string address;
};

/// The session as it stands now.
Status show_now(Client& client, const Output& output, const std::string& id) {
  BAUTA_TRY(const auto session, client.get(session_path(id)));
  show_session(output, session);
  return {};
}

std::string path_of(const std::string& session, const std::string& participant) {
  return path_to(session_path(session) + "/participants/", participant);
}

Status join(Client& client, const Output& output, const Joining& words) {
  BAUTA_TRY(const auto participant, read_participant(words.participant));
  BAUTA_TRY(const auto id, session_named(client, words.id));
  BAUTA_CHECK(client.post(session_path(id) + "/participants", write_json(participant)));
  return show_now(client, output, id);
}

Status leave(Client& client, const Output& output, const OneParticipant& words) {
  BAUTA_TRY(const auto id, session_named(client, words.id));
  BAUTA_CHECK(client.remove(path_of(id, words.participant)));
  return show_now(client, output, id);
}

Status block(Client& client, const Output& output, const OneParticipant& words) {
  BAUTA_TRY(const auto id, session_named(client, words.id));
  BAUTA_CHECK(client.patch(path_of(id, words.participant), R"({"state":"blocked"})"));
  return show_now(client, output, id);
}

Status unblock(Client& client, const Output& output, const OneParticipant& words) {
  BAUTA_TRY(const auto id, session_named(client, words.id));
  BAUTA_CHECK(client.patch(path_of(id, words.participant), R"({"state":"active"})"));
  return show_now(client, output, id);
}

/// The address stands in the body, so that no URL holds it; and so do what a list has in its query.
Status search(Client& client, const Output& output, const Search& words) {
  BAUTA_TRY(const auto address, address_of(words.address));
  Reply found;
  auto& data = found.json["data"] = Json::Value(Json::arrayValue);
  std::string cursor;
  do {
    Json::Value body(Json::objectValue);
    body["address"] = address;
    body["limit"] =
        static_cast<Json::UInt64>(std::min(kPageMax, words.limit - std::size_t{data.size()}));
    if (!cursor.empty()) body["cursor"] = cursor;
    BAUTA_TRY(const auto page, client.post("/api/v1/sessions/search", write_json(body)));
    for (const auto& session : page.json["data"]) data.append(session);
    cursor = string_in(page.json, "next_cursor");
  } while (!cursor.empty() && data.size() < words.limit);
  found.json["next_cursor"] = cursor.empty() ? Json::Value() : Json::Value(cursor);
  found.body = write_json(found.json);
  output.list(kSessionShape, found);
  return {};
}

void add_participant_arguments(CLI::App* command, OneParticipant& words) {
  add_session_argument(command, words.id);
  command->add_option("PARTICIPANT", words.participant, "Their id")
      ->required()
      ->check(is_id("par_"));
}

}  // namespace

void add_session_people_commands(ClientCommands& commands, CLI::App* family) {
  const auto joined = commands.add(
      family,
      {.name = "join",
       .does = "Add somebody to a session",
       .example = "bauta session join ses_01k9xkq4z1x2y3z4a5b6c7d8e9 +12025550144,label=Cleaner"},
      join);
  add_session_argument(joined.app, joined.options->id);
  joined.app
      ->add_option("PARTICIPANT", joined.options->participant,
                   "ADDRESS[,label=…,language=…,number=…,country=…,region=…,area_code=…]")
      ->required();

  const std::string one = " ses_01k9xkq4z1x2y3z4a5b6c7d8e9 par_01k9xkq4z1x2y3z4a5b6c7d8e9";
  const auto left = commands.add(family,
                                 {.name = "leave",
                                  .does = "Take somebody out of a session",
                                  .example = "bauta session leave" + one},
                                 leave);
  add_participant_arguments(left.app, *left.options);

  const auto blocked =
      commands.add(family,
                   {.name = "block",
                    .does = "Let somebody in a session neither text nor be texted; they stay in it",
                    .example = "bauta session block" + one},
                   block);
  add_participant_arguments(blocked.app, *blocked.options);

  const auto unblocked = commands.add(family,
                                      {.name = "unblock",
                                       .does = "Let somebody who was blocked take part again",
                                       .example = "bauta session unblock" + one},
                                      unblock);
  add_participant_arguments(unblocked.app, *unblocked.options);

  const auto searched = commands.add(family,
                                     {.name = "search",
                                      .does = "List a person's sessions, also those that they left",
                                      .example = "bauta session search +12025550142\n"
                                                 "bauta session search - < address.txt"},
                                     search);
  searched.app
      ->add_option("ADDRESS", searched.options->address,
                   "The person's address, as +12025550142; - is standard input")
      ->required();
  add_limit(searched.app, *searched.options);
}

}  // namespace bauta
