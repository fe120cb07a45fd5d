#pragma once

#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// `error` of a listener, as who runs the relay can act on it: where its address cannot be had, with the setting that names it, [section] listen.
Error of_listener(Error error, std::string_view section);

}  // namespace bauta
