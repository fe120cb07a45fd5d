#include "proxy/cli/say.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace bauta {
namespace {

Error refusal(const char* code, const char* detail, std::vector<FieldFault> faults) {
  Error error{.code = code, .detail = detail};
  error.faults = std::move(faults);
  return error;
}

// The same sentence stood there twice.
TEST(Refusal, OneFaultyFieldIsToldOnce) {
  EXPECT_EQ(refusal_of(refusal("scope.unknown", "/scopes/0: there is no such scope",
                               {{"/scopes/0", "scope.unknown", "there is no such scope"}})),
            "bauta: scope.unknown: /scopes/0: there is no such scope\n");
}

TEST(Refusal, ManyAreListed) {
  EXPECT_EQ(refusal_of(refusal(
                "request.invalid", "2 fields are faulty: see errors",
                {{"/a", "field.type", "must be a string"}, {"", "field.unknown", "unknown"}})),
            "bauta: request.invalid: 2 fields are faulty: see errors\n"
            "  /a: field.type: must be a string\n"
            "  field.unknown: unknown\n");
}

TEST(Refusal, OneThatSaysMoreThanTheFirstLineIsListed) {
  EXPECT_EQ(refusal_of(refusal("config.invalid", "bauta.toml has faults",
                               {{"log.level", "config.bad_value", "line 3: must be info"}})),
            "bauta: config.invalid: bauta.toml has faults\n"
            "  log.level: config.bad_value: line 3: must be info\n");
}

}  // namespace
}  // namespace bauta
