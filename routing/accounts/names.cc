#include "routing/accounts/names.h"

#include <algorithm>

#include "routing/accounts/account.pb.h"

namespace bauta {
namespace {

constexpr std::size_t kNameCharactersMax = 64;

}  // namespace

bool is_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= kNameCharactersMax &&
         std::ranges::all_of(name, is_allowed);
}

std::string pointer_to(std::string_view id) {
  records::Pointer pointer;
  pointer.set_id(std::string(id));
  return pointer.SerializeAsString();
}

Result<std::string> pointed_at(const Record& record) {
  records::Pointer pointer;
  if (!pointer.ParseFromString(record.value))
    return fail("storage.corrupt", "the record of a name cannot be read; restore a backup");
  return pointer.id();
}

}  // namespace bauta
