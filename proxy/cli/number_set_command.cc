#include <array>
#include <optional>

#include "proxy/cli/number_shape.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr std::array kColumns =
    std::to_array<Column>({{.title = "NUMBER", .path = "number"},
                           {.title = "STATUS", .path = "status"},
                           {.title = "CONNECTION", .path = "connection"},
                           {.title = "COUNTRY", .path = "locality.country"},
                           {.title = "AREA CODE", .path = "locality.area_code"},
                           {.title = "RATE", .path = "rate_per_second", .align = Align::right},
                           {.title = "TAGS", .path = "tags"},
                           {.title = "CREATED", .path = "created_at"}});
constexpr std::array kFields = std::to_array<std::string_view>(
    {"number", "status", "connection", "fallbacks", "capabilities", "reach", "rate_per_second",
     "tags", "locality.country", "locality.area_code", "locality.region", "created_at"});

struct NumberChange {
  std::string number;
  std::string status;
  std::string connection;
  std::vector<std::string> fallbacks;
  bool no_fallback = false;
  std::vector<std::string> capabilities;
  std::vector<std::string> reach;
  std::optional<double> rate_per_second;
  std::vector<std::string> tags;
  bool no_tag = false;

  Json::Value json() const {
    Json::Value change(Json::objectValue);
    if (!status.empty()) change["status"] = status;
    if (!connection.empty()) change["connection"] = connection;
    if (!fallbacks.empty() || no_fallback) change["fallbacks"] = list_of(fallbacks);
    if (!capabilities.empty()) change["capabilities"] = list_of(capabilities);
    if (!reach.empty()) change["reach"] = list_of(reach);
    if (rate_per_second) change["rate_per_second"] = *rate_per_second;
    if (!tags.empty() || no_tag) change["tags"] = list_of(tags);
    return change;
  }
};

Status set(Client& client, const Output& output, const NumberChange& words) {
  const auto change = words.json();
  if (change.empty()) return fail("usage.nothing_to_set", "name at least one option");
  BAUTA_TRY(const auto number, client.patch(number_path(words.number), write_json(change)));
  output.one(kNumberShape, number);
  return {};
}

}  // namespace

constinit const Shape kNumberShape{.columns = kColumns, .fields = kFields};

std::string number_path(const std::string& number) { return path_to("/api/v1/numbers/", number); }

void add_number_argument(CLI::App* command, std::string& number) {
  command->add_option("NUMBER", number, "A virtual number, as +12025550177")
      ->required()
      ->check(is_virtual_number());
}

Json::Value list_of(const std::vector<std::string>& texts) {
  Json::Value list(Json::arrayValue);
  for (const auto& text : texts) list.append(text);
  return list;
}

void add_number_set_command(ClientCommands& commands, CLI::App* family) {
  const auto changed = commands.add(
      family,
      {.name = "set",
       .does = "Change a number; what is not named stays as it is",
       .example = "bauta numbers set +12025550177 --status active\n"
                  "bauta numbers set +12025550177 --rate-per-second 5 --fallback telnyx",
       .notes = "Of options that are given once for each, all together replace what was there."},
      set);
  auto& words = *changed.options;
  add_number_argument(changed.app, words.number);
  changed.app
      ->add_option("--status", words.status,
                   "Whether it is given to people who come new, only to who is named for it, or to "
                   "nobody new")
      ->check(CLI::IsMember({"active", "reserved", "draining"}));
  changed.app->add_option("--connection", words.connection,
                          "Where its texts come from and leave by");
  auto* fallbacks = changed.app
                        ->add_option("--fallback", words.fallbacks,
                                     "Another connection that may send for it, once for each")
                        ->allow_extra_args(false);
  changed.app->add_flag("--no-fallback", words.no_fallback, "Let no other connection send for it")
      ->excludes(fallbacks);
  changed.app
      ->add_option("--capability", words.capabilities, "What it can carry, as sms, once for each")
      ->allow_extra_args(false);
  changed.app
      ->add_option("--reach", words.reach, "A country whose phones it can text, once for each")
      ->allow_extra_args(false);
  changed.app->add_option("--rate-per-second", words.rate_per_second,
                          "Texts a second that it may send");
  auto* tags = changed.app->add_option("--tag", words.tags, "A word of your own, once for each")
                   ->allow_extra_args(false);
  changed.app->add_flag("--no-tag", words.no_tag, "Take away every word of your own")
      ->excludes(tags);
}

}  // namespace bauta
