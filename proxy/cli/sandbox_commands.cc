#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr std::array<std::string_view, 3> kClockFields = {"now", "ahead_seconds", "settled"};
constexpr Shape kClock{.columns = {}, .fields = std::span(kClockFields).first<2>()};
constexpr Shape kMovedClock{.columns = {}, .fields = kClockFields};

constexpr std::array<std::string_view, 1> kOutcomeFields = {"outcome"};
constexpr Shape kOutcome{.columns = {}, .fields = kOutcomeFields};

constexpr std::array kTextColumns =
    std::to_array<Column>({{.title = "RECEIVED", .path = "received_at"},
                           {.title = "FROM", .path = "from"},
                           {.title = "TEXT", .path = "text"}});
constexpr Shape kTexts{.columns = kTextColumns, .fields = {}};

struct NoWords {};
struct AdvanceWords {
  std::int64_t seconds = 0;
};
struct TextWords {
  std::string from;
  std::string to;
  std::string text;
};
struct InboxWords {
  std::string address;
  std::uint32_t limit = 50;
};

Status show_clock(Client& client, const Output& output, const NoWords&) {
  BAUTA_TRY(const auto clock, client.get("/api/v1/sandbox/clock"));
  output.one(kClock, clock);
  return {};
}

Status advance(Client& client, const Output& output, const AdvanceWords& words) {
  Json::Value body(Json::objectValue);
  body["seconds"] = static_cast<Json::Int64>(words.seconds);
  BAUTA_TRY(const auto moved, client.post("/api/v1/sandbox/clock/advance", write_json(body)));
  output.one(kMovedClock, moved);
  return {};
}

Status text(Client& client, const Output& output, const TextWords& words) {
  Json::Value body(Json::objectValue);
  body["from"] = words.from;
  body["to"] = words.to;
  body["text"] = words.text;
  BAUTA_TRY(const auto told, client.post("/api/v1/sandbox/handsets/text", write_json(body)));
  output.one(kOutcome, told);
  return {};
}

Status inbox(Client& client, const Output& output, const InboxWords& words) {
  Json::Value body(Json::objectValue);
  body["address"] = words.address;
  body["limit"] = words.limit;
  BAUTA_TRY(const auto texts, client.post("/api/v1/sandbox/handsets/inbox", write_json(body)));
  output.list(kTexts, texts);
  return {};
}

}  // namespace

void add_sandbox_commands(ClientCommands& commands) {
  auto* family = commands.add_family("sandbox", "The sandbox's clock and phones, for test keys");

  commands.add(family,
               {.name = "clock",
                .does = "Show what time it is in the sandbox",
                .example = "bauta sandbox clock"},
               show_clock);

  const auto advanced =
      commands.add(family,
                   {.name = "advance",
                    .does = "Move the sandbox's clock on; ends when what came due is done",
                    .example = "bauta sandbox advance 86400"},
                   advance);
  advanced.app->add_option("SECONDS", advanced.options->seconds, "How many seconds")
      ->required()
      ->check(CLI::Range(1, 31'622'400));

  const auto texted =
      commands.add(family,
                   {.name = "text",
                    .does = "Text from a phone of the sandbox to a virtual number",
                    .example = "bauta sandbox text +12025550142 +12025550170 'I am outside'"},
                   text);
  texted.app->add_option("FROM", texted.options->from, "Whose phone, as +12025550142")->required();
  texted.app->add_option("TO", texted.options->to, "The virtual number")
      ->required()
      ->check(is_virtual_number());
  texted.app->add_option("TEXT", texted.options->text, "What they write")->required();

  const auto read = commands.add(family,
                                 {.name = "inbox",
                                  .does = "List what a phone of the sandbox got, the newest first",
                                  .example = "bauta sandbox inbox +12025550142"},
                                 inbox);
  read.app->add_option("ADDRESS", read.options->address, "Whose phone")->required();
  read.app->add_option("--limit", read.options->limit, "How many texts")->check(CLI::Range(1, 100));
}

}  // namespace bauta
