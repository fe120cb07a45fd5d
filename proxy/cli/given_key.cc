#include "proxy/cli/given_key.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>

#include "proxy/cli/client_command.h"
#include "proxy/cli/output.h"
#include "storage/seal/environment.h"

namespace bauta {
namespace {

constexpr std::string_view kLive = "bauta_live_";
constexpr std::string_view kTest = "bauta_test_";
/// 256 bits in base64 (RFC 4648, 5, without padding).
constexpr std::size_t kSecretCharacters = 43;
static_assert(kLive.size() == kTest.size());
constexpr std::size_t kKeyCharacters = kLive.size() + kSecretCharacters;

bool is_of_a_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

Result<std::string> key_in(const std::filesystem::path& file) {
  BAUTA_TRY(auto key, read_input(file));
  key.resize(key.find_last_not_of(" \t\r\n") + 1);
  if (file != "-") warn_if_others_read(file);
  return key;
}

Status check_key(const GivenKey& key) {
  const auto fault = fault_of_key(key.secret);
  if (fault.empty()) return {};
  return fail("usage.key", fmt::format("what {} brings is no whole API key: {}", key.from, fault));
}

}  // namespace

Result<GivenKey> given_key(const std::filesystem::path& file, const Profile& profile,
                           const std::string& profile_name) {
  const auto variable = take_variable("BAUTA_KEY");
  GivenKey key;
  if (!file.empty()) {
    key.from = "--key-file " + file.string();
    BAUTA_TRY(key.secret, key_in(file));
  } else if (variable && !variable->reveal().empty()) {
    key.from = "BAUTA_KEY";
    key.secret = variable->reveal();
  } else if (!profile.key_file.empty() || !profile.key.empty()) {
    key.from = "the profile " + profile_name;
    key.secret = profile.key;
    if (!profile.key_file.empty()) {
      BAUTA_TRY(key.secret, key_in(profile.key_file));
    }
  } else {
    return fail("usage.key",
                "there is no API key: set BAUTA_KEY, or name its file with --key-file");
  }
  BAUTA_CHECK(check_key(key));
  return key;
}

std::string fault_of_key(std::string_view key) {
  if (key.empty()) return "it is empty";
  if (!key.starts_with(kLive) && !key.starts_with(kTest))
    return "it begins with neither bauta_live_ nor bauta_test_";
  const auto secret = key.substr(kLive.size());
  if (!std::ranges::all_of(secret, is_of_a_key)) return "it holds characters that no key has";
  if (secret.size() == kSecretCharacters) return "";
  return fmt::format("it has {} characters instead of {}", key.size(), kKeyCharacters);
}

Error explain_refused_key(Error refusal, const std::string& from) {
  const bool speaks_of_headers = refusal.detail.contains("Authorization");
  if (refusal.code == "auth.invalid_key" && speaks_of_headers) {
    refusal.detail = fmt::format(
        "the relay does not know the key that {} brings: it is of another relay, was revoked, or "
        "has expired",
        from);
  }
  return refusal;
}

void warn_if_others_read(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    Output::say("others may read the key in " + file.string() + ": chmod 600 it");
}

}  // namespace bauta
