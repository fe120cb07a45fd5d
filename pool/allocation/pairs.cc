#include "pool/allocation/pairs.h"

#include "pool/allocation/route.pb.h"

namespace bauta {
namespace {

Key key_of(const PairTable::Pair& pair) {
  return Key("pair").id(pair.service).id(pair.person).id(pair.companion);
}

}  // namespace

Task<Result<std::optional<VirtualNumber>>> PairTable::number_of(Pair pair) const {
  BAUTA_CO_TRY(const auto record, co_await load<pool::PairRecord>(store_, key_of(pair)));
  if (!record) co_return std::optional<VirtualNumber>{};
  BAUTA_CO_TRY(auto number, VirtualNumber::from_carrier(record->value.number()));
  co_return std::optional(std::move(number));
}

void PairTable::remember(Commit& commit, const Pair& pair, const VirtualNumber& number,
                         TimePoint forget_at) {
  pool::PairRecord record;
  record.set_number(number.str());
  commit.put(key_of(pair), record.SerializeAsString(), forget_at);
}

void PairTable::forget(Commit& commit, const Pair& pair) { commit.erase(key_of(pair)); }

}  // namespace bauta
