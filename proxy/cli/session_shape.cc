#include "proxy/cli/session_shape.h"

#include <array>

namespace bauta {
namespace {

/// Who they are to the platform, where it said so.
std::string names_of(const Json::Value& participants) {
  std::string names;
  for (const auto& one : participants) {
    const auto& name = one["label"].isString() ? one["label"] : one["address"];
    names.append(names.empty() ? "" : ", ").append(cell_of(name));
  }
  return names;
}

constexpr std::array kColumns =
    std::to_array<Column>({{.title = "ID", .path = "id"},
                           {.title = "STATUS", .path = "status"},
                           {.title = "NAME", .path = "unique_name"},
                           {.title = "CREATED", .path = "created_at"},
                           {.title = "EXPIRES", .path = "expires_at"},
                           {.title = "PARTICIPANTS", .path = "participants", .text = names_of}});
constexpr std::array kFields = std::to_array<std::string_view>(
    {"id", "status", "unique_name", "created_at", "expires_at", "idle_ttl_seconds",
     "last_activity_at", "closed_at", "closed_reason", "metadata"});

constexpr std::array kParticipantColumns =
    std::to_array<Column>({{.title = "PARTICIPANT", .path = "id"},
                           {.title = "LABEL", .path = "label"},
                           {.title = "ADDRESS", .path = "address"},
                           {.title = "TEXTS", .path = "virtual_number"},
                           {.title = "MATCH", .path = "locality_match"},
                           {.title = "STATE", .path = "state"},
                           {.title = "LANGUAGE", .path = "language"}});

}  // namespace

constinit const Shape kSessionShape{.columns = kColumns, .fields = kFields};

void show_session(const Output& output, const Reply& session) {
  output.one(kSessionShape, session);
  if (!output.is_json())
    Output::data("\n" + Table(kParticipantColumns).draw(session.json["participants"]));
}

std::string session_path(const std::string& id) { return path_to("/api/v1/sessions/", id); }

}  // namespace bauta
