#include "proxy/demo/dev_places.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "proxy/net/listening.h"

namespace bauta {
namespace {

Status is_free(const std::string& address, const char* option) {
  boost::asio::io_context context;
  BAUTA_TRY(const auto endpoint, parse_listen(address));
  const auto socket = listen_on(context.get_executor(), endpoint, /*shared=*/false);
  if (socket) return {};
  return fail("dev.failed",
              fmt::format("{}; choose another address with {}", socket.error().detail, option));
}

}  // namespace

Status places_are_free(const DevOptions& options) {
  std::string taken;
  const auto look_at = [&](const std::string& address, const char* option) {
    if (const auto free = is_free(address, option); !free)
      taken.append(taken.empty() ? "" : "; ").append(free.error().detail);
  };
  look_at(options.listen, "--listen");
  look_at(options.admin_listen, "--admin-listen");
  if (taken.empty()) return {};
  // Who must choose others anyway learns of this one at once.
  look_at(options.handsets_listen, "--handsets-listen");
  return fail("dev.failed", taken);
}

}  // namespace bauta
