#include <array>
#include <string>
#include <vector>

#include "proxy/cli/client_command.h"
#include "proxy/cli/forwarder.h"
#include "proxy/cli/local_command.h"
#include "proxy/cli/sample_event.h"
#include "proxy/cli/signature_check.h"
#include "proxy/cli/trigger.h"
#include "proxy/net/json.h"
#include "routing/events/event_log.h"

namespace bauta {
namespace {

constexpr std::array kEventFields =
    std::to_array<std::string_view>({"id", "type", "created_at", "session", "sequence", "data"});
constexpr Shape kEventShape{.columns = {}, .fields = kEventFields};

struct TriggerWords : TriggerOptions {
  std::string sample_to;
  std::string secret_file;
};

Status send_sample(const Output& output, const TriggerWords& words) {
  BAUTA_TRY(const auto secret, secret_of(words.secret_file));
  BAUTA_TRY(auto key, octets_of_secret(secret));
  BAUTA_TRY(const auto forwarder,
            Forwarder::make({.url = words.sample_to, .signing_key = std::move(key), .tries = 1}));
  const auto event = sample_event(words.type);
  const auto body = write_json(event);
  const auto forwarded = forwarder->post(string_in(event, "id"), body);
  if (!forwarded.is_taken()) {
    return fail("trigger.refused",
                forwarded.status == 0
                    ? "the endpoint was not reached: " + forwarded.error
                    : "the endpoint answered " + std::to_string(forwarded.status));
  }
  output.one(kEventShape, {.body = body, .json = event});
  return {};
}

Status run_trigger(Client& client, const Output& output, const TriggerWords& words) {
  if (!words.sample_to.empty()) return send_sample(output, words);
  BAUTA_TRY(const auto event, trigger(client, words));
  output.one(kEventShape, event);
  return {};
}

std::string listed(const std::vector<std::string>& types) {
  std::string list;
  for (const auto& type : types) list.append(list.empty() ? "" : ", ").append(type);
  return list;
}

}  // namespace

void add_trigger_commands(ClientCommands& commands) {
  std::vector<std::string> types;
  for (const auto type : event_type_names()) types.emplace_back(type);
  const auto triggered = commands.add(
      {.name = "trigger",
       .does = "Make an event of a type happen, on the simulated carrier",
       .example = "bauta trigger message.delivered\n"
                  "bauta trigger pool.exhausted --sample-to http://localhost:3000/webhooks "
                  "--secret-file whsec.txt",
       .notes =
           "It really happens, so webhooks and `bauta listen` tell it, and those before it: "
           "fictional people get a session of their own for ten minutes.  What can happen: " +
           listed(triggered_types(false)) + "; with a test key also " +
           listed(triggered_types(true)) +
           ", of which message.unconfirmed moves the clock of the whole sandbox on by 73 "
           "hours.  Of every type --sample-to sends one event that never happened, signed with "
           "the secret in BAUTA_SIGNING_SECRET or --secret-file."},
      run_trigger);
  auto& words = *triggered.options;
  triggered.app->add_option("TYPE", words.type, "The event's type")
      ->required()
      ->check(CLI::IsMember(types));
  triggered.app
      ->add_option("--handsets", words.handsets, "The simulated phones, as `bauta dev` prints them")
      ->capture_default_str();
  triggered.app->add_option(
      "--connection", words.connection,
      "The simulated carrier's, else simulated, or with a test key sandbox; numbers of "
      "another one are not used");
  triggered.app->add_option("--sample-to", words.sample_to, "Only send a sample, to this endpoint");
  triggered.app
      ->add_option("--secret-file", words.secret_file, "Holds the secret to sign the sample with")
      ->type_name("FILE");
}

}  // namespace bauta
