#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/seal/index_key.h"
#include "storage/store/store.h"

namespace bauta {

/// Something that cannot be.  Names the record by its family and key as describe_key() shows it: never an address or a text.
struct Finding {
  std::string family;
  std::string key;
  std::string what;
};

/// The order of output: family, key, what.
std::string describe(const Finding& finding);
/// Ids as the API shows them, numbers of the pool, positions; of a hash only its beginning.  A key of no known family and shape is shown as
/// a hash as a whole.
std::string describe_key(const Key& key, const IndexKey& index_key);
/// What stands before the key's first slash, if it can be shown; else "?".
std::string family_of(const Key& key);
/// Whose records hold what somebody said, or who somebody is: what is erased of them is to leave the disk.  In their order of names.
std::vector<std::string> personal_families();

struct InspectionOptions {
  /// Findings that are told; the others are counted.
  std::size_t findings_max = 1'000;
  /// Open deliveries that are held in memory at once; the work log is read once for each such number of them.
  std::size_t open_deliveries_max = 100'000;
  /// Told after each page how many records were read.
  std::function<void(std::uint64_t)> progress = {};
};

struct Inspection {
  /// Records read, by family.
  std::map<std::string, std::uint64_t> records;
  std::vector<Finding> findings;
  std::uint64_t findings_left_out = 0;

  bool is_clean() const { return findings.empty(); }
  std::uint64_t records_read() const;
};

/// Whether the records of a store say the same as each other: each decodes as its family's record, and what two of them say about one
/// thing agrees (the relations of docs/operations/store.md).  `store` is at rest: nobody commits, and its clock stands, else
/// what changes meanwhile is found too.  Needs memory for one page and what the options allow, however large the store is.
/// Codes: the store's, where a whole page cannot be read.
Task<Result<Inspection>> inspect(Store& store, const IndexKey& index_key,
                                 InspectionOptions options = {});

}  // namespace bauta
