#include <fmt/format.h>
#include <json/value.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

#include "proxy/cli/commands.h"
#include "proxy/cli/doctor_store.h"
#include "proxy/cli/tls_of.h"
#include "proxy/config/idle_variables.h"
#include "proxy/config/secret_files.h"
#include "proxy/doctor/certificate.h"
#include "proxy/doctor/machine.h"
#include "proxy/doctor/network.h"
#include "proxy/doctor/secrets.h"
#include "proxy/doctor/store_folder.h"
#include "proxy/net/json.h"
#include "proxy/net/url.h"

namespace bauta {
namespace {

constexpr std::chrono::milliseconds kPatience{5'000};

void add(Findings& all, Findings some) {
  all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
}

Findings check_config(const std::filesystem::path& file, const Result<Config>& config) {
  constexpr const char* kCheck = "configuration";
  constexpr const char* kMend = "bauta config reference explains every key";
  if (config) return {is_ok(kCheck, fmt::format("{} is whole", file.string()))};
  if (config.error().faults.empty()) return {is_failing(kCheck, config.error().detail, kMend)};
  Findings findings;
  for (const auto& fault : config.error().faults) {
    findings.push_back(is_failing(fault.pointer.empty() ? kCheck : fault.pointer,
                                  fmt::format("{}: {}", file.string(), fault.detail), kMend));
  }
  return findings;
}

Findings check_secrets(const std::filesystem::path& file) {
  Findings findings;
  for (const auto& [setting, path] : secret_files_of(file))
    findings.push_back(judge_secret(setting, path, rights_of(path), ::geteuid()));
  return findings;
}

Findings check_certificate(const std::string& section, const std::optional<TlsFiles>& files,
                           const std::string& host) {
  if (!files) return {};
  const auto setting = section + ".tls_certificate_file";
  if (const auto checked = TlsListening::check(section, *files); !checked) {
    return {is_failing(setting, checked.error().detail,
                       "docs/operations/tls.md says what each reason means")};
  }
  const auto& file = files->certificate_file;
  return {
      judge_certificate(setting, file, look_at_certificate(file, host), host, SystemClock().now()),
      // A group may read it: that of those who may serve with it.
      judge_secret(section + ".tls_key_file", files->key_file, rights_of(files->key_file),
                   ::geteuid(), Readers::group)};
}

Findings check_listener(const Config& config, const std::string& section, const std::string& listen,
                        bool is_https, const StoreVisit& store) {
  ListenerLook look{.bound = try_to_bind(listen), .relay_runs = store.is_held};
  if (!look.bound && is_relay_at(config, listen, is_https))
    look.occupant = store.is_free ? Occupant::another_relay : Occupant::this_relay;
  return {judge_listener(section, listen, look)};
}

Findings check_variables() {
  Findings findings;
  for (const auto& idle : idle_variables(own_variables())) {
    findings.push_back(is_doubtful(
        "environment", idle, "mend its name, or take it away: bauta config reference has all"));
  }
  return findings;
}

Findings check_copies(const Config& config) {
  return judge_copies(config, {.store = disk_of(config.storage_path),
                               .backups = disk_of(config.backup_path),
                               .journal = disk_of(config.backup_journal)});
}

Findings check_network(const Config& config, const StoreVisit& store) {
  Findings all{judge_public_url(config), judge_webhooks(config.webhook_allow_private)};
  const auto url = parse_url(config.public_url);
  const auto host = url && !config.public_url_is_assumed ? url->host : std::string();
  if (!host.empty()) {
    // Connecting tells whether the name is known; whoever answers may be a proxy in front, or not be reachable from inside.
    const auto outcome = ask_at(config.public_url, "", config.client_ca_file, kPatience);
    const auto* unsent = std::get_if<HttpNotSent>(&outcome);
    const bool unknown = unsent != nullptr && unsent->error.code == "http.resolve_failed";
    all.push_back(unknown
                      ? is_doubtful("public.url host", fmt::format("{} is not known here", host),
                                    "carriers must be able to look it up: see to its DNS")
                      : is_ok("public.url host", fmt::format("{} is known", host)));
  }
  const auto public_tls = public_tls_of(config);
  const auto admin_tls = admin_tls_of(config);
  add(all, check_certificate("public", public_tls, host));
  add(all, check_certificate("admin", admin_tls, ""));
  add(all, check_listener(config, "public", config.public_listen, public_tls.has_value(), store));
  add(all, check_listener(config, "admin", config.admin_listen, admin_tls.has_value(), store));
  if (config.connections.empty()) all.push_back(no_connection());
  for (const auto& connection : config.connections) {
    const auto api = api_url_of(connection);
    add(all, judge_connection(connection, api, ask_at(api, "", config.client_ca_file, kPatience)));
  }
  return all;
}

Findings examine(const std::filesystem::path& file) {
  const auto config = load_config(file);
  auto all = check_config(file, config);
  add(all, check_secrets(file));
  add(all, check_variables());
  if (!config) return all;
  if (const auto& key = config->master_key_file)
    all.push_back(judge_secret("master_key.file", *key, rights_of(*key), ::geteuid()));
  // First: it takes the master key out of the environment, which only one thread may do.
  const auto store = visit_store(*config);
  if (config->storage_engine != "memory") {
    add(all, judge_folder(config->storage_path, look_at_folder(config->storage_path),
                          static_cast<std::uint64_t>(config->storage_reserve_bytes_max)));
    add(all, check_copies(*config));
  }
  add(all, store.findings);
  add(all, ask_relay(*config, store));
  add(all, judge_machine(look_at_machine(), *config));
  add(all, check_network(*config, store));
  return all;
}

Json::Value json_of(const Findings& findings, bool is_fine) {
  Json::Value json(Json::objectValue);
  json["fine"] = is_fine;
  json["checks"] = Json::Value(Json::arrayValue);
  for (const auto& [check, grade, what, mend] : findings) {
    Json::Value one(Json::objectValue);
    one["check"] = check;
    one["grade"] = std::string(grade_name(grade));
    one["what"] = what;
    one["mend"] = mend.empty() ? Json::Value() : Json::Value(mend);
    json["checks"].append(std::move(one));
  }
  return json;
}

void print(const Findings& findings) {
  for (const auto& [check, grade, what, mend] : findings) {
    fmt::print("{:<8} {}: {}\n", grade_name(grade), check, what);
    if (!mend.empty()) fmt::print("{:<8} => {}\n", "", mend);
  }
}

}  // namespace

int run_doctor(const DoctorOptions& options) {
  const auto findings = examine(options.config);
  const bool is_fine = is_well(findings, options.strict);
  if (options.json) {
    fmt::print("{}\n", write_json(json_of(findings, is_fine)));
  } else {
    print(findings);
  }
  return is_fine ? done : refused;
}

}  // namespace bauta
