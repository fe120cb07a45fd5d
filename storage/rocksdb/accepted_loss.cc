#include "storage/rocksdb/accepted_loss.h"

#include <string>
#include <utility>

#include "storage/rocksdb/database.h"
#include "storage/rocksdb/durable_mark.h"
#include "storage/rocksdb/frame.h"
#include "storage/rocksdb/status.h"

namespace bauta {
namespace {

/// nullopt: it says that nothing is lost.  One that cannot be read says nothing, and the loss was accepted on that account.
Result<std::optional<AcceptedLoss>> loss_of(rocksdb::DB& database,
                                            const std::filesystem::path& folder) {
  AcceptedLoss loss{.recovered = database.GetLatestSequenceNumber()};
  const auto durable = DurableMark::read(folder);
  if (!durable && durable.error().code != "storage.corrupt")
    return std::unexpected(durable.error());
  if (durable && (!*durable || **durable <= loss.recovered)) return std::optional<AcceptedLoss>();
  if (durable) loss.durable = *durable;
  return std::optional(std::move(loss));
}

}  // namespace

Status note_accepted_loss(rocksdb::DB& database, const RocksStoreOptions& options) {
  if (!options.loss_mark) return {};
  BAUTA_TRY(auto loss, loss_of(database, options.path));
  if (!loss) return {};
  const auto& key = options.loss_mark->key;
  std::string known;
  const auto status = database.Get(rocksdb::ReadOptions(), key.octets(), &known);
  if (!status.ok() && !status.IsNotFound())
    return std::unexpected(error_of(status, "reading what is held"));
  if (status.ok() && known.size() >= Frame::kOctets) loss->known = Frame::payload(known);
  const auto value = options.loss_mark->value(*loss);
  return value ? put_durably(database, key, *value) : Status{};
}

}  // namespace bauta
