#include "proxy/cli/environment.h"

#include <sodium.h>

#include <cstdlib>

namespace bauta {

std::string take_secret(const char* variable) {
  char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): at start only
  if (value == nullptr) return "";
  std::string secret(value);
  sodium_memzero(value, secret.size());
  ::unsetenv(variable);  // NOLINT(concurrency-mt-unsafe): at start only
  return secret;
}

}  // namespace bauta
