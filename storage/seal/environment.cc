#include "storage/seal/environment.h"

#include <sodium.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

namespace bauta {

std::optional<Secret> take_variable(const std::string& name) {
  char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): at start only
  if (value == nullptr) return std::nullopt;
  const std::span<char> text(value, std::strlen(value));
  auto secret = Secret::copy(std::as_bytes(text));
  sodium_memzero(text.data(), text.size());
  unsetenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): at start only
  return secret;
}

std::optional<std::string_view> TakenVariables::find(const std::string& name) {
  if (auto secret = take_variable(name)) {
    taken_.erase(name);
    taken_.emplace(name, *std::move(secret));
  }
  const auto known = taken_.find(name);
  if (known == taken_.end()) return std::nullopt;
  return known->second.reveal();
}

}  // namespace bauta
