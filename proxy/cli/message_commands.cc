#include <array>
#include <vector>

#include "proxy/cli/client_command.h"
#include "proxy/cli/session_shape.h"
#include "proxy/cli/session_word.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

/// Who wrote it: the participant, or the platform or Bauta itself.
std::string writer_of(const Json::Value& message) {
  return cell_of(message["from"].isString() ? message["from"] : message["origin"]);
}

/// "delivered", or for several recipients "delivered,undelivered (carrier.bad_recipient)".
std::string outcomes_of(const Json::Value& deliveries) {
  std::string outcomes;
  for (const auto& delivery : deliveries) {
    outcomes.append(outcomes.empty() ? "" : ",").append(cell_of(delivery["status"]));
    if (delivery["error"].isObject())
      outcomes.append(" (").append(cell_of(delivery["error"]["code"])).append(")");
  }
  return outcomes.empty() ? "-" : outcomes;
}

constexpr std::array kMessageColumns =
    std::to_array<Column>({{.title = "RECEIVED", .path = "received_at"},
                           {.title = "ID", .path = "id"},
                           {.title = "FROM", .path = "", .text = writer_of},
                           {.title = "DELIVERIES", .path = "deliveries", .text = outcomes_of},
                           {.title = "TEXT", .path = "text"}});
constexpr std::array kMessageFields = std::to_array<std::string_view>(
    {"id", "session", "origin", "received_at", "encoding", "segments"});
constexpr Shape kMessageShape{.columns = kMessageColumns, .fields = kMessageFields};

constexpr std::array kDeadLetterColumns =
    std::to_array<Column>({{.title = "MESSAGE", .path = "message"},
                           {.title = "TO", .path = "to"},
                           {.title = "SESSION", .path = "session"},
                           {.title = "STATUS", .path = "status"},
                           {.title = "CODE", .path = "error.code"},
                           {.title = "CREATED", .path = "created_at"},
                           {.title = "DETAIL", .path = "error.detail"}});
constexpr Shape kDeadLetterShape{.columns = kDeadLetterColumns, .fields = {}};

struct SessionMessages : ListOptions {
  std::string session;
};

struct NewTextWords {
  std::string session;
  std::string text;
  std::vector<std::string> to;
};

/// Whom a text of Bauta's own went to is nobody's seat: as the list shows it.
constexpr const char* kBautasOwn = "-";

struct OneDeadLetter {
  std::string message;
  std::string to;
};

CLI::Validator is_recipient() {
  const auto check = [](const std::string& text) {
    return text == kBautasOwn ? std::string() : is_id("par_")(text);
  };
  return {check, ""};
}

std::string path_of(const std::string& session) { return session_path(session) + "/messages"; }

std::string path_of(const OneDeadLetter& letter) {
  return path_to(path_to("/api/v1/dead-letters/", letter.message) + "/", letter.to);
}

Status list_messages(Client& client, const Output& output, const SessionMessages& words) {
  BAUTA_TRY(const auto session, session_named(client, words.session));
  BAUTA_TRY(const auto messages, client.list(path_of(session), {}, words.limit));
  output.story(kMessageShape, messages);
  return {};
}

Result<std::string> text_of(const NewTextWords& words) {
  if (words.text != "-") return words.text;
  BAUTA_TRY(auto text, read_input("-"));
  // The line end that every tool puts behind its output is not part of the text.
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Status send(Client& client, const Output& output, const NewTextWords& words) {
  Json::Value message(Json::objectValue);
  BAUTA_TRY(message["text"], text_of(words));
  for (const auto& to : words.to) message["to"].append(to);
  BAUTA_TRY(const auto session, session_named(client, words.session));
  BAUTA_TRY(const auto sent, client.post(path_of(session), write_json(message)));
  output.one(kMessageShape, sent);
  return {};
}

Status list_dead_letters(Client& client, const Output& output, const ListOptions& options) {
  BAUTA_TRY(const auto letters, client.list("/api/v1/dead-letters", {}, options.limit));
  output.list(kDeadLetterShape, letters);
  return {};
}

Status retry(Client& client, const Output& output, const OneDeadLetter& letter) {
  BAUTA_TRY(const auto retried, client.post(path_of(letter) + "/retry", "{}"));
  output.document(retried);
  output.say(letter.message + " is on its way" +
             (letter.to == kBautasOwn ? "" : " to " + letter.to) + " again");
  return {};
}

Status remove(Client& client, const Output& output, const OneDeadLetter& letter) {
  BAUTA_CHECK(client.remove(path_of(letter)));
  output.say("the dead letter is deleted");
  return {};
}

void add_dead_letter_arguments(CLI::App* command, OneDeadLetter& letter) {
  command->add_option("MESSAGE", letter.message, "The message's id")
      ->required()
      ->check(is_id("msg_"));
  command
      ->add_option("PARTICIPANT", letter.to,
                   "The id of whom it did not reach; - for a text of Bauta's own")
      ->required()
      ->check(is_recipient());
}

}  // namespace

void add_message_commands(ClientCommands& commands) {
  const auto listed = commands.add({.name = "messages",
                                    .does = "List what was said in a session, the oldest first",
                                    .example = "bauta messages ses_01k9xkq4z1x2y3z4a5b6c7d8e9\n"
                                               "bauta messages stay-8812"},
                                   list_messages);
  add_session_argument(listed.app, listed.options->session);
  add_limit(listed.app, *listed.options);

  const auto sent = commands.add(
      {.name = "send",
       .does = "Text the people of a session in the platform's name",
       .example = "bauta send ses_01k9xkq4z1x2y3z4a5b6c7d8e9 'Check-in is from 3 pm.'"},
      send);
  add_session_argument(sent.app, sent.options->session);
  sent.app->add_option("TEXT", sent.options->text, "The text; - is standard input")->required();
  sent.app
      ->add_option("--to", sent.options->to,
                   "Only this participant, once for each; left out, everyone")
      ->allow_extra_args(false)
      ->check(is_id("par_"));
}

void add_dead_letter_commands(ClientCommands& commands) {
  auto* family = commands.add_family("dead-letters", "Texts that did not get through");
  const auto listed = commands.add(family,
                                   {.name = "list",
                                    .does = "List the texts that did not get through",
                                    .example = "bauta dead-letters list"},
                                   list_dead_letters);
  add_limit(listed.app, *listed.options, "How many, those of the newest texts");

  const std::string one = " msg_01k9xkq4z1x2y3z4a5b6c7d8e9 par_01k9xkq4z1x2y3z4a5b6c7d8e9";
  const auto retried = commands.add(family,
                                    {.name = "retry",
                                     .does = "Send a dead letter once more",
                                     .example = "bauta dead-letters retry" + one},
                                    retry);
  add_dead_letter_arguments(retried.app, *retried.options);

  const auto removed = commands.add(family,
                                    {.name = "delete",
                                     .does = "Delete a dead letter",
                                     .example = "bauta dead-letters delete" + one},
                                    remove);
  add_dead_letter_arguments(removed.app, *removed.options);
}

}  // namespace bauta
