#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "proxy/cli/client_command.h"
#include "proxy/cli/progress_line.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

/// Between two looks at a job.
constexpr std::chrono::milliseconds kPollPause{500};

constexpr std::array<std::string_view, 5> kJobFields = {"id", "status", "done_at", "erased",
                                                        "kept"};
constexpr Shape kJobShape{.columns = {}, .fields = kJobFields};

constexpr std::array kConsentColumns =
    std::to_array<Column>({{.title = "NUMBER", .path = "virtual_number"},
                           {.title = "STATE", .path = "state"},
                           {.title = "SOURCE", .path = "source"},
                           {.title = "SINCE", .path = "since"}});
constexpr std::array<std::string_view, 4> kConsentFields = {"virtual_number", "state", "source",
                                                            "since"};
constexpr Shape kConsentShape{.columns = kConsentColumns, .fields = kConsentFields};

struct PersonWords {
  std::string address;
  bool no_wait = false;
};

struct ConsentWords {
  std::string address;
  std::string state;
  std::string number;
};

/// One document, whatever --json says: what it is for is to be handed on.
Status export_one(Client& client, const Output&, const PersonWords& words) {
  Json::Value whole(Json::objectValue);
  std::string cursor;
  BAUTA_TRY(const auto address, address_of(words.address));
  do {
    Json::Value body(Json::objectValue);
    body["address"] = address;
    body["limit"] = 100;
    if (!cursor.empty()) body["cursor"] = cursor;
    BAUTA_TRY(const auto page, client.post("/api/v1/people/export", write_json(body)));
    if (whole.empty()) {
      whole = page.json;
      whole.removeMember("next_cursor");
    } else {
      for (const auto& session : page.json["data"]) whole["data"].append(session);
    }
    cursor = string_in(page.json, "next_cursor");
  } while (!cursor.empty());
  Output::data(write_json(whole) + "\n");
  return {};
}

Status erase(Client& client, const Output& output, const PersonWords& words) {
  Json::Value body(Json::objectValue);
  BAUTA_TRY(body["address"], address_of(words.address));
  BAUTA_TRY(auto job, client.post("/api/v1/people/erase", write_json(body)));
  const auto path = path_to("/api/v1/jobs/", string_in(job.json, "id"));
  ProgressLine progress;
  while (!words.no_wait && string_in(job.json, "status") != "done") {
    const auto& erased = job.json["erased"];
    progress.show(fmt::format("erased so far: {} sessions, {} messages",
                              cell_of(erased["sessions"]), cell_of(erased["messages"])));
    std::this_thread::sleep_for(kPollPause);
    BAUTA_TRY(job, client.get(path));
  }
  progress.clear();
  output.one(kJobShape, job);
  return {};
}

Status consent(Client& client, const Output& output, const ConsentWords& words) {
  Json::Value body(Json::objectValue);
  BAUTA_TRY(body["address"], address_of(words.address));
  if (words.state.empty()) {
    BAUTA_TRY(auto found, client.post("/api/v1/consents/lookup", write_json(body)));
    if (!output.is_json()) found.json["data"] = found.json["consents"];
    output.list(kConsentShape, found);
    return {};
  }
  body["state"] = words.state;
  if (!words.number.empty()) body["virtual_number"] = words.number;
  BAUTA_TRY(const auto recorded, client.post("/api/v1/consents", write_json(body)));
  output.one(kConsentShape, recorded);
  return {};
}

void add_address(CLI::App* command, std::string& address) {
  command
      ->add_option("ADDRESS", address, "The person's address, as +12025550142; - is standard input")
      ->required();
}

}  // namespace

void add_people_commands(ClientCommands& commands) {
  auto* family = commands.add_family("people", "What is stored about a person");

  const auto exported =
      commands.add(family,
                   {.name = "export",
                    .does = "Print everything that is stored about a person, as JSON",
                    .example = "bauta people export +12025550142 > person.json"},
                   export_one);
  add_address(exported.app, exported.options->address);

  const auto erased =
      commands.add(family,
                   {.name = "erase",
                    .does = "Erase a person for good, with every session that they took part in",
                    .example = "bauta people erase +12025550142"},
                   erase);
  add_address(erased.app, erased.options->address);
  erased.app->add_flag("--no-wait", erased.options->no_wait, "Do not wait until it is done");

  const auto consented =
      commands.add(family,
                   {.name = "consent",
                    .does = "Show what a person agreed to; with --state, record what they told you",
                    .example = "bauta people consent +12025550142 --state opted_out"},
                   consent);
  add_address(consented.app, consented.options->address);
  consented.app->add_option("--state", consented.options->state, "What they told you")
      ->check(CLI::IsMember({"opted_in", "opted_out"}));
  consented.app->add_option("--number", consented.options->number, "Only at this virtual number")
      ->check(is_virtual_number());
}

}  // namespace bauta
