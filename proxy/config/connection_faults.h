#pragma once

#include <vector>

#include "proxy/config/config.h"

namespace bauta {

/// What is wrong with what a connection says, beside `others` that stand above it.  What it does not say is no fault here.  The pointer is the key
/// alone, as "token"; no detail repeats a secret.
std::vector<FieldFault> faults_of_connection(const ConnectionConfig& connection,
                                             const std::vector<ConnectionConfig>& others);

}  // namespace bauta
