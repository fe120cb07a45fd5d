#include "proxy/doctor/store_folder.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace bauta {
namespace {

constexpr std::uint64_t kCifs = 0xFF534D42;
constexpr std::uint64_t kSmb2 = 0xFE534D42;
constexpr std::uint64_t kFuse = 0x65735546;
constexpr std::array<std::pair<std::uint64_t, std::string_view>, 2> kInMemory = {
    {{TMPFS_MAGIC, "tmpfs"}, {RAMFS_MAGIC, "ramfs"}}};
constexpr std::array<std::pair<std::uint64_t, std::string_view>, 7> kOverNetwork = {
    {{NFS_SUPER_MAGIC, "NFS"},
     {SMB_SUPER_MAGIC, "SMB"},
     {kCifs, "CIFS"},
     {kSmb2, "SMB"},
     {kFuse, "FUSE"},
     {V9FS_MAGIC, "9p"},
     {OVERLAYFS_SUPER_MAGIC, "a container's layer"}}};

template <std::size_t kCount>
std::string_view name_in(const std::array<std::pair<std::uint64_t, std::string_view>, kCount>& list,
                         std::uint64_t filesystem) {
  const auto* const found =
      std::ranges::find(list, filesystem, [](const auto& one) { return one.first; });
  return found == list.end() ? std::string_view() : found->second;
}

Diagnosis judge_filesystem(const std::string& name, std::uint64_t filesystem) {
  constexpr const char* kCheck = "store filesystem";
  if (const auto kind = name_in(kInMemory, filesystem); !kind.empty()) {
    return is_failing(kCheck,
                      fmt::format("{} lies in memory ({}): a power cut loses all", name, kind),
                      "name a folder on a disk in [storage] path");
  }
  if (const auto kind = name_in(kOverNetwork, filesystem); !kind.empty()) {
    return is_doubtful(
        kCheck,
        fmt::format("{} lies on {}, whose fsync may promise less than a disk's", name, kind),
        "name a folder on a disk of this machine in [storage] path");
  }
  return is_ok(kCheck, fmt::format("{} lies on a disk", name));
}

std::string size(std::uint64_t bytes) {
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
  constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;
  if (bytes < kMebibyte) return fmt::format("{} bytes", bytes);
  if (bytes < kGibibyte) return fmt::format("{} MiB", bytes / kMebibyte);
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(kGibibyte));
}

Diagnosis judge_space(const std::string& name, const FolderLook& look, std::uint64_t reserve_max) {
  constexpr const char* kCheck = "store space";
  // What docs/operations/metrics.md tells to be woken for.
  constexpr std::uint64_t kEnough = 4;
  const auto reserve = std::min(reserve_max, look.capacity_bytes / 4);
  const auto what = fmt::format("{} are free where {} lies; below {} texts are refused",
                                size(look.free_bytes), name, size(reserve));
  if (look.free_bytes < reserve) return is_failing(kCheck, what, "make space on that disk");
  if (look.free_bytes < kEnough * reserve)
    return is_doubtful(kCheck, what, "make space on that disk before it comes to that");
  return is_ok(kCheck, what);
}

/// That is there.
std::filesystem::path nearest_folder(const std::filesystem::path& folder) {
  std::error_code error;
  auto nearest = std::filesystem::absolute(folder, error);
  while (!std::filesystem::exists(nearest, error) && nearest.has_relative_path())
    nearest = nearest.parent_path();
  return nearest;
}

Diagnosis judge_copy(const std::string& setting, const std::filesystem::path& folder,
                     bool is_apart) {
  const auto check = setting + " folder";
  if (is_apart) return is_ok(check, fmt::format("{} is not on the store's disk", folder.string()));
  return is_doubtful(
      check, fmt::format("{} is on the store's disk: what takes one takes both", folder.string()),
      fmt::format("name a folder on another disk in [backup] {}",
                  setting == "backup" ? "path" : setting));
}

}  // namespace

std::optional<std::uint64_t> disk_of(const std::filesystem::path& folder) {
  struct stat found{};
  if (::stat(nearest_folder(folder).c_str(), &found) != 0) return std::nullopt;
  return found.st_dev;
}

Findings judge_copies(const Config& config, const CopiesLook& look) {
  if (config.backup_path.empty()) {
    return {is_doubtful("backup", "none is configured: with the store's disk everything is lost",
                        "set [backup] path, and every_hours (docs/operations/backup.md)")};
  }
  const auto is_apart = [&](const std::optional<std::uint64_t>& disk) {
    return !disk || !look.store || *disk != *look.store;
  };
  Findings findings{judge_copy("backup", config.backup_path, is_apart(look.backups))};
  if (!config.backup_journal.empty())
    findings.push_back(judge_copy("journal", config.backup_journal, is_apart(look.journal)));
  return findings;
}

FolderLook look_at_folder(const std::filesystem::path& folder) {
  FolderLook look;
  std::error_code error;
  look.exists = std::filesystem::is_directory(folder, error);
  const auto nearest = nearest_folder(folder);
  look.is_writable = ::access(nearest.c_str(), W_OK | X_OK) == 0;
  struct statfs disk{};
  if (::statfs(nearest.c_str(), &disk) != 0) return look;
  const auto block = static_cast<std::uint64_t>(disk.f_bsize);
  look.free_bytes = disk.f_bavail * block;
  look.capacity_bytes = disk.f_blocks * block;
  // Some of the magic numbers have the highest bit of 32.
  look.filesystem = static_cast<std::uint32_t>(disk.f_type);
  return look;
}

Findings judge_folder(const std::filesystem::path& folder, const FolderLook& look,
                      std::uint64_t reserve_bytes_max) {
  constexpr const char* kCheck = "store folder";
  const auto name = folder.string();
  Findings findings;
  if (!look.is_writable) {
    findings.push_back(is_failing(
        kCheck,
        fmt::format("{} cannot be written to", look.exists ? name : "what is to hold " + name),
        "run the doctor as whom the relay runs, and chown the folder to them"));
  } else if (!look.exists) {
    findings.push_back(is_doubtful(
        kCheck, fmt::format("{} is not there: serve would begin with an empty store", name),
        "if there was one, mount its disk or mend [storage] path"));
  } else {
    findings.push_back(is_ok(kCheck, fmt::format("{} is there and can be written to", name)));
  }
  findings.push_back(judge_filesystem(name, look.filesystem));
  findings.push_back(judge_space(name, look, reserve_bytes_max));
  return findings;
}

}  // namespace bauta
