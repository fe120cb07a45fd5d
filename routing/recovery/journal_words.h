#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pool/allocation/routes.h"
#include "routing/accounts/keys.h"
#include "routing/consent/ledger.h"
#include "routing/desk/job.h"
#include "routing/webhooks/webhook.h"
#include "storage/store/store.h"

namespace bauta {

/// A line that was given to somebody: hashes and a virtual number.
struct GrantedLine {
  ServiceId service;
  PersonHash person;
  VirtualNumber number;
  SessionId session;
  SeatId seat;
};

struct ErasedSession {
  ServiceId service;
  SessionId session;
};

/// What somebody agreed to, or did not, and under which key it stands.
struct RecordedConsent {
  Key key;
  Consenter who;
  std::optional<VirtualNumber> number;
  Consent consent;
};

/// Of an account, and so of no service.
struct RevokedKey {
  AccountId account;
  ApiKeyId key;
};

struct ChangedWebhook {
  ServiceId service;
  WebhookId webhook;
  /// Webhook::revision; none: it was removed.
  std::optional<std::uint32_t> revision;
};

/// What a store that was restored must be told.  The erasure of a person: the job as it began.
using JournalWord =
    std::variant<RecordedConsent, GrantedLine, ErasedSession, Job, RevokedKey, ChangedWebhook>;

/// The journal's entries of a commit: consents, lines given out, sessions erased, erasures begun, API keys revoked, webhooks changed or removed;
/// none, without an allocation, for any other commit.  Entries hold no address, no URL and nothing of a secret.  Thread-safe.
std::vector<std::string> journal_entries_of(const Commit& commit);
/// Codes: storage.corrupt (also: of a later version).
Result<JournalWord> read_journal_word(std::string_view entry);

}  // namespace bauta
