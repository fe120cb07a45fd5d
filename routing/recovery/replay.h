#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "routing/desk/answer_book.h"
#include "routing/desk/eraser.h"
#include "routing/desk/workbench.h"
#include "routing/recovery/journal_words.h"
#include "storage/journal/journal_files.h"
#include "storage/recovery/recovery.h"

namespace bauta {

/// What a replay did, all of it since the restore.
struct ReplayCounts {
  /// Words of consent that the store did not have.
  std::uint64_t consents = 0;
  /// Erasures of people that it did not know of.
  std::uint64_t people = 0;
  std::uint64_t sessions_erased = 0;
  /// Sessions that had lost a line of theirs to another one.
  std::uint64_t sessions_closed = 0;
  /// Lines that it believed free, and that rest now.
  std::uint64_t lines = 0;
  /// API keys that it still took.
  std::uint64_t keys_revoked = 0;
  /// Webhooks that it would have told, though they were removed, or changed so that it would have told them otherwise than is wished.
  std::uint64_t webhooks_removed = 0;
  std::uint64_t webhooks_disabled = 0;
  /// Entries about services that it does not have, or that this version cannot read.
  std::uint64_t skipped = 0;

  friend bool operator==(const ReplayCounts&, const ReplayCounts&) = default;
};

struct ReplayReport {
  ReplayCounts counts;
  /// Since when the journal is without a gap; none: there is no journal.
  std::optional<TimePoint> covered_since;
  /// A file of it is damaged, and what stands behind that place was not replayed.
  bool is_damaged = false;
  /// Whether it is without a gap from the backup's place on; nullopt: the backup notes none, and times have to tell.
  std::optional<bool> is_whole_from_place = std::nullopt;

  /// Is all that was done since the backup of that time known again?
  bool covers(TimePoint backed_up_at) const {
    if (is_damaged) return false;
    return is_whole_from_place.value_or(covered_since && *covered_since <= backed_up_at);
  }
};

/// Which files, and after which restore.
struct ReplayRequest {
  JournalReader journal;
  /// Those below this number, as it was at the first start after the restore.
  std::uint64_t until_file = 0;
  /// The store was written to with a journal when it was backed up (journal_mark_key()).
  bool was_journaled = false;
  Recovery recovery;
};

/// Tells a restored store what was done after its backup, before it serves anybody:
/// - a STOP, or any other word of consent, counts if it is later than what the store knows (promise 6);
/// - an erased session or person is erased again;
/// - a line that was given out rests, without an address, for as long as a text of that time may still come, so that it goes to no stranger
///   (promise 1); another session that the store believes has that line is closed;
/// - an API key that was revoked opens nothing, and a webhook that was removed or changed is told nothing until its platform says what holds.
/// What it does can be done twice.  It notes how far it is, and goes on there after a crash; once done, it is done for that restore.
class Replay {
 public:
  /// Of a backup that notes no place, entries are replayed from so long before it on: the clock may have been set meanwhile.
  static constexpr std::chrono::hours kClocksApart{1};
  /// From where on a restore needs the journal.
  static JournalFrom from_of(const std::optional<JournalPlace>& place, TimePoint backed_up_at) {
    return {.place = place, .time = backed_up_at - kClocksApart};
  }

  Replay(RelayParts parts, ReplayRequest request);
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// Once, by one.  Codes: storage.*.
  Task<Result<ReplayReport>> run();

 private:
  struct Progress {
    ReplayReport report;
    std::uint64_t until_file = 0;
    std::uint64_t file = 0;
    /// Of the file, the next one.
    std::uint64_t entry = 0;
    bool done = false;
  };

  Task<Status> look_up_progress();
  Task<Status> save();
  Task<Status> replay_files();
  bool may_hold_later_words(TimePoint last) const;
  Task<Status> replay_file(std::uint64_t number);
  Task<Status> replay_word(JournalWord word);
  Task<Status> replay_consent(RecordedConsent word);
  Task<Status> replay_job(Job job);
  Task<Status> replay_erasure(ErasedSession erased);
  Task<Status> replay_revocation(RevokedKey revoked);
  Task<Status> replay_webhook(ChangedWebhook changed);
  Task<Status> rest_lines();
  Task<Result<bool>> try_rest(std::map<Key, GrantedLine> lines);
  Task<Result<std::optional<Route>>> rest_of(GrantedLine line, std::optional<Stored<Route>> known);
  Task<Status> close_holder(ServiceId service, SessionId session);
  Task<void> finish_jobs() const;
  /// None: the store has no such service.
  Task<Result<std::optional<ServiceSettings>>> settings_of(ServiceId service);

  const ReplayRequest request_;
  Workbench bench_;
  AnswerBook answers_;
  Eraser eraser_;
  Progress progress_;
  /// Lines that were given out, by key, the last word of each; not yet at rest.
  std::map<Key, GrantedLine> lines_;
  std::map<ServiceId, std::optional<ServiceSettings>> settings_;
};

}  // namespace bauta
