#pragma once

#include <rocksdb/env.h>

#include <filesystem>
#include <memory>

namespace bauta {

/// What RocksDB has to say (warnings and worse), in the file LOG of the folder; that of the start before stays beside it, as LOG.old.  A note
/// that cannot be written is left out: RocksDB's own logger aborts the process after a full disk has refused a line.
std::shared_ptr<rocksdb::Logger> notes_in(const std::filesystem::path& folder);

/// Swallows them: a check leaves no trace in the folder.
std::shared_ptr<rocksdb::Logger> no_notes();

}  // namespace bauta
