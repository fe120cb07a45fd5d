#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/seal/index_key.h"
#include "storage/store/key.h"

namespace bauta {

/// What the parts of a key are: how they are read, and how they are shown.
enum class KeyPart : char {
  account = 'a',
  service = 's',
  api_key = 'k',
  session = 'x',
  message = 'm',
  seat = 'p',
  webhook = 'w',
  hash = 'h',    // 16 octets: keyed
  text = 't',    // its octets and a NUL
  number = 'n',  // 8 octets, big-endian
};

/// "shx": the parts of a family's keys, in their order, each a KeyPart.
using KeyShape = std::string_view;

/// The octets of each part of what follows the family's slash; nullopt if the key has another shape.
std::optional<std::vector<std::string_view>> read_shape(const Key& key, KeyShape shape);

std::string show_part(KeyPart part, std::string_view octets);

}  // namespace bauta
