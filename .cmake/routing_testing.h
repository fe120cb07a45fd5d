// Precompiled, as testing.h: the same for tests that have the whole of routing/ before them.
#include ".cmake/testing.h"
#include "tests/unit/routing/world/conversation.h"
