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

std::string shown(const BackupActionParts& parts) {
  auto json = parts.backups.show();
  json["recovery"] = json_of(parts.recovery.state());
  json["journal"] = parts.journal.show(parts.engine.store());
  return write_json(json);
}

Task<Result<std::string>> show(BackupActionParts parts) { co_return shown(parts); }

Task<Result<std::string>> begin(BackupActionParts parts) {
  BAUTA_CO_CHECK(parts.backups.begin());
  co_return shown(parts);
}

Task<Result<std::string>> release(BackupActionParts parts) {
  BAUTA_CO_CHECK(
      co_await parts.recovery.release([parts] { return go_on(parts.engine, parts.cannot_go_on); }));
  co_return shown(parts);
}

}  // namespace

std::vector<AdminAction> backup_actions(BackupActionParts parts) {
  return {
      {.method = "GET",
       .path = "/backup",
       .does = "the backups, and whether the store was restored from one",
       .act = [parts] { return show(parts); }},
      {.method = "POST", .path = "/backup", .status = 202, .act = [parts] { return begin(parts); }},
      {.method = "POST", .path = "/backup/release", .act = [parts] { return release(parts); }}};
}

}  // namespace bauta
