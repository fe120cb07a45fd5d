#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "proxy/cli/profile.h"
#include "storage/store/result.h"

namespace bauta {

/// An API key, and who brought it.
struct GivenKey {
  std::string secret;
  /// "BAUTA_KEY", "--key-file first.key" or "the profile live".
  std::string from;
};

/// The file that the words name goes before the environment, and that before the profile.  What can be no whole key is refused before a server
/// is asked.  No error repeats it.  Codes: usage.file, usage.key.
Result<GivenKey> given_key(const std::filesystem::path& file, const Profile& profile,
                           const std::string& profile_name);

/// What is wrong with the form of a key: "it has 10 of its 54 characters"; "": nothing.
std::string fault_of_key(std::string_view key);

/// What a server's refusal of the key means for who stands at a command line, where it speaks of headers.
Error explain_refused_key(Error refusal, const std::string& from);

/// Says so if others may read a file that holds a key.
void warn_if_others_read(const std::filesystem::path& file);

}  // namespace bauta
