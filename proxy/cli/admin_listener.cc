#include "proxy/cli/admin_listener.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/admin/admin.h"
#include "proxy/cli/backup_actions.h"
#include "proxy/cli/folder_size.h"
#include "proxy/cli/listener_error.h"
#include "proxy/cli/relay_options.h"
#include "proxy/cli/tls_of.h"

namespace bauta {
namespace {

std::vector<std::string> connection_names(const Config& config) {
  std::vector<std::string> names;
  names.reserve(config.connections.size());
  for (const auto& connection : config.connections) names.push_back(connection.name);
  return names;
}

std::function<std::optional<std::uint64_t>()> size_of_store(const Config& config) {
  if (config.storage_engine == "memory") return [] { return std::optional<std::uint64_t>{}; };
  return [path = config.storage_path] { return folder_size(path); };
}

std::vector<ReadinessCheck> checks_of(const AdminListenerParts& parts) {
  return {{.name = "store",
           .failing = [&failed = parts.failed]() -> std::optional<std::string> {
             if (failed)
               return "the store can promise nothing any more; the process is about to end";
             return std::nullopt;
           }},
          {.name = "disk",
           .failing = [&engine = parts.engine]() -> std::optional<std::string> {
             if (engine.store().is_full())
               return "the store's disk is full: texts are refused until there is space";
             return std::nullopt;
           }},
          {.name = "drain",
           .failing = [&draining = parts.draining]() -> std::optional<std::string> {
             if (draining) return "the relay is about to stop";
             return std::nullopt;
           }},
          {.name = "clock",
           .failing = [&watch = parts.clock_watch] { return watch.doubt(); },
           .concern = Concern::warning},
          {.name = "recovery",
           .failing = [&recovery = parts.recovery] { return recovery.warning(); },
           .concern = Concern::warning},
          {.name = "journal",
           .failing =
               [&journal = parts.journal, &engine = parts.engine, &recovery = parts.recovery] {
                 return journal.warning(engine.store(), recovery.state());
               },
           .concern = Concern::warning},
          {.name = "backup",
           .failing = [&backups = parts.backups] { return backups.warning(); },
           .concern = Concern::warning}};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> start_admin_listener(IoThreads& threads, Secret key,
                                                         AdminListenerParts parts) {
  Router router;
  auto of_backups = backup_actions({.backups = parts.backups,
                                    .recovery = parts.recovery,
                                    .journal = parts.journal,
                                    .engine = parts.engine,
                                    .cannot_go_on = std::move(parts.cannot_go_on)});
  mount_admin(
      router, parts.metrics, checks_of(parts), std::move(key), parts.sandbox,
      AdminClock{.state = [&watch = parts.clock_watch] { return watch.state(); },
                 .confirm = [&watch = parts.clock_watch] { return watch.confirm(); }},
      {.connections = connection_names(parts.config), .store_bytes = size_of_store(parts.config)},
      std::move(of_backups));
  auto server = HttpServer::start(threads,
                                  {.name = "admin",
                                   .listen = parts.config.admin_listen,
                                   .public_url = parts.config.public_url,
                                   .limits = http_limits_of(parts.config),
                                   .tls = admin_tls_of(parts.config)},
                                  std::move(router), parts.metrics);
  if (!server) return std::unexpected(of_listener(std::move(server).error(), "admin"));
  return server;
}

}  // namespace bauta
