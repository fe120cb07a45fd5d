#include "storage/store/records.h"

namespace bauta {

Task<Result<std::optional<Committed>>> commit_once(Store& store, Commit commit) {
  auto outcome = co_await store.commit(std::move(commit));
  if (auto* committed = std::get_if<Committed>(&outcome))
    co_return std::optional(std::move(*committed));
  if (std::holds_alternative<Conflict>(outcome)) co_return std::optional<Committed>{};
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return std::unexpected(std::move(refused->error));
  co_return std::unexpected(std::move(std::get<Unknown>(outcome).error));
}

Task<Result<std::optional<Committed>>> commit_settled(Store& store, Commit commit, Key witness) {
  auto outcome = co_await store.commit(std::move(commit));
  if (auto* committed = std::get_if<Committed>(&outcome))
    co_return std::optional(std::move(*committed));
  if (std::holds_alternative<Conflict>(outcome)) co_return std::optional<Committed>{};
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return std::unexpected(std::move(refused->error));
  BAUTA_CO_TRY(const auto written, co_await store.get(std::move(witness)));
  // Positions are not known then; who needs them reads its log.
  if (written) co_return std::optional(Committed{});
  co_return std::unexpected(std::move(std::get<Unknown>(outcome).error));
}

Key add_witness(Commit& commit, TimePoint now, Random& random) {
  Key witness = Key("wit").bits(make_id_bits(to_millis(now), random));
  commit.put(witness, {}, now + std::chrono::hours(1));
  return witness;
}

}  // namespace bauta
