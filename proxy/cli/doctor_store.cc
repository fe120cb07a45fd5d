#include "proxy/cli/doctor_store.h"

#include <fmt/format.h>
#include <json/value.h>

#include <filesystem>
#include <optional>

#include "proxy/cli/run_task.h"
#include "proxy/cli/store_of.h"
#include "proxy/cli/version.h"
#include "proxy/doctor/network.h"
#include "proxy/net/json.h"
#include "proxy/net/listening.h"
#include "storage/rocksdb/stopped_store.h"

namespace bauta {
namespace {

constexpr std::chrono::milliseconds kPatience{5'000};

Diagnosis judge_store_error(const Error& error) {
  std::string mend = "bauta store verify says more; if it is damaged, restore a backup";
  if (error.code.starts_with("seal."))
    mend =
        "put back the master key that the store was made with: without it nothing in it can be "
        "read";
  if (error.code == "storage.newer_format") mend = "run the newer bauta that wrote it";
  return is_failing("store", fmt::format("{}: {}", error.code, error.detail), std::move(mend));
}

/// Where to ask a listener: of all addresses, this machine's own.
std::string address_of(const std::string& listen, bool is_https) {
  auto endpoint = parse_listen(listen);
  if (!endpoint || endpoint->port() == 0) return "";
  if (endpoint->address().is_unspecified()) {
    endpoint->address(endpoint->address().is_v6()
                          ? boost::asio::ip::address(boost::asio::ip::address_v6::loopback())
                          : boost::asio::ip::address(boost::asio::ip::address_v4::loopback()));
  }
  return (is_https ? "https://" : "http://") + show(*endpoint);
}

bool has_another_name(const HttpOutcome& outcome) {
  const auto* unsent = std::get_if<HttpNotSent>(&outcome);
  return unsent != nullptr && unsent->error.code == "http.tls_failed";
}

std::optional<Json::Value> operations_of(const HttpOutcome& outcome) {
  const auto* answer = std::get_if<HttpAnswer>(&outcome);
  if (answer == nullptr || answer->status != 200) return std::nullopt;
  const auto json = read_foreign_json(answer->body);
  if (!json || !json->isMember("ready")) return std::nullopt;
  return *json;
}

void add_reasons(Findings& findings, const Json::Value& list, Grade grade) {
  for (const auto& one : list) {
    findings.push_back({.check = "relay " + string_in(one, "check"),
                        .grade = grade,
                        .what = string_in(one, "reason"),
                        .mend = string_in(one, "check") == "clock"
                                    ? "set the machine's clock, then bauta clock confirm"
                                    : "look at the relay's log"});
  }
}

}  // namespace

StoreVisit visit_store(const Config& config) {
  if (config.storage_engine == "memory") {
    return {.findings = {is_doubtful("store", "the engine memory keeps nothing",
                                     "set [storage] engine to rocksdb")}};
  }
  const auto master = master_key_of(config);
  std::error_code error;
  const bool is_there = std::filesystem::exists(config.storage_path / "CURRENT", error);
  if (!is_there) {
    auto finding =
        master
            ? is_doubtful("store", fmt::format("there is none in {}", config.storage_path.string()),
                          "bauta init DIR makes one, with the first API key")
            : judge_store_error(master.error());
    return {.findings = {std::move(finding)}, .is_free = !error};
  }
  const auto now = SystemClock().now();
  const auto store = StoppedStore::open(config.storage_path, now);
  const bool is_held = !store && store.error().code == "storage.locked";
  // Who cannot open it for want of rights does not see either whether somebody else has it.
  const bool is_free = store || (!is_held && store.error().code != "storage.unavailable");
  const auto says = [&](Diagnosis finding) {
    return StoreVisit{.findings = {std::move(finding)}, .is_held = is_held, .is_free = is_free};
  };
  if (!master) return says(judge_store_error(master.error()));
  if (is_held) return says(is_ok("store", "a running relay has it"));
  if (!store) return says(judge_store_error(store.error()));
  SystemRandom random;
  const auto ring = run_here(KeyRing::open(**store, (*master)->copy(), random, now));
  if (!ring) return says(judge_store_error(ring.error()));
  return says(is_ok("store", "it opens, and its key ring opens with the master key"));
}

Findings ask_relay(const Config& config, const StoreVisit& store) {
  constexpr const char* kCheck = "relay";
  const bool is_https = !config.admin_tls_certificate_file.empty();
  const auto url = address_of(config.admin_listen, is_https);
  // Whoever listens there while no relay runs gets no key.
  if (!store.is_held) {
    return {is_ok(
        kCheck, store.is_free ? "it does not run" : "whether it runs cannot be told by its store")};
  }
  const auto outcome =
      url.empty() ? HttpOutcome(HttpNotSent{})
                  : ask_at(url + "/operations", config.admin_key, config.client_ca_file, kPatience);
  const auto look = operations_of(outcome);
  if (!look && is_https && has_another_name(outcome)) {
    return {is_doubtful(kCheck,
                        "whether it is ready cannot be asked: the certificate of its admin "
                        "listener is of another name than " +
                            url,
                        "ask /readyz by the name that the certificate is of")};
  }
  if (!look) {
    return {is_doubtful(kCheck, "its store is held, and its admin listener says nothing",
                        url.empty()
                            ? "its port is 0: ask /readyz at the address in its log"
                            : "if it just starts or stops, wait; else see who has the store "
                              "(fuser), and whether [admin] was changed since it started")};
  }
  Findings findings;
  if ((*look)["ready"].isBool() && (*look)["ready"].asBool())
    findings.push_back(is_ok(kCheck, "it runs, and is ready"));
  add_reasons(findings, (*look)["reasons"], Grade::failing);
  add_reasons(findings, (*look)["warnings"], Grade::warning);
  const auto running = string_in(*look, "version");
  if (running != version()) {
    findings.push_back(is_doubtful("relay version",
                                   fmt::format("{} runs, and this is {}", running, version()),
                                   "restart the relay"));
  }
  const auto& process = (*look)["process"];
  const auto open = process["open_files"].isInt64() ? process["open_files"].asInt64() : 0;
  const auto most = process["open_files_max"].isInt64() ? process["open_files_max"].asInt64() : 0;
  // What docs/operations/metrics.md tells to be woken for.
  const auto what = fmt::format("it has {} of {} files open", open, most);
  findings.push_back(open * 5 > most * 4 ? is_doubtful("relay open files", what,
                                                       "raise LimitNOFILE, and restart it")
                                         : is_ok("relay open files", what));
  return findings;
}

bool is_relay_at(const Config& config, const std::string& listen, bool is_https) {
  const auto url = address_of(listen, is_https);
  if (url.empty()) return false;
  const auto outcome = ask_at(url + "/", "", config.client_ca_file, kPatience);
  const auto* answer = std::get_if<HttpAnswer>(&outcome);
  if (answer != nullptr) return answer->headers.contains("Bauta-Request-Id");
  // A certificate names the public host, not this address: that somebody speaks TLS there has to do.
  return is_https && has_another_name(outcome);
}

}  // namespace bauta
