#include "proxy/cli/init.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <json/value.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "proxy/cli/commands.h"
#include "proxy/cli/first_key.h"
#include "proxy/cli/say.h"
#include "proxy/config/config.h"
#include "proxy/net/json.h"
#include "storage/seal/master_key.h"
#include "storage/seal/secret.h"
#include "storage/seal/system_random.h"
#include "storage/store/id.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

std::string token(Random& random) {
  Bits128 bits{};
  random.fill(bits);
  return to_base32(bits);
}

std::string first_config(Random& random) {
  return fmt::format(
      R"(# Bauta's configuration.  `bauta config reference` explains every key, `bauta config check FILE` finds mistakes.
[public]
listen = "127.0.0.1:8080"            # API and carriers' callbacks; plain, for a TLS proxy in front
# url = "https://relay.example.com"  # what carriers call: signatures are made over it
# tls_certificate_file = "tls.pem"   # or speak TLS here: certificate and chain,
# tls_key_file = "tls.key"           # and its key; SIGHUP reads both anew

[admin]
listen = "127.0.0.1:9090"            # metrics and health

[storage]
engine = "rocksdb"
path = "data"

[sandbox]
enabled = true                       # keys that begin with bauta_test_: no phone, no carrier

[master_key]
file = "master.key"                  # keep a copy elsewhere: without it the store cannot be read

# [[connections]]
# name = "twilio"
# type = "twilio"
# token = "{}"   # part of its callback paths: /carriers/twilio/<token>/inbound
# account_sid = "AC…"             # AC and 32 hexadecimal digits
# auth_token_file = "twilio.token"
)",
      token(random));
}

Status refuse_what_is_there(const fs::path& file) {
  // Also where it is a link to nowhere, which would be written through.
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return {};
  return fail("init.exists", file.string() + " is there already: nothing was changed");
}

/// Secrets on standard output, where they can be sent on unseen; words on standard error.
void show(const fs::path& file, const FirstKey& key, const InitOptions& options) {
  const bool in_file = !options.key_file.empty();
  fmt::print(stderr,
             "Made {} with its master key and store.  Keep a copy of the master key elsewhere.\n"
             "The first API key, with every scope, {}\n",
             file.string(),
             in_file ? "is in " + options.key_file.string() + "." : "is shown only now:");
  if (options.json) {
    Json::Value json(Json::objectValue);
    json["config"] = file.string();
    json["key"] = in_file ? Json::Value() : Json::Value(key.secret);
    if (in_file) json["key_file"] = options.key_file.string();
    json["test_key"] = key.test_secret.empty() ? Json::Value() : Json::Value(key.test_secret);
    fmt::print("{}\n", write_json(json));
    std::fflush(stdout);
  } else {
    if (!in_file) fmt::print("{}\n", key.secret);
    std::fflush(stdout);
    if (!key.test_secret.empty())
      fmt::print(stderr, "And one for the sandbox, where nothing reaches a phone:\n{}\n",
                 key.test_secret);
  }
  fmt::print(
      stderr,
      "No carrier is there yet: uncomment [[connections]] and [public] url in {0}, fill them "
      "in, and see\nwhat bauta config check {0} says.  Then start with: bauta serve --config "
      "{0}\n",
      file.string());
}

}  // namespace

Status write_new_private_file(const fs::path& path, std::string_view content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail("init.cannot_write", fmt::format("cannot make {}: {}", path.string(),
                                                 std::generic_category().message(errno)));
  }
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  if (!written) return fail("init.cannot_write", fmt::format("cannot write {}", path.string()));
  return {};
}

Status write_new_master_key(const fs::path& path) {
  SystemRandom random;
  auto text = MasterKey::generate(random) + "\n";
  auto written = write_new_private_file(path, text);
  wipe(text);
  return written;
}

int run_init(const InitOptions& options) {
  const auto file = options.folder / "bauta.toml";
  if (const auto is_new = refuse_what_is_there(file); !is_new) return say_refused(is_new.error());
  if (!options.key_file.empty()) {
    if (const auto is_new = refuse_what_is_there(options.key_file); !is_new)
      return say_refused(is_new.error());
  }
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error)
    return say_refused(
        {.code = "init.cannot_write",
         .detail = "cannot make " + options.folder.string() + ": " + error.message()});
  SystemRandom random;
  if (const auto written = write_new_master_key(options.folder / "master.key"); !written)
    return say_refused(written.error());
  if (const auto written = write_new_private_file(file, first_config(random)); !written)
    return say_refused(written.error());
  auto config = load_config(file);
  if (!config) return say_refused(config.error());
  const auto key = make_first_key(*config);
  if (!key) return say_refused(key.error());
  if (!options.key_file.empty()) {
    if (const auto written = write_new_private_file(options.key_file, key->secret + "\n");
        !written) {
      // It is shown now or never.
      show(file, *key, {.folder = options.folder, .json = options.json});
      return say_refused(written.error());
    }
  }
  show(file, *key, options);
  return done;
}

}  // namespace bauta
