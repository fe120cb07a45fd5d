#pragma once

#include <string>

#include "storage/store/result.h"

namespace bauta {

/// The code, what is wrong and every faulty field, a line each; a single field that the first line names already is not repeated.
std::string refusal_of(const Error& error);

/// The code, what is wrong and every faulty field, on standard error.  The exit code for a refusal.
int say_refused(const Error& error);

}  // namespace bauta
