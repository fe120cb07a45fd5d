#include "proxy/config/whole_config.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/config/log.h"
#include "proxy/config/value_shapes.h"

namespace bauta {
namespace {

constexpr const char* kNoListen = "it is no address and port, as 127.0.0.1:8080 or [::1]:8080";

/// What takes a folder takes all that is below it.
bool is_in(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const auto below = path.lexically_relative(folder);
  return !below.empty() && *below.begin() != "..";
}

class Whole {
 public:
  explicit Whole(Config& config) : config_(config) {}

  std::vector<FieldFault> settle() {
    if (config_.storage_engine != "rocksdb" && config_.storage_engine != "memory") {
      fault("storage.engine", "config.bad_value", "there are the engines rocksdb and memory");
    }
    if (!log::parse_level(config_.log_level))
      fault("log.level", "config.bad_value", "write debug, info, warn or error");
    if (!config_.public_url.empty() && !is_base_url(config_.public_url)) {
      fault("public.url", "config.bad_value",
            "it is no URL, as https://relay.example.com (without a query; http only on a machine "
            "of one's own)");
    }
    for (const auto& network : config_.webhook_allow_private) {
      if (!is_network(network)) {
        fault("webhooks.allow_private", "config.bad_value",
              fmt::format("{} is no network, as 10.0.0.0/8 or fd00::/8", network));
      }
    }
    check_backup();
    if (config_.sandbox_path.empty())
      config_.sandbox_path = config_.storage_path.parent_path() / "sandbox";
    if (config_.sandbox_enabled && config_.sandbox_path == config_.storage_path)
      fault("sandbox.path", "config.bad_value", "the sandbox needs a folder of its own");
    check_tls("public", config_.public_tls_certificate_file, config_.public_tls_key_file);
    check_tls("admin", config_.admin_tls_certificate_file, config_.admin_tls_key_file);
    config_.public_url_is_assumed = config_.public_url.empty();
    if (config_.public_url.empty()) {
      config_.public_url = (config_.public_tls_certificate_file.empty() ? "http://" : "https://") +
                           config_.public_listen;
    }
    while (config_.public_url.ends_with('/')) config_.public_url.pop_back();
    if (!listen_address_of(config_.public_listen))
      fault("public.listen", "config.bad_value", kNoListen);
    const auto admin = listen_address_of(config_.admin_listen);
    if (!admin) fault("admin.listen", "config.bad_value", kNoListen);
    if (admin && !admin->is_loopback() && config_.admin_key.empty()) {
      fault("admin.listen", "config.bad_value",
            "off loopback the admin listener needs admin.key or admin.key_file");
    }
    if (take_one_place(config_.public_listen, config_.admin_listen)) {
      fault("admin.listen", "config.bad_value",
            fmt::format("{} cannot be had beside {} of [public] listen: take another port",
                        config_.admin_listen, config_.public_listen));
    }
    return std::move(faults_);
  }

 private:
  void fault(std::string pointer, std::string_view code, std::string detail) {
    faults_.push_back({.pointer = std::move(pointer), .code = code, .detail = std::move(detail)});
  }

  void check_backup() {
    if (config_.backup_path.empty()) {
      if (config_.backup_every > std::chrono::hours(0))
        fault("backup.every_hours", "config.bad_value", "there is no backup.path to make them in");
      if (!config_.backup_journal.empty())
        fault("backup.journal", "config.bad_value",
              "it goes with backups: there is no backup.path");
      return;
    }
    if (is_in(config_.backup_path, config_.storage_path))
      fault("backup.path", "config.bad_value", "backups need a folder outside the store's");
    if (config_.backup_journal.empty()) return;
    if (is_in(config_.backup_journal, config_.storage_path))
      fault("backup.journal", "config.bad_value", "the journal needs a folder outside the store's");
    if (is_in(config_.backup_journal, config_.backup_path))
      fault("backup.journal", "config.bad_value",
            "the journal needs a folder outside that of the backups");
  }

  void check_tls(std::string_view section, const std::string& certificate_file,
                 const std::string& key_file) {
    if (certificate_file.empty() == key_file.empty()) return;
    const auto* const missing = certificate_file.empty() ? "tls_certificate_file" : "tls_key_file";
    const auto* const given = certificate_file.empty() ? "tls_key_file" : "tls_certificate_file";
    fault(fmt::format("{}.{}", section, missing), "config.missing_key",
          fmt::format("TLS needs both: add it, or take {} away", given));
  }

  Config& config_;
  std::vector<FieldFault> faults_;
};

}  // namespace

std::vector<FieldFault> settle(Config& config) { return Whole(config).settle(); }

}  // namespace bauta
