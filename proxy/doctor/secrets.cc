#include "proxy/doctor/secrets.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace bauta {

std::optional<FileRights> rights_of(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return std::nullopt;
  return FileRights{.mode = found.st_mode & 07777U, .owner = found.st_uid};
}

Diagnosis judge_secret(const std::string& setting, const std::filesystem::path& file,
                       const std::optional<FileRights>& rights, std::uint32_t user,
                       Readers readers) {
  const unsigned of_others = readers == Readers::owner ? 077U : 037U;
  const auto name = file.string();
  if (!rights) {
    return is_failing(setting, fmt::format("{} is not there", name),
                      "put it back, or name where it is");
  }
  if ((rights->mode & of_others) != 0) {
    return is_failing(
        setting,
        fmt::format("others than its {} have rights on {} ({:04o})",
                    readers == Readers::owner ? "owner" : "owner and group", name, rights->mode),
        fmt::format("chmod {} {}", readers == Readers::owner ? "600" : "640", name));
  }
  if (rights->owner != user && rights->owner != 0) {
    return is_doubtful(
        setting,
        fmt::format("{} belongs to user {}, and this is user {}", name, rights->owner, user),
        "run the doctor as whom the relay runs, or chown the file to them");
  }
  return is_ok(setting, fmt::format("{} is for its {} alone", name,
                                    (rights->mode & 070) == 0 ? "owner" : "owner and group"));
}

}  // namespace bauta
