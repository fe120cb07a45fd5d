#include "proxy/cli/reload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "proxy/cli/tls_of.h"
#include "proxy/config/log.h"

namespace bauta {
namespace {

/// Where a configuration is wrong, never with what it says there.
std::string places_of(const Error& error) {
  std::vector<std::string> places;
  for (const auto& fault : error.faults)
    places.push_back(fault.pointer.empty() ? std::string(fault.code)
                                           : fmt::format("{} ({})", fault.pointer, fault.code));
  return fmt::format("{}", fmt::join(places, ", "));
}

void refuse(const Error& error, const ReloadParts& parts) {
  log::error("configuration not taken up, all stays as it was code={} keys=[{}]", error.code,
             places_of(error));
  parts.public_server.reload_refused();
  parts.admin_server.reload_refused();
  parts.metrics.config_reload("refused");
}

}  // namespace

Reload::Reload(const Config& started, metrics::Instruments& metrics) : in_force_(started) {
  metrics.config_in_force(in_force_.hash());
}

void Reload::take_up(const Result<Config>& config, const ReloadParts& parts) {
  if (!config) return refuse(config.error(), parts);
  // Whatever may be refused comes first, and both listeners are looked at, so that one SIGHUP says all that is wrong.
  auto public_certificate = parts.public_server.prepare_certificate(public_tls_of(*config));
  auto admin_certificate = parts.admin_server.prepare_certificate(admin_tls_of(*config));
  const auto guard = AddressGuard::make(config->webhook_allow_private);
  if (!public_certificate) return refuse(public_certificate.error(), parts);
  if (!admin_certificate) return refuse(admin_certificate.error(), parts);
  if (!guard) return refuse(guard.error(), parts);

  parts.public_server.take_certificate(*std::move(public_certificate));
  parts.admin_server.take_certificate(*std::move(admin_certificate));
  log::set_level(*log::parse_level(config->log_level));
  parts.guard.take_up(*guard);
  for (const auto& connection : config->connections)
    parts.carriers.change_rate(connection.name, connection.rate_per_second);

  const ConfigSnapshot next(*config);
  const auto changes = in_force_.changes_to(next);
  in_force_.take_up_live(next);
  log::info("configuration taken up changed=[{}]", fmt::join(changes.live, ", "));
  if (!changes.restart.empty())
    log::warn("these changes need a restart keys=[{}]", fmt::join(changes.restart, ", "));
  parts.metrics.config_waits(changes.restart.size());
  parts.metrics.config_in_force(in_force_.hash());
  parts.metrics.config_reload("taken_up");
}

}  // namespace bauta
