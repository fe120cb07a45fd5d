#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store/clock.h"

namespace bauta {

/// What a file of a journal holds:
///
///     "bautajnl" | record …      a record: length (4 octets, big-endian) | BLAKE2b (8) | JournalRecord      on disk: never change
///
/// The first record says whose file it is, each of the others is an entry.

/// What a file begins with.
struct JournalFile {
  std::uint64_t number = 0;
  /// Of a damaged one, whose own is not known: when the next that can be read was begun; without one, the end of time.
  TimePoint begun_at{};
  /// Whose journal it is.
  std::string store = {};
  /// Not everything that was done before is in the files before it.
  bool follows_gap = false;
  /// Its first record was written and cannot be read, and so nothing of it: only the number is known.
  bool is_damaged = false;
};

struct JournalEntry {
  TimePoint at{};
  std::string octets;
};

struct JournalContent {
  /// None: the first record was never written, or it is damaged.  The number stands in the file's name alone.
  std::optional<JournalFile> begin;
  std::vector<JournalEntry> entries;
  /// A record cannot be read, and those behind it are missing.  One that was being written when the process or the machine died is no
  /// damage: nobody was told that it is there.  Such a one ends with the file, or in zeros from a sector's border on; any other octet that is not
  /// as it was written is damage, in the last record too.  Only what was cut off at the end looks as if it had never been written.
  bool is_damaged = false;
};

/// What a new file is made of, its first record with it; `file`: the number and is_damaged do not stand in it.
std::string journal_begin(const JournalFile& file);
/// One more of it.  At most 2 MiB: asserted, for nothing that a store takes makes a larger one.
std::string journal_record(const JournalEntry& entry);

/// Of any octets, also damaged or hostile ones.
JournalContent read_journal_octets(std::string_view octets);
/// As much of it as the front of a file tells; none: it is not whole, or has to be looked at as a whole.
std::optional<JournalFile> read_journal_begin(std::string_view octets);

}  // namespace bauta
