#include <fmt/format.h>

#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proxy/api/codes.h"
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

/// The API says "sent" of what it does not block; whether that is soon depends on what is down.
std::string outcome_of(const Json::Value& recipient) {
  const bool is_sent = recipient["outcome"] == "sent";
  const bool none_is_up = recipient["down"].size() > recipient["fallbacks"].size();
  return is_sent && none_is_up ? "waits" : cell_of(recipient["outcome"]);
}

constexpr std::array kRecipientColumns =
    std::to_array<Column>({{.title = "RECIPIENT", .path = "participant"},
                           {.title = "LABEL", .path = "label"},
                           {.title = "ADDRESS", .path = "address"},
                           {.title = "SEES", .path = "virtual_number"},
                           {.title = "OUTCOME", .path = "", .text = outcome_of},
                           {.title = "CODE", .path = "code"},
                           {.title = "CONNECTION", .path = "connection"},
                           {.title = "FALLBACKS", .path = "fallbacks"},
                           {.title = "DOWN", .path = "down"}});
constexpr std::array kExplainedFields = std::to_array<std::string_view>(
    {"from", "to", "outcome", "code", "what it means", "what to do", "connection", "keyword",
     "consent.service", "consent.line", "session.id", "session.status", "session.ended_at",
     "session.reusable_at", "session.participant", "masked", "answer"});

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
                           {.title = "CODE", .path = "code"},
                           {.title = "ATTEMPTS", .path = "attempts", .align = Align::right},
                           {.title = "CONNECTION", .path = "connection"},
                           {.title = "PROVIDER IDS", .path = "provider_ids"},
                           {.title = "NEXT ATTEMPT", .path = "next_attempt_at"},
                           {.title = "DEADLINE", .path = "deadline_at"}});
constexpr const char* kNotOurNumber = "inbound.not_our_number";
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

void say_what_is_down(const Json::Value& connections) {
  for (const auto& down : connections) {
    Output::say(fmt::format("{} is down since {} ({}); it is tried again at {}",
                            cell_of(down["connection"]), cell_of(down["since"]),
                            cell_of(down["code"]), cell_of(down["next_attempt_at"])));
  }
}

/// A line a field that says something; what the code means stands below it.
std::string draw_explained(const Json::Value& explained) {
  auto told = explained;
  if (const auto* code = api::find_error_code(string_in(explained, "code"))) {
    told["what it means"] = std::string(code->meaning);
    told["what to do"] = std::string(code->mend);
  }
  std::vector<std::string_view> fields;
  for (const auto field : kExplainedFields) {
    if (cell_of(value_at(told, field)) != "-") fields.push_back(field);
  }
  return draw_fields(fields, told);
}

/// What the codes of those mean whom it does not reach.
std::string draw_codes_of(const Json::Value& recipients) {
  std::set<std::string> codes;
  for (const auto& recipient : recipients) codes.insert(string_in(recipient, "code"));
  std::string drawn;
  for (const auto& name : codes) {
    const auto* code = api::find_error_code(name);
    if (code != nullptr) drawn += fmt::format("\n{}: {} {}\n", name, code->meaning, code->mend);
  }
  return drawn;
}

/// Would it go on if each stood in the other's place?  Both stay in the body of a question.
bool are_swapped(Client& client, const Json::Value& question) {
  Json::Value turned(Json::objectValue);
  turned["from"] = question["to"];
  turned["to"] = question["from"];
  const auto explained = client.post("/api/v1/explain", write_json(turned));
  return explained && explained->json["code"] != kNotOurNumber;
}

Status explain(Client& client, const Output& output, const ExplainWords& words) {
  Json::Value question(Json::objectValue);
  BAUTA_TRY(question["from"], address_of(words.from));
  question["to"] = words.to;
  if (!words.text.empty()) question["text"] = words.text;
  BAUTA_TRY(const auto explained, client.post("/api/v1/explain", write_json(question)));
  if (output.document(explained)) return {};
  Output::data(draw_explained(explained.json));
  const auto& recipients = explained.json["recipients"];
  if (!recipients.empty()) Output::data("\n" + Table(kRecipientColumns).draw(recipients));
  Output::data(draw_codes_of(recipients));
  say_what_is_down(explained.json["down"]);
  if (explained.json["code"] == kNotOurNumber && are_swapped(client, question))
    Output::say("FROM is one of your virtual numbers, and TO is not: are they swapped?");
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

/// How each went, with the code of its last failure, which the message itself tells.
Json::Value with_codes(const Json::Value& deliveries, const Json::Value& of_message) {
  Json::Value told(Json::arrayValue);
  for (auto delivery : deliveries) {
    for (const auto& one : of_message) {
      if (one["to"] == delivery["to"]) delivery["code"] = value_at(one, "error.code");
    }
    told.append(std::move(delivery));
  }
  return told;
}

Status trace(Client& client, const Output& output, const TraceWords& words) {
  BAUTA_TRY(const auto traced, client.get(path_to("/api/v1/messages/", words.message) + "/trace"));
  if (output.document(traced)) return {};
  Output::data(draw_fields(kTracedFields, traced.json["message"]));
  Output::data("\n" + Table(kStepColumns).draw(with_durations(traced.json["steps"])));
  Output::data("\n" + Table(kAttemptColumns)
                          .draw(with_codes(traced.json["deliveries"],
                                           traced.json["message"]["deliveries"])));
  say_what_is_down(traced.json["down"]);
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
       .notes = "Nothing is sent.  CODE says why a text would reach nobody, with what it means and "
                "what to do; a recipient whose connections are all down waits."},
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
