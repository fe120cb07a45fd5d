#pragma once

#include <vector>

#include "proxy/config/config.h"

namespace bauta {

/// Fills in what follows from other settings where it was left out (the sandbox's folder, the public URL), and returns what is wrong with settings
/// that are each fine as a type and in their range: words that mean nothing, and settings that do not go together.  The pointer of a fault is the
/// setting's, as "backup.path".
std::vector<FieldFault> settle(Config& config);

}  // namespace bauta
