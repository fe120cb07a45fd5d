#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "proxy/cli/number_import.h"
#include "proxy/cli/number_shape.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/numbers";

constexpr std::array kPoolColumns =
    std::to_array<Column>({{.title = "COUNTRY", .path = "country"},
                           {.title = "AREA CODE", .path = "area_code"},
                           {.title = "NUMBERS", .path = "numbers", .align = Align::right},
                           {.title = "RESERVED", .path = "reserved", .align = Align::right},
                           {.title = "DRAINING", .path = "draining", .align = Align::right},
                           {.title = "LIVE", .path = "lines_live", .align = Align::right},
                           {.title = "COOLING", .path = "lines_cooling", .align = Align::right},
                           {.title = "REFUSED", .path = "refused_total", .align = Align::right}});
constexpr Shape kPoolShape{.columns = kPoolColumns, .fields = {}};

constexpr std::array kPlanColumns = std::to_array<Column>(
    {{.title = "COUNTRY", .path = "country"},
     {.title = "AREA CODE", .path = "area_code"},
     {.title = "LINES AT ONCE", .path = "lines_at_once", .align = Align::right},
     {.title = "FOR LINES", .path = "numbers_for_lines", .align = Align::right},
     {.title = "FOR RATE", .path = "numbers_for_rate", .align = Align::right},
     {.title = "NEEDED", .path = "numbers_needed", .align = Align::right},
     {.title = "NOW", .path = "numbers_now", .align = Align::right},
     {.title = "MISSING", .path = "missing", .align = Align::right}});
constexpr Shape kPlanShape{.columns = kPlanColumns, .fields = {}};

struct NewNumberWords {
  std::string number;
  std::string connection;
  std::vector<std::string> fallbacks;
  std::vector<std::string> reach;
  std::vector<std::string> tags;
  std::optional<double> rate_per_second;
  bool reserved = false;
};

struct ImportWords {
  std::string file;
  std::string connection;
  std::string resume;
};

struct NumberFilter : ListOptions {
  std::string country;
  std::string area_code;
  std::string status;
  std::string connection;
};

struct OneNumber {
  std::string number;
};

struct Nothing {};

struct PlanWords {
  std::string country;
  std::string area_code;
  double busiest = 0;
  std::int64_t session_seconds = 0;
  std::optional<std::int64_t> cooling_seconds;
  std::optional<std::int64_t> deadline_seconds;
  std::optional<double> refused_share;
  std::optional<double> sessions;
  std::optional<double> texts;
  std::optional<double> rate;
};

Status add(Client& client, const Output& output, const NewNumberWords& words) {
  Json::Value number(Json::objectValue);
  number["number"] = words.number;
  number["connection"] = words.connection;
  if (!words.fallbacks.empty()) number["fallbacks"] = list_of(words.fallbacks);
  if (!words.reach.empty()) number["reach"] = list_of(words.reach);
  if (!words.tags.empty()) number["tags"] = list_of(words.tags);
  if (words.rate_per_second) number["rate_per_second"] = *words.rate_per_second;
  if (words.reserved) number["reserved"] = true;
  BAUTA_TRY(const auto added, client.post(kPath, write_json(number)));
  output.one(kNumberShape, added);
  return {};
}

void show_outcomes(const Output& output, const NumberImport& numbers) {
  Reply all;
  all.json["data"] = Json::Value(Json::arrayValue);
  for (const auto& outcome : numbers.outcomes()) all.json["data"].append(outcome.json);
  all.body = write_json(all.json);
  output.document(all);
  for (const auto& outcome : numbers.outcomes()) fmt::print(stderr, "{}", describe(outcome));
}

Status import(Client& client, const Output& output, const ImportWords& words) {
  BAUTA_TRY(const auto csv, read_input(words.file));
  BAUTA_TRY(auto lines, read_numbers(csv, words.connection));
  NumberImport numbers(client, std::move(lines), words.resume);
  auto ran = numbers.run();
  show_outcomes(output, numbers);
  const auto added = std::ranges::count_if(numbers.outcomes(), &NumberOutcome::is_added);
  const auto failed = numbers.outcomes().size() - static_cast<std::size_t>(added);
  if (numbers.before() > 0)
    Output::say(fmt::format("{} lines had been brought before", numbers.before()));
  Output::say(fmt::format("{} of {} numbers added", added, numbers.total() - numbers.before()));
  if (!ran && !numbers.job().empty())
    Output::say("go on with the same file and --resume " + numbers.job());
  if (!ran) return ran;
  if (failed > 0)
    return fail("numbers.not_all_added", fmt::format("{} lines were refused, see above", failed));
  return {};
}

Status list(Client& client, const Output& output, const NumberFilter& filter) {
  const auto query = those_given({{"country", filter.country},
                                  {"area_code", filter.area_code},
                                  {"status", filter.status},
                                  {"connection", filter.connection}});
  BAUTA_TRY(const auto numbers, client.list(kPath, query, filter.limit));
  output.list(kNumberShape, numbers);
  return {};
}

Status show(Client& client, const Output& output, const OneNumber& one) {
  BAUTA_TRY(const auto number, client.get(number_path(one.number)));
  output.one(kNumberShape, number);
  return {};
}

Status drain(Client& client, const Output& output, const OneNumber& one) {
  BAUTA_TRY(const auto number, client.patch(number_path(one.number), R"({"status":"draining"})"));
  output.one(kNumberShape, number);
  return {};
}

Status remove(Client& client, const Output& output, const OneNumber& one) {
  BAUTA_CHECK(client.remove(number_path(one.number)));
  output.say(one.number + " is removed");
  return {};
}

Status count_pool(Client& client, const Output& output, const Nothing&) {
  BAUTA_TRY(const auto counts, client.get("/api/v1/pool"));
  output.list(kPoolShape, counts);
  return {};
}

Status plan(Client& client, const Output& output, const PlanWords& words) {
  Json::Value place(Json::objectValue);
  place["country"] = words.country;
  if (!words.area_code.empty()) place["area_code"] = words.area_code;
  place["busiest_sessions_per_day"] = words.busiest;
  place["session_seconds"] = static_cast<Json::Int64>(words.session_seconds);
  if (words.sessions) place["sessions_per_day"] = *words.sessions;
  if (words.texts) place["texts_per_session"] = *words.texts;
  if (words.rate) place["rate_per_second"] = *words.rate;
  Json::Value question(Json::objectValue);
  question["localities"].append(std::move(place));
  if (words.cooling_seconds)
    question["cooling_seconds"] = static_cast<Json::Int64>(*words.cooling_seconds);
  if (words.deadline_seconds)
    question["deadline_seconds"] = static_cast<Json::Int64>(*words.deadline_seconds);
  if (words.refused_share) question["refused_share"] = *words.refused_share;
  BAUTA_TRY(const auto planned, client.post("/api/v1/pool/plan", write_json(question)));
  output.list(kPlanShape, planned);
  return {};
}

void add_adding(ClientCommands& commands, CLI::App* family) {
  const auto added = commands.add(family,
                                  {.name = "add",
                                   .does = "Put a number into the pool",
                                   .example = "bauta numbers add +12025550177 --connection twilio"},
                                  add);
  auto& words = *added.options;
  add_number_argument(added.app, words.number);
  added.app->add_option("--connection", words.connection, "Where its texts come from and leave by")
      ->required();
  added.app
      ->add_option("--fallback", words.fallbacks,
                   "Another connection that may send for it, once for each")
      ->allow_extra_args(false);
  added.app
      ->add_option("--reach", words.reach,
                   "A country whose phones it can text, once for each; left out, its own and its "
                   "calling zone")
      ->allow_extra_args(false);
  added.app->add_option("--rate-per-second", words.rate_per_second,
                        "Texts a second that it may send");
  added.app->add_flag("--reserved", words.reserved, "Give it only to who is named for it");
  added.app->add_option("--tag", words.tags, "A word of your own, once for each")
      ->allow_extra_args(false);

  const auto imported =
      commands.add(family,
                   {.name = "import",
                    .does = "Put the numbers of a CSV file into the pool",
                    .example = "printf 'number,connection,tags\\n+12025550177,twilio,east;new\\n' "
                               "| bauta numbers import -"},
                   import);
  imported.app
      ->add_option(
          "FILE", imported.options->file,
          "Its first line names the columns: number, connection, rate_per_second, reserved, tags, "
          "fallbacks, reach, capabilities; - is standard input")
      ->required();
  imported.app->add_option("--connection", imported.options->connection,
                           "The connection of numbers whose line names none");
  imported.app
      ->add_option("--resume", imported.options->resume,
                   "The job of an import of this file that broke off")
      ->check(is_id("job_"));
}

void add_plan(ClientCommands& commands) {
  const auto planned = commands.add(
      {.name = "plan",
       .does = "Reckon how many numbers a place needs for the sessions that are expected there",
       .example = "bauta plan US --area-code 202 --busiest 40 --session-seconds 1800"},
      plan);
  auto& words = *planned.options;
  planned.app->add_option("COUNTRY", words.country, "The country, as US")->required();
  planned.app->add_option("--area-code", words.area_code,
                          "The area code, as 202; left out, the whole country");
  planned.app
      ->add_option("--busiest", words.busiest,
                   "Sessions a day of the one person there who has the most")
      ->required();
  planned.app
      ->add_option("--session-seconds", words.session_seconds, "Seconds that a session lasts")
      ->required();
  planned.app->add_option(
      "--cooling-seconds", words.cooling_seconds,
      "Seconds that an ended line stays nobody's; left out, the service's setting");
  planned.app->add_option("--deadline-seconds", words.deadline_seconds,
                          "Seconds that a session's last text may be on its way, before its line "
                          "cools; left out, the service's setting");
  planned.app->add_option("--refused-share", words.refused_share,
                          "Share of that person's sessions that may be refused; left out, 0.001");
  planned.app->add_option("--sessions", words.sessions, "Sessions a day of all people there");
  planned.app->add_option("--texts", words.texts, "Texts in a session");
  planned.app->add_option("--rate-per-second", words.rate,
                          "Texts a second that a number may send; left out, 1");
}

}  // namespace

void add_number_commands(ClientCommands& commands) {
  auto* family = commands.add_family("numbers", "The virtual numbers of the pool");
  add_adding(commands, family);

  const auto listed = commands.add(family,
                                   {.name = "list",
                                    .does = "List the numbers of the pool",
                                    .example = "bauta numbers list --country US --status draining"},
                                   list);
  listed.app->add_option("--country", listed.options->country, "Only those of this country, as US");
  listed.app->add_option("--area-code", listed.options->area_code,
                         "Only those of this area code, as 202");
  listed.app->add_option("--status", listed.options->status, "Only those of this status")
      ->check(CLI::IsMember({"active", "reserved", "draining"}));
  listed.app->add_option("--connection", listed.options->connection,
                         "Only those of this connection");
  add_limit(listed.app, *listed.options, "How many, in the order of the pool");

  const auto shown = commands.add(
      family,
      {.name = "show", .does = "Show a number", .example = "bauta numbers show +12025550177"},
      show);
  add_number_argument(shown.app, shown.options->number);

  add_number_set_command(commands, family);

  const auto drained = commands.add(family,
                                    {.name = "drain",
                                     .does = "Give a number to nobody new",
                                     .example = "bauta numbers drain +12025550177"},
                                    drain);
  add_number_argument(drained.app, drained.options->number);

  const auto removed = commands.add(family,
                                    {.name = "remove",
                                     .does = "Take a number that is drained out of the pool",
                                     .example = "bauta numbers remove +12025550177"},
                                    remove);
  add_number_argument(removed.app, removed.options->number);

  add_plan(commands);
  commands.add(
      {.name = "pool", .does = "Count numbers and lines, by locality", .example = "bauta pool"},
      count_pool);
}

}  // namespace bauta
