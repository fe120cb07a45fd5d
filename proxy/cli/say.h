#pragma once

#include "storage/store/result.h"

namespace bauta {

/// The code, what is wrong and every faulty field, on standard error.  The exit code for a refusal.
int say_refused(const Error& error);

}  // namespace bauta
