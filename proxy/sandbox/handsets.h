#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "routing/text/message_text.h"
#include "storage/seal/index_key.h"
#include "storage/store/store.h"

namespace bauta {

/// A text as the phone shows it.
struct HandsetText {
  std::string id;
  VirtualNumber from;
  MessageText text;
  TimePoint received_at;
};

struct HandsetInbox {
  /// The newest first.
  std::vector<HandsetText> texts = {};
  /// "": no more.
  std::string next_cursor = {};
};

/// What the phones of the sandbox hold: each service sees what its own numbers texted, for kKept of the sandbox's time.  Thread-safe.
/// Key: `handset/<svc>/<person>/<position>`.
class SandboxHandsets {
 public:
  static constexpr std::chrono::days kKept{7};

  SandboxHandsets(Store& store, const IndexKey& index_key) : store_(store), index_key_(index_key) {}

  PersonHash person(ServiceId service, const RealAddress& address) const;
  /// Adds to `commit` that the phone has `text`.
  static void take(Commit& commit, ServiceId service, PersonHash person, const HandsetText& text);
  /// Codes: cursor.malformed, storage.*.
  Task<Result<HandsetInbox>> inbox(ServiceId service, RealAddress address, std::uint32_t limit,
                                   std::string cursor) const;

 private:
  Store& store_;
  const IndexKey& index_key_;
};

}  // namespace bauta
