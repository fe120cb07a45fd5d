#include "proxy/demo/dev_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <json/value.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "proxy/carriers/signing.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failed(std::string detail) { return fail("dev.failed", std::move(detail)); }

std::string random_hex(std::size_t octets) {
  std::string bytes(octets, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(octets)) != 1) {
    throw std::runtime_error("the system has no random octets");
  }
  return encode_hex(bytes);
}

/// Readable by its owner alone; as a whole or not at all.
Status write_private(const fs::path& path, const std::string& content) {
  const fs::path fresh = path.string() + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("cannot write " + fresh.string());
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  std::error_code error;
  if (written) fs::rename(fresh, path, error);
  if (!written || error) return failed("cannot write " + path.string());
  return {};
}

fs::path default_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    return fs::path(data) / "bauta-dev";
  }
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) / ".local/share/bauta-dev"
                                          : fs::path("bauta-dev");
}

std::string config_of(const DevOptions& options, const DevFolder& folder) {
  return fmt::format(
      R"(# Written by `bauta dev` at every start: for trying out and for tests, not for production.
[public]
listen = "{listen}"
url = "http://{listen}"
[admin]
listen = "{admin}"
[storage]
engine = "{engine}"
path = "data"
[master_key]
file = "master.key"
[sandbox]
enabled = true
[webhooks]
allow_private = ["127.0.0.0/8", "::1/128"]
[[connections]]
name = "simulated"
type = "simulated"
token = "{token}"
auth_token = "{secret}"
api_url = "http://{handsets}"
)",
      fmt::arg("listen", options.listen), fmt::arg("admin", options.admin_listen),
      fmt::arg("engine", options.memory ? "memory" : "rocksdb"), fmt::arg("token", folder.token),
      fmt::arg("secret", folder.secret), fmt::arg("handsets", options.handsets_listen));
}

}  // namespace

Result<DevFolder> DevFolder::open(const DevOptions& options) {
  DevFolder folder{.path = options.folder.empty() ? default_folder() : options.folder,
                   .config = {},
                   .token = random_hex(16),
                   .secret = random_hex(32),
                   .key = "",
                   .test_key = ""};
  folder.config = folder.path / "bauta.toml";
  std::error_code error;
  fs::create_directories(folder.path, error);
  if (error) return failed("cannot make " + folder.path.string());
  fs::permissions(folder.path, fs::perms::owner_all, error);
  if (std::ifstream file(folder.path / "dev.json"); file) {
    std::stringstream content;
    content << file.rdbuf();
    const auto json = read_strict_json(content.str());
    if (!json)
      return failed((folder.path / "dev.json").string() +
                    " cannot be read; remove the folder to begin anew");
    folder.token = string_in(*json, "token");
    folder.secret = string_in(*json, "secret");
    folder.key = string_in(*json, "key");
    folder.test_key = string_in(*json, "test_key");
  }
  BAUTA_CHECK(folder.save());
  BAUTA_CHECK(write_private(folder.config, config_of(options, folder)));
  return folder;
}

Status DevFolder::keep(const DevKeys& made) {
  key = made.key;
  test_key = made.test_key;
  return save();
}

Status DevFolder::save() const {
  Json::Value json;
  json["token"] = token;
  json["secret"] = secret;
  json["key"] = key;
  json["test_key"] = test_key;
  return write_private(path / "dev.json", write_json(json));
}

}  // namespace bauta
