#include <gtest/gtest.h>
#include <linux/magic.h>

#include <chrono>
#include <optional>
#include <string>

#include "proxy/doctor/certificate.h"
#include "proxy/doctor/diagnosis.h"
#include "proxy/doctor/machine.h"
#include "proxy/doctor/secrets.h"
#include "proxy/doctor/store_folder.h"

namespace bauta {
namespace {

constexpr std::uint32_t kUser = 1'000;
constexpr std::uint64_t kReserve = 256;
constexpr std::uint64_t kExt4 = EXT4_SUPER_MAGIC;

Grade of_secret(unsigned mode, std::uint32_t owner) {
  return judge_secret("master_key.file", "/x/master.key", FileRights{.mode = mode, .owner = owner},
                      kUser)
      .grade;
}

TEST(Doctor, ASecretIsForItsOwnerAlone) {
  EXPECT_EQ(of_secret(0600, kUser), Grade::ok);
  EXPECT_EQ(of_secret(0400, 0), Grade::ok);
  EXPECT_EQ(of_secret(0600, kUser + 1), Grade::warning);
  for (const unsigned mode : {0640U, 0604U, 0644U, 0620U})
    EXPECT_EQ(of_secret(mode, kUser), Grade::failing) << mode;
  EXPECT_EQ(judge_secret("master_key.file", "/x", std::nullopt, kUser).grade, Grade::failing);
}

TEST(Doctor, AGroupMayReadSomeSecretsAndNoMore) {
  const auto of_key = [](unsigned mode) {
    return judge_secret("public.tls_key_file", "/x", FileRights{.mode = mode, .owner = kUser},
                        kUser, Readers::group);
  };
  EXPECT_EQ(of_key(0640).grade, Grade::ok);
  EXPECT_EQ(of_key(0660).grade, Grade::failing);
  EXPECT_NE(of_key(0644).what.find("(0644)"), std::string::npos);
  EXPECT_EQ(of_key(0644).mend, "chmod 640 /x");
}

Grade of_folder(const std::string& check, FolderLook look) {
  for (const auto& finding : judge_folder("/x/data", look, kReserve))
    if (finding.check == check) return finding.grade;
  ADD_FAILURE() << "nothing is said of " << check;
  return Grade::failing;
}

FolderLook fine_folder() {
  return {.exists = true,
          .is_writable = true,
          .free_bytes = 10'000,
          .capacity_bytes = 100'000,
          .filesystem = kExt4};
}

TEST(Doctor, AStoreLiesInAFolderThatCanBeWrittenTo) {
  auto look = fine_folder();
  EXPECT_EQ(of_folder("store folder", look), Grade::ok);
  look.exists = false;
  EXPECT_EQ(of_folder("store folder", look), Grade::warning);
  look.is_writable = false;
  EXPECT_EQ(of_folder("store folder", look), Grade::failing);
}

TEST(Doctor, AStoreLiesOnADisk) {
  auto look = fine_folder();
  EXPECT_EQ(of_folder("store filesystem", look), Grade::ok);
  look.filesystem = NFS_SUPER_MAGIC;
  EXPECT_EQ(of_folder("store filesystem", look), Grade::warning);
  look.filesystem = TMPFS_MAGIC;
  EXPECT_EQ(of_folder("store filesystem", look), Grade::failing);
}

TEST(Doctor, AStoreHasSpaceBeyondWhatIsKept) {
  auto look = fine_folder();
  EXPECT_EQ(of_folder("store space", look), Grade::ok);
  look.free_bytes = 4 * kReserve - 1;
  EXPECT_EQ(of_folder("store space", look), Grade::warning);
  look.free_bytes = kReserve - 1;
  EXPECT_EQ(of_folder("store space", look), Grade::failing);
  // Of a small disk, less is kept.
  look.capacity_bytes = kReserve;
  EXPECT_EQ(of_folder("store space", look), Grade::warning);
}

TEST(Doctor, SpaceIsToldAsPeopleReadIt) {
  auto look = fine_folder();
  look.free_bytes = 72'694'865'920;
  look.capacity_bytes = 1'000'000'000'000;
  const auto findings = judge_folder("/x/data", look, 268'435'456);
  EXPECT_EQ(findings.back().what,
            "67.7 GiB are free where /x/data lies; below 256 MiB texts are refused");
}

Grade of_copies(const std::string& check, const Config& config, const CopiesLook& look) {
  for (const auto& finding : judge_copies(config, look))
    if (finding.check == check) return finding.grade;
  ADD_FAILURE() << "nothing is said of " << check;
  return Grade::failing;
}

TEST(Doctor, BackupsAndTheJournalLieOnAnotherDiskThanTheStore) {
  Config config;
  EXPECT_EQ(of_copies("backup", config, {.store = 1}), Grade::warning);
  config.backup_path = "/y/backups";
  EXPECT_EQ(of_copies("backup folder", config, {.store = 1, .backups = 2}), Grade::ok);
  EXPECT_EQ(of_copies("backup folder", config, {.store = 1, .backups = 1}), Grade::warning);
  EXPECT_EQ(of_copies("backup folder", config, {.store = 1}), Grade::ok) << "it is not known";
  EXPECT_EQ(judge_copies(config, {.store = 1, .backups = 2}).size(), 1U);
  config.backup_journal = "/x/journal";
  const CopiesLook look{.store = 1, .backups = 2, .journal = 1};
  EXPECT_EQ(of_copies("backup folder", config, look), Grade::ok);
  EXPECT_EQ(of_copies("journal folder", config, look), Grade::warning);
}

TEST(Doctor, AFolderThatIsNotThereYetWouldLieOnTheDiskAboveIt) {
  EXPECT_EQ(disk_of("/proc/no/such/folder"), disk_of("/proc"));
  EXPECT_EQ(disk_of(""), std::nullopt);
}

Grade of_certificate(std::chrono::hours left, bool names_host) {
  constexpr TimePoint kNow{std::chrono::milliseconds(1'772'366'400'000)};
  return judge_certificate("public.tls_certificate_file", "/x/a.pem",
                           CertificateLook{.expires = kNow + left, .names_host = names_host},
                           "relay.example.com", kNow)
      .grade;
}

TEST(Doctor, ACertificateIsGoodForAWhileAndNamesTheHost) {
  using std::chrono::hours;
  EXPECT_EQ(of_certificate(hours(24 * 60), true), Grade::ok);
  EXPECT_EQ(of_certificate(hours(24 * 60), false), Grade::failing);
  EXPECT_EQ(of_certificate(hours(24 * 13), true), Grade::warning);
  EXPECT_EQ(of_certificate(hours(-1), true), Grade::failing);
  EXPECT_EQ(of_certificate(hours(0), true), Grade::failing);
  EXPECT_FALSE(look_at_certificate("/dev/null", "relay.example.com").has_value());
}

Grade of_machine(const std::string& check, const MachineLook& look) {
  Config config;
  config.connections_max = 100;
  config.threads = 2;
  config.client_connections_max = 10;
  config.connections.resize(3);
  for (const auto& finding : judge_machine(look, config))
    if (finding.check == check) return finding.grade;
  ADD_FAILURE() << "nothing is said of " << check;
  return Grade::failing;
}

TEST(Doctor, AMachineKeepsItsClockAndAllowsFilesEnough) {
  EXPECT_EQ(of_machine("clock", {.clock_is_kept = true}), Grade::ok);
  EXPECT_EQ(of_machine("clock", {.clock_is_kept = false}), Grade::warning);
  EXPECT_EQ(of_machine("clock", {.clock_is_kept = std::nullopt}), Grade::warning);
  // Of its own 512, of both listeners 200, of the carriers 60.
  EXPECT_EQ(of_machine("open files", {.open_files_max = 772}), Grade::ok);
  EXPECT_EQ(of_machine("open files", {.open_files_max = 771}), Grade::warning);
  EXPECT_EQ(of_machine("core dumps", {.dumps_core = true}), Grade::failing);
  EXPECT_EQ(of_machine("core dumps", {.dumps_core = false}), Grade::ok);
  EXPECT_EQ(of_machine("user", {.is_root = true}), Grade::warning);
}

TEST(Doctor, WarningsFailOnlyWhereItIsAskedFor) {
  Findings findings{is_ok("a", "fine"), is_doubtful("b", "so so", "see to it")};
  EXPECT_TRUE(is_well(findings, false));
  EXPECT_FALSE(is_well(findings, true));
  findings.push_back(is_failing("c", "broken", "mend it"));
  EXPECT_FALSE(is_well(findings, false));
}

}  // namespace
}  // namespace bauta
