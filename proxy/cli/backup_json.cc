#include "proxy/cli/backup_json.h"

#include "proxy/net/rfc3339.h"

namespace bauta {

Json::Value json_of(const Backup& backup) {
  Json::Value json(Json::objectValue);
  json["id"] = backup.id;
  json["created_at"] = format_rfc3339(backup.created_at);
  json["bytes"] = Json::UInt64(backup.bytes);
  json["files"] = Json::UInt64(backup.files);
  json["sequence"] = Json::UInt64(backup.sequence);
  return json;
}

Json::Value json_of(const std::vector<Backup>& backups) {
  Json::Value json(Json::arrayValue);
  for (const auto& backup : backups) json.append(json_of(backup));
  return json;
}

Json::Value json_of(const std::optional<Recovery>& recovery) {
  if (!recovery) return {};
  Json::Value json(Json::objectValue);
  const bool has_backup = recovery->backup != 0;
  json["backup"] = has_backup ? Json::Value(recovery->backup) : Json::Value();
  json["backed_up_at"] =
      has_backup ? Json::Value(format_rfc3339(recovery->backed_up_at)) : Json::Value();
  json["restored_at"] = format_rfc3339(recovery->restored_at);
  json["after_loss"] = recovery->is_after_loss;
  return json;
}

}  // namespace bauta
