// Precompiled, as common.h: the same for unit tests.
#include ".cmake/common.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
