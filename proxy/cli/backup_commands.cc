#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "proxy/cli/admin_words.h"
#include "proxy/cli/backup_json.h"
#include "proxy/cli/backup_verdicts.h"
#include "proxy/cli/journal_replay.h"
#include "proxy/cli/local_command.h"
#include "proxy/cli/progress_line.h"
#include "proxy/cli/stopped_backups.h"
#include "proxy/net/json.h"
#include "proxy/net/rfc3339.h"
#include "storage/journal/journal_files.h"

namespace bauta {
namespace {

/// How often a relay is asked how far its backup is.
constexpr std::chrono::milliseconds kAsk{300};

constexpr std::array<std::string_view, 5> kBackupFields = {"id", "created_at", "bytes", "files",
                                                           "sequence"};
constexpr std::array kBackupColumns = {
    Column{.title = "ID", .path = "id", .align = Align::right},
    Column{.title = "CREATED", .path = "created_at"},
    Column{.title = "BYTES", .path = "bytes", .align = Align::right},
    Column{.title = "FILES", .path = "files", .align = Align::right},
    Column{.title = "SEQUENCE", .path = "sequence", .align = Align::right}};
constexpr Shape kBackup{.columns = kBackupColumns, .fields = kBackupFields};

constexpr std::array kVerdictColumns = {Column{.title = "ID", .path = "id", .align = Align::right},
                                        Column{.title = "WHOLE", .path = "whole"},
                                        Column{.title = "WHAT", .path = "what"}};
constexpr Shape kVerdict{.columns = kVerdictColumns, .fields = {}};

constexpr std::array<std::string_view, 3> kRecoveryFields = {"backup", "backed_up_at",
                                                             "restored_at"};
constexpr Shape kRecovery{.columns = {}, .fields = kRecoveryFields};

/// 0: the newest, or all.
constexpr BackupId kNotSaid = 0;

struct BackupWords {
  AdminWords admin;
  std::string config;
  BackupId id = kNotSaid;

  bool asks_the_relay() const { return config.empty(); }
  Output output() const { return Output(admin.json); }
  std::optional<BackupId> wanted() const {
    return id == kNotSaid ? std::nullopt : std::optional(id);
  }
};

Reply reply_of(Json::Value json) { return {.body = write_json(json), .json = std::move(json)}; }

void show_read(ProgressLine& progress, std::uint64_t bytes) {
  progress.show(fmt::format("{} MiB read", bytes >> 20));
}

/// The relay's last one, once it makes none.
Result<Json::Value> wait_for_last(Client& admin) {
  ProgressLine progress;
  for (;;) {
    BAUTA_TRY(const auto now, admin.get("/backup"));
    if (now.json["state"].asString() != "running") return now.json["last"];
    show_read(progress, now.json["bytes_read"].asUInt64());
    std::this_thread::sleep_for(kAsk);
  }
}

Result<Json::Value> created_by_relay(const BackupWords& words) {
  BAUTA_TRY(const auto admin, admin_of(words.admin));
  BAUTA_CHECK(admin->post("/backup", ""));
  BAUTA_TRY(const auto last, wait_for_last(*admin));
  if (last.isObject() && last["backup"].isObject()) return last["backup"];
  return fail("backup.failed", last.isObject()
                                   ? last["code"].asString() + ": " + last["detail"].asString()
                                   : "the relay does not say what came of it");
}

Result<Json::Value> created_here(const BackupWords& words) {
  BAUTA_TRY(const auto config, load_config(words.config));
  ProgressLine progress;
  BAUTA_TRY(const auto backup,
            back_up_stopped(config, [&](std::uint64_t bytes) { show_read(progress, bytes); }));
  return json_of(backup);
}

Status create(const BackupWords& words) {
  BAUTA_TRY(auto backup, words.asks_the_relay() ? created_by_relay(words) : created_here(words));
  words.output().one(kBackup, reply_of(std::move(backup)));
  return {};
}

void say_journal(const Json::Value& journal) {
  if (!journal.isObject()) return;
  if (journal["failing"].isString())
    Output::say("the journal is not written: " + cell_of(journal["failing"]));
  const auto& replay = journal["replay"];
  if (!replay.isObject()) return;
  Output::say(fmt::format(
      "replayed from the journal: consents {}, people erased {}, sessions erased {}, sessions "
      "closed {}, lines at rest {}, keys revoked {}, webhooks removed {}, webhooks disabled {}, "
      "skipped {}{}",
      replay["consents"].asUInt64(), replay["people"].asUInt64(),
      replay["sessions_erased"].asUInt64(), replay["sessions_closed"].asUInt64(),
      replay["lines"].asUInt64(), replay["keys_revoked"].asUInt64(),
      replay["webhooks_removed"].asUInt64(), replay["webhooks_disabled"].asUInt64(),
      replay["skipped"].asUInt64(),
      replay["complete"].asBool() ? "" : "; the journal has a gap: see readyz"));
}

void say_besides(const Json::Value& relay) {
  if (relay["state"].asString() == "running") Output::say("one more is being made");
  if (relay["last"].isObject() && relay["last"].isMember("code"))
    Output::say("the last one failed: " + cell_of(relay["last"]["code"]) + ": " +
                cell_of(relay["last"]["detail"]));
  if (relay["recovery"].isObject())
    Output::say(relay["recovery"]["after_loss"].asBool()
                    ? "the store goes on without what it lost, and is not released: bauta backup "
                      "release"
                    : "the store was restored and is not released: bauta backup release");
  say_journal(relay["journal"]);
}

Status list(const BackupWords& words) {
  Json::Value json(Json::objectValue);
  if (words.asks_the_relay()) {
    BAUTA_TRY(const auto admin, admin_of(words.admin));
    BAUTA_TRY(auto shown, admin->get("/backup"));
    json = std::move(shown.json);
    say_besides(json);
  } else {
    BAUTA_TRY(const auto config, load_config(words.config));
    BAUTA_TRY(const auto backups, backups_of(config));
    json["backups"] = json_of(backups);
  }
  const auto output = words.output();
  if (!output.document(reply_of(json))) Output::data(Table(kBackup.columns).draw(json["backups"]));
  return {};
}

Result<std::vector<Backup>> wanted_of(const Config& config, const BackupWords& words) {
  if (words.wanted()) {
    BAUTA_TRY(const auto one, backup_of(config, words.wanted()));
    return std::vector{one};
  }
  BAUTA_CHECK(backup_of(config, std::nullopt));
  return backups_of(config);
}

Status verify(const BackupWords& words) {
  BAUTA_TRY(const auto config, load_config(words.config));
  BAUTA_TRY(const auto backups, wanted_of(config, words));
  BAUTA_TRY(auto verdicts, verify_backups(config, backups));
  std::optional<Status> journal;
  if (!words.wanted()) {
    BAUTA_TRY(journal, verify_journal(config, backups));
  }
  Json::Value json(Json::objectValue);
  json["backups"] = std::move(verdicts.json);
  json["journal"] = journal ? json_of_verdict(*journal) : Json::Value();
  const auto output = words.output();
  if (!output.document(reply_of(json))) Output::data(Table(kVerdict.columns).draw(json["backups"]));
  return journal && !*journal ? *journal : verdicts.all;
}

void say_what_is_lost(const Config& config, const Backup& backup) {
  // The store is restored, whatever the journal's disk says.
  const auto looked = journal_gap(config, backup);
  const auto gap = looked ? *looked : std::optional(looked.error().detail);
  Output::say("What was done after that is not in it: texts and sessions are lost.");
  Output::say(gap ? "warning: " + *gap
                  : "STOPs, erasures, lines given out, revoked keys and changed webhooks since "
                    "then are replayed from the journal when the relay starts.");
  if (config.backup_journal.empty()) return;
  if (const auto last = JournalReader(config.backup_journal).last_entry(); last && *last) {
    Output::say("The journal's last entry is of " + format_rfc3339(**last) +
                ": if the store was lost much later, it may have failed before that.");
  }
}

Status restore(const BackupWords& words) {
  BAUTA_TRY(const auto config, load_config(words.config));
  BAUTA_TRY(const auto backup, backup_of(config, words.wanted()));
  ProgressLine progress;
  progress.show(
      fmt::format("reading and copying backup {}: {} MiB", backup.id, backup.bytes >> 20));
  BAUTA_TRY(const auto recovery, restore_stopped(config, backup));
  progress.clear();
  words.output().one(kRecovery, reply_of(json_of(std::optional(recovery))));
  say_what_is_lost(config, backup);
  Output::say(
      "Start the relay: it takes texts, and sends none and tells no webhook until bauta backup "
      "release.");
  return {};
}

Result<Json::Value> released_by_relay(const BackupWords& words) {
  BAUTA_TRY(const auto admin, admin_of(words.admin));
  BAUTA_TRY(const auto before, admin->get("/backup"));
  BAUTA_CHECK(admin->post("/backup/release", ""));
  return before.json["recovery"];
}

Result<Json::Value> released_here(const BackupWords& words) {
  BAUTA_TRY(const auto config, load_config(words.config));
  BAUTA_TRY(const auto recovery, release_stopped(config));
  return json_of(recovery);
}

Status release(const BackupWords& words) {
  BAUTA_TRY(auto recovery,
            words.asks_the_relay() ? released_by_relay(words) : released_here(words));
  if (recovery.isNull()) Output::say("nothing was held");
  words.output().one(kRecovery, reply_of(std::move(recovery)));
  return {};
}

using Command = NewCommand<BackupWords>;

/// A relay that runs is asked; one that does not is named by its configuration.
void add_either(const Command& command) {
  add_admin_words(command.app, command.options->admin);
  command.app
      ->add_option("--config", command.options->config,
                   "The configuration of a relay that does not run, instead of asking one")
      ->type_name("FILE")
      ->excludes(command.app->get_option("--url"))
      ->excludes(command.app->get_option("--key-file"));
}

void add_config(const Command& command) {
  command.app->add_option("--config", command.options->config, "The configuration")
      ->required()
      ->type_name("FILE");
  command.app->add_flag("--json", command.options->admin.json, "Print JSON");
}

}  // namespace

void add_backup_commands(LocalCommands& commands) {
  auto* family = commands.add_family(
      "backup", "Backups of a relay's store; a relay that runs is asked on its admin listener");
  add_either(commands.add(
      family,
      {.name = "create",
       .does = "Make one now, while the relay serves; ends when it is made",
       .example = "bauta backup create\nbauta backup create --config /var/lib/bauta/bauta.toml",
       .notes = "The master key is in no backup: keep it apart, or nobody can read them."},
      create));
  add_either(commands.add(
      family,
      {.name = "list",
       .does = "List the backups, the oldest first",
       .example = "bauta backup list\nbauta backup list --config /var/lib/bauta/bauta.toml"},
      list));
  const auto verify_one =
      commands.add(family,
                   {.name = "verify",
                    .does = "Read all of one, or of all of them, and compare checksums",
                    .example = "bauta backup verify --config /var/lib/bauta/bauta.toml\n"
                               "bauta backup verify 12 --config /var/lib/bauta/bauta.toml",
                    .notes = "Exits with 0 if all that were read are whole, else with 1.  Without "
                             "an ID the journal is read, too.  The relay may run."},
                   verify);
  verify_one.app->add_option("ID", verify_one.options->id, "Which one; else all")
      ->check(CLI::PositiveNumber);
  add_config(verify_one);
  const auto restore_one = commands.add(
      family,
      {.name = "restore",
       .does = "Make the store of a relay that does not run from one",
       .example = "bauta backup restore --config /var/lib/bauta/bauta.toml\n"
                  "bauta backup restore --config /var/lib/bauta/bauta.toml --id 12",
       .notes = "The folder of the store must be absent or empty: nothing is written over.  The "
                "restored relay sends nothing until bauta backup release."},
      restore);
  add_config(restore_one);
  restore_one.app->add_option("--id", restore_one.options->id, "Which one; else the newest")
      ->check(CLI::PositiveNumber);
  add_either(commands.add(
      family,
      {.name = "release",
       .does = "Let a restored relay send again what waits in its store",
       .example = "bauta backup release\nbauta backup release --config /var/lib/bauta/bauta.toml",
       .notes = "Look first at what the backup cannot know: docs/operations/backup.md."},
      release));
}

}  // namespace bauta
