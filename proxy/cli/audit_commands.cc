#include <array>
#include <string>

#include "proxy/cli/client_command.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/audit";

constexpr std::array kColumns = std::to_array<Column>({{.title = "CREATED", .path = "created_at"},
                                                       {.title = "ACTION", .path = "action"},
                                                       {.title = "BY", .path = "by"},
                                                       {.title = "KEY", .path = "key"},
                                                       {.title = "SERVICE", .path = "service"},
                                                       {.title = "OBJECT", .path = "object"},
                                                       {.title = "DETAILS", .path = "details"}});
constexpr Shape kShape{.columns = kColumns, .fields = {}};

struct AuditWords : ListOptions {
  std::string action;
  std::string after;
  std::string before;
  std::string account;
};

Status show(Client& client, const Output& output, const AuditWords& words) {
  Form filter;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) filter.emplace_back(name, value);
  };
  add("action", words.action);
  add("created_after", words.after);
  add("created_before", words.before);
  add("account", words.account);
  BAUTA_TRY(const auto entries, client.list(kPath, filter, words.limit));
  output.story(kShape, entries);
  return {};
}

}  // namespace

void add_audit_commands(ClientCommands& commands) {
  const auto shown = commands.add(
      {.name = "audit",
       .does = "List who made, changed, removed, exported and erased what, the oldest first",
       .example = "bauta audit --action key.created"},
      show);
  shown.app->add_option("--action", shown.options->action, "Only this, as key.revoked");
  shown.app->add_option("--after", shown.options->after, "Only later, as 2030-01-31T12:00:00Z");
  shown.app->add_option("--before", shown.options->before, "Only earlier");
  shown.app
      ->add_option("--account", shown.options->account,
                   "Another account's, for a key with the scope operator")
      ->check(is_id("acc_"));
  add_limit(shown.app, *shown.options);
}

}  // namespace bauta
