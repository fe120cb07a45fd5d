#include "storage/seal/master_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>

#include "storage/seal/environment.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

class FileDescriptor {
 public:
  explicit FileDescriptor(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

enum class Permissions { owner_only, any };

Result<MasterKey> read_file(const std::string& path, Permissions permissions) {
  const auto unreadable = [&](const char* what) {
    return fail("seal.master_key_unreadable", "the master key's file " + path + ": " + what);
  };
  const FileDescriptor file(path);
  if (file.get() < 0) return unreadable(std::strerror(errno));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return unreadable(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return unreadable("is no regular file");
  if (permissions == Permissions::owner_only && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail("seal.master_key_exposed", "others than its owner may use the master key's file " +
                                               path +
                                               ": chmod 600 it. A store's master key cannot be "
                                               "changed: docs/operations/store.md says what is "
                                               "left to do if others may have read it");
  }
  // More than a key and its line end is no key.
  Secret text(256);
  const auto octets = ::read(file.get(), text.octets().data(), text.size());
  if (octets < 0) return unreadable(std::strerror(errno));
  return MasterKey::parse(text.reveal().substr(0, static_cast<std::size_t>(octets)));
}

}  // namespace

Result<MasterKey> MasterKey::parse(std::string_view text) {
  BAUTA_ASSERT(sodium_init() >= 0);
  const auto begin = text.find_first_not_of(kBlanks);
  text = begin == std::string_view::npos ? std::string_view() : text.substr(begin);
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  Secret key(kOctets);
  auto* const octets = reinterpret_cast<unsigned char*>(key.octets().data());
  std::size_t size = 0;
  const char* end = nullptr;
  // The two lengths cannot be mistaken for one another.
  const auto decoded =
      text.size() == 2 * kOctets
          ? sodium_hex2bin(octets, kOctets, text.data(), text.size(), nullptr, &size, &end)
          : sodium_base642bin(octets, kOctets, text.data(), text.size(), nullptr, &size, &end,
                              text.ends_with('=') ? sodium_base64_VARIANT_ORIGINAL
                                                  : sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  if (decoded != 0 || size != kOctets || end != text.data() + text.size()) {
    return fail("seal.master_key_malformed",
                "the master key must be 32 octets, as 64 hexadecimal digits or as base64 (openssl "
                "rand -base64 32)");
  }
  return MasterKey(std::move(key));
}

Result<MasterKey> MasterKey::load(const MasterKeySource& source) {
  BAUTA_ASSERT(sodium_init() >= 0);
  const auto from_variable = take_variable(source.variable);
  if (!source.file.empty()) return read_file(source.file, Permissions::owner_only);
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  if (folder != nullptr && !source.credential.empty()) {
    // systemd keeps the folder itself from others, and may give the file a group.
    const auto path = std::string(folder) + "/" + source.credential;
    if (::access(path.c_str(), F_OK) == 0) return read_file(path, Permissions::any);
  }
  if (from_variable) return parse(from_variable->reveal());
  return fail("seal.master_key_missing",
              "there is no master key: name its file, pass the systemd credential " +
                  source.credential + ", or set " + source.variable);
}

std::string MasterKey::generate(Random& random) {
  BAUTA_ASSERT(sodium_init() >= 0);
  Secret key(kOctets);
  random.fill(key.octets());
  std::string text(sodium_base64_ENCODED_LEN(kOctets, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(),
                    reinterpret_cast<const unsigned char*>(key.octets().data()), key.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its NUL
  return text;
}

}  // namespace bauta
