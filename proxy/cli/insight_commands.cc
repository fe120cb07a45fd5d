#include <fmt/format.h>

#include <array>
#include <string>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

struct ExplainWords {
  std::string from;
  std::string to;
  std::string text;
};

struct TraceWords {
  std::string message;
};

struct QueueWords {};

constexpr std::array kRecipientColumns =
    std::to_array<Column>({{.title = "RECIPIENT", .path = "participant"},
                           {.title = "LABEL", .path = "label"},
                           {.title = "ADDRESS", .path = "address"},
                           {.title = "SEES", .path = "virtual_number"},
                           {.title = "OUTCOME", .path = "outcome"},
                           {.title = "CODE", .path = "code"},
                           {.title = "CONNECTION", .path = "connection"},
                           {.title = "FALLBACKS", .path = "fallbacks"},
                           {.title = "DOWN", .path = "down"}});
constexpr std::array kExplainedFields = std::to_array<std::string_view>(
    {"from", "to", "outcome", "code", "connection", "keyword", "consent.service", "consent.line",
     "session.id", "session.status", "session.ended_at", "session.reusable_at",
     "session.participant", "masked", "answer"});
constexpr Shape kExplainedShape{.columns = kRecipientColumns, .fields = kExplainedFields};

/// "1.250 s"
std::string seconds_of(const Json::Value& milliseconds) {
  return fmt::format("{:.3f} s", milliseconds.isInt64()
                                     ? static_cast<double>(milliseconds.asInt64()) / 1'000
                                     : 0.0);
}

constexpr std::array kStepColumns = std::to_array<Column>(
    {{.title = "AT", .path = "at"},
     {.title = "AFTER", .path = "after", .text = seconds_of, .align = Align::right},
     {.title = "STEP", .path = "type"},
     {.title = "TO", .path = "to"},
     {.title = "CONNECTION", .path = "connection"},
     {.title = "CODE", .path = "code"}});
constexpr std::array kAttemptColumns =
    std::to_array<Column>({{.title = "TO", .path = "to"},
                           {.title = "FROM", .path = "virtual_number"},
                           {.title = "STATUS", .path = "status"},
                           {.title = "ATTEMPTS", .path = "attempts", .align = Align::right},
                           {.title = "CONNECTION", .path = "connection"},
                           {.title = "PROVIDER IDS", .path = "provider_ids"},
                           {.title = "NEXT ATTEMPT", .path = "next_attempt_at"},
                           {.title = "DEADLINE", .path = "deadline_at"}});
constexpr std::array kTracedFields = std::to_array<std::string_view>(
    {"id", "session", "origin", "from", "received_at", "encoding", "segments"});

std::string texts_of(const Json::Value& queue, Json::ArrayIndex age) {
  return cell_of(queue["ages"][age]["texts"]);
}
template <Json::ArrayIndex age>
std::string in_bucket(const Json::Value& queue) {
  return texts_of(queue, age);
}

constexpr std::array kQueueColumns = std::to_array<Column>(
    {{.title = "CONNECTION", .path = "connection"},
     {.title = "TEXTS", .path = "texts", .align = Align::right},
     {.title = "1 s", .path = "", .text = in_bucket<0>, .align = Align::right},
     {.title = "10 s", .path = "", .text = in_bucket<1>, .align = Align::right},
     {.title = "1 min", .path = "", .text = in_bucket<2>, .align = Align::right},
     {.title = "10 min", .path = "", .text = in_bucket<3>, .align = Align::right},
     {.title = "1 h", .path = "", .text = in_bucket<4>, .align = Align::right},
     {.title = "LONGER", .path = "", .text = in_bucket<5>, .align = Align::right},
     {.title = "CLAIMED", .path = "claimed", .align = Align::right},
     {.title = "UNKNOWN", .path = "unknown", .align = Align::right},
     {.title = "OLDEST", .path = "oldest_at"},
     {.title = "DOWN SINCE", .path = "down.since"}});
constexpr Shape kQueueShape{.columns = kQueueColumns, .fields = {}};

Status explain(Client& client, const Output& output, const ExplainWords& words) {
  Json::Value question(Json::objectValue);
  BAUTA_TRY(question["from"], address_of(words.from));
  question["to"] = words.to;
  if (!words.text.empty()) question["text"] = words.text;
  BAUTA_TRY(const auto explained, client.post("/api/v1/explain", write_json(question)));
  output.one(kExplainedShape, explained);
  const auto& recipients = explained.json["recipients"];
  if (!output.is_json() && !recipients.empty())
    Output::data("\n" + Table(kRecipientColumns).draw(recipients));
  return {};
}

/// The steps, each with the time since the one before it.
Json::Value with_durations(const Json::Value& steps) {
  Json::Value timed(Json::arrayValue);
  Json::Int64 before = 0;
  for (auto step : steps) {
    const auto since = step["milliseconds_since_received"];
    const Json::Int64 at = since.isInt64() ? since.asInt64() : before;
    step["after"] = at - before;
    before = at;
    timed.append(std::move(step));
  }
  return timed;
}

Status trace(Client& client, const Output& output, const TraceWords& words) {
  BAUTA_TRY(const auto traced, client.get(path_to("/api/v1/messages/", words.message) + "/trace"));
  if (output.document(traced)) return {};
  Output::data(draw_fields(kTracedFields, traced.json["message"]));
  Output::data("\n" + Table(kStepColumns).draw(with_durations(traced.json["steps"])));
  Output::data("\n" + Table(kAttemptColumns).draw(traced.json["deliveries"]));
  for (const auto& down : traced.json["down"])
    Output::say(fmt::format("{} is down since {}; it is tried again at {}",
                            cell_of(down["connection"]), cell_of(down["since"]),
                            cell_of(down["next_attempt_at"])));
  if (traced.json["complete"] == false)
    Output::say("so much else happened meanwhile that steps may be missing");
  return {};
}

Status show_queue(Client& client, const Output& output, const QueueWords&) {
  BAUTA_TRY(const auto queue, client.get("/api/v1/queue"));
  output.list(kQueueShape, queue);
  if (queue.json["complete"] == false)
    Output::say("more texts wait than are looked at: these are some of them");
  return {};
}

}  // namespace

void add_insight_commands(ClientCommands& commands) {
  const auto explained = commands.add(
      {.name = "explain",
       .does = "Explain what a text would meet now: session, seat, consent, recipients, carrier",
       .example = "bauta explain +442079460142 +442079460101\n"
                  "echo +442079460142 | bauta explain - +442079460101 --text STOP",
       .notes = "Nothing is sent.  CODE says why a text would reach nobody (docs/errors.md)."},
      explain);
  explained.app
      ->add_option("FROM", explained.options->from,
                   "The person's own address, as +12025550142; - is standard input")
      ->required();
  explained.app->add_option("TO", explained.options->to, "The virtual number that they text")
      ->required()
      ->check(is_virtual_number());
  explained.app->add_option("--text", explained.options->text,
                            "What it says; left out, words like any other");

  const auto traced =
      commands.add({.name = "trace",
                    .does = "Show a text's life, a line a step, with the time between them",
                    .example = "bauta trace msg_01k9xkq4z1x2y3z4a5b6c7d8e9"},
                   trace);
  traced.app->add_option("MESSAGE", traced.options->message, "Its id")
      ->required()
      ->check(is_id("msg_"));

  commands.add({.name = "queue",
                .does = "Count what waits to be sent, by connection and by how long it has waited",
                .example = "bauta queue"},
               show_queue);
}

}  // namespace bauta
