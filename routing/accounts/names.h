#pragma once

#include <string>
#include <string_view>

#include "storage/store/id.h"
#include "storage/store/store.h"

namespace bauta {

/// What accounts and services may be called: 1 to 64 characters of a-z, 0-9, '-' and '_'.
bool is_name(std::string_view name);

/// The record behind a name, which says whose it is.
std::string pointer_to(std::string_view id);
/// Codes: storage.corrupt.
Result<std::string> pointed_at(const Record& record);

template <class AnId>
Result<AnId> follow(const Record& record) {
  BAUTA_TRY(const auto octets, pointed_at(record));
  return AnId::from_bytes(octets);
}

}  // namespace bauta
