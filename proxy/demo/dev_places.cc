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
  BAUTA_CHECK(is_free(options.listen, "--listen"));
  return is_free(options.admin_listen, "--admin-listen");
}

}  // namespace bauta
