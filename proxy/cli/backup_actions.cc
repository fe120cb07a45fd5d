#include "proxy/cli/backup_actions.h"

#include "proxy/cli/backup_json.h"
#include "proxy/net/json.h"

namespace bauta {

std::vector<AdminAction> backup_actions(const BackupActionParts& parts) {
  auto& [backups, recovery, journal, engine] = parts;
  const auto shown = [&backups = backups, &recovery = recovery, &journal = journal,
                      &engine = engine] {
    auto json = backups.show();
    json["recovery"] = json_of(recovery.state());
    json["journal"] = journal.show(engine.store());
    return write_json(json);
  };
  return {{.method = "GET",
           .path = "/backup",
           .does = "the backups, and whether the store was restored from one",
           .act = [shown]() -> Task<Result<std::string>> { co_return shown(); }},
          {.method = "POST",
           .path = "/backup",
           .status = 202,
           .act = [shown, &backups = backups]() -> Task<Result<std::string>> {
             BAUTA_CO_CHECK(backups.begin());
             co_return shown();
           }},
          {.method = "POST",
           .path = "/backup/release",
           .act = [shown, &recovery = recovery, &engine = engine]() -> Task<Result<std::string>> {
             BAUTA_CO_CHECK(co_await recovery.release([&engine] { return engine.release(); }));
             co_return shown();
           }}};
}

}  // namespace bauta
