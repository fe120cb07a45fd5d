#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "proxy/cli/client.h"
#include "storage/store/result.h"

namespace bauta {

/// Where the admin listener of a relay is, and its key, as a command line says it.
struct AdminWords {
  /// "": the environment says, or it is the usual one.
  std::string url = {};
  std::string key_file = {};
  bool json = false;
};

/// --url, --key-file, --json.
void add_admin_words(CLI::App* command, AdminWords& words);

/// What asks there.  Codes: usage.file, usage.url.
Result<std::unique_ptr<Client>> admin_of(const AdminWords& words);

}  // namespace bauta
