#include "storage/seal/secret.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <ostream>
#include <utility>

#include "storage/store/assert.h"

namespace bauta {
namespace {

std::byte* allocate(std::size_t size) {
  BAUTA_ASSERT(sodium_init() >= 0);
  auto* const octets = static_cast<std::byte*>(sodium_malloc(std::max<std::size_t>(size, 1)));
  if (octets == nullptr) throw std::bad_alloc();
  return octets;
}

}  // namespace

Secret::Secret(std::size_t size) : octets_(allocate(size)), size_(size) {
  sodium_memzero(octets_, size_);
}

Secret Secret::take(std::string& text) {
  auto secret = copy(std::as_bytes(std::span(text)));
  wipe(text);
  return secret;
}

Secret Secret::copy(std::span<const std::byte> octets) {
  Secret secret(octets.size());
  std::ranges::copy(octets, secret.octets_);
  return secret;
}

Secret::Secret(Secret&& other) noexcept
    : octets_(std::exchange(other.octets_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(octets_, other.octets_);
  std::swap(size_, other.size_);
  return *this;
}

Secret::~Secret() { sodium_free(octets_); }

void PrintTo(const Secret& secret, std::ostream* out) {
  *out << "a secret of " << secret.size() << " octets";
}

void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace bauta
