// Precompiled, as common.h: the same for the command line.
#include ".cmake/common.h"

#include <CLI/CLI.hpp>
