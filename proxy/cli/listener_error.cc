#include "proxy/cli/listener_error.h"

#include <fmt/format.h>

namespace bauta {

Error of_listener(Error error, std::string_view section) {
  // Those of TLS name their settings themselves.
  if (error.code != "http.listen_failed") return error;
  error.detail =
      fmt::format("[{}] listen: {}; take another address there, or see who has this one (ss -ltnp)",
                  section, error.detail);
  return error;
}

}  // namespace bauta
