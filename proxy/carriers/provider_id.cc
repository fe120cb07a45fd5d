#include "proxy/carriers/provider_id.h"

#include <algorithm>

namespace bauta {
namespace {

constexpr std::size_t kProviderIdOctetsMax = 64;

}  // namespace

bool is_provider_id(std::string_view text) {
  return !text.empty() && text.size() <= kProviderIdOctetsMax &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

}  // namespace bauta
