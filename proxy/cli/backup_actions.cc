#include "proxy/cli/backup_actions.h"

#include "proxy/cli/backup_json.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

Task<Status> go_on(RelayEngine& engine, std::function<void(const Error&)> cannot_go_on) {
  auto going = co_await engine.release();
  if (!going) cannot_go_on(going.error());
  co_return going;
}

}  // namespace

std::vector<AdminAction> backup_actions(BackupActionParts parts) {
  const auto shown = [parts] {
    auto json = parts.backups.show();
    json["recovery"] = json_of(parts.recovery.state());
    json["journal"] = parts.journal.show(parts.engine.store());
    return write_json(json);
  };
  return {{.method = "GET",
           .path = "/backup",
           .does = "the backups, and whether the store was restored from one",
           .act = [shown]() -> Task<Result<std::string>> { co_return shown(); }},
          {.method = "POST",
           .path = "/backup",
           .status = 202,
           .act = [shown, parts]() -> Task<Result<std::string>> {
             BAUTA_CO_CHECK(parts.backups.begin());
             co_return shown();
           }},
          {.method = "POST",
           .path = "/backup/release",
           .act = [shown, parts]() -> Task<Result<std::string>> {
             BAUTA_CO_CHECK(co_await parts.recovery.release(
                 [parts] { return go_on(parts.engine, parts.cannot_go_on); }));
             co_return shown();
           }}};
}

}  // namespace bauta
