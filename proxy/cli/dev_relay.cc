#include "proxy/cli/dev_relay.h"

#include <cstdlib>

#include "proxy/cli/commands.h"
#include "proxy/cli/init.h"
#include "proxy/cli/relay_server.h"
#include "proxy/config/config.h"
#include "proxy/config/log.h"

namespace bauta {
namespace {

class RunningRelay final : public DevRelay {
 public:
  explicit RunningRelay(std::unique_ptr<RelayServer> server) : server_(std::move(server)) {
    // As in production: the next start decides from what is on the disk.
    server_->on_failure([](const Error&) { std::_Exit(refused); });
  }
  ~RunningRelay() override { server_->drain(); }

  std::string url() const override { return "http://" + server_->public_address(); }
  DevKeys made_keys() const override {
    const auto key = server_->made_key();
    return key ? DevKeys{.key = key->secret, .test_key = key->test_secret} : DevKeys{};
  }

 private:
  std::unique_ptr<RelayServer> server_;
};

Status make_master_key_for(const Config& config) {
  if (!config.master_key_file || config.storage_engine == "memory" ||
      std::filesystem::exists(*config.master_key_file)) {
    return {};
  }
  return write_new_master_key(*config.master_key_file);
}

}  // namespace

Result<DevKeys> make_dev_key(const std::filesystem::path& config_file) {
  BAUTA_TRY(const auto config, load_config(config_file));
  BAUTA_CHECK(make_master_key_for(config));
  BAUTA_TRY(auto key, make_first_key(config));
  return DevKeys{.key = std::move(key.secret), .test_key = std::move(key.test_secret)};
}

Result<std::unique_ptr<DevRelay>> start_dev_relay(const DevRelayOptions& options) {
  BAUTA_TRY(auto config, load_config(options.config));
  if (options.memory) config.storage_engine = "memory";
  BAUTA_CHECK(make_master_key_for(config));
  log::set_level(*log::parse_level(config.log_level));
  BAUTA_TRY(auto server, RelayServer::start(std::move(config),
                                            {.make_key = options.make_key, .accept_loss = false}));
  return std::make_unique<RunningRelay>(std::move(server));
}

}  // namespace bauta
