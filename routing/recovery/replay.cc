#include "routing/recovery/replay.h"

#include <algorithm>
#include <set>
#include <utility>

#include "routing/desk/job_runner.h"
#include "routing/desk/person_eraser.h"
#include "storage/journal/journal_files.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

/// So many entries between two notes of how far it is; each line is two writes of a commit, of which there may be a thousand.
constexpr std::size_t kEntriesAtOnce = 200;
/// So many at once.
constexpr std::size_t kLinesAtOnce = 200;
/// What the lane's latest deadline is rounded up to, at most.
constexpr auto kDeadlineStep = 10min;

bool is_gone(const Error& error) {
  return error.code == "session.not_found" || error.code == "service.not_found";
}

bool is_later(const Consent& word, const Consent& than) {
  if (word.since != than.since) return word.since > than.since;
  return word.state == ConsentState::opted_out && than.state != ConsentState::opted_out;
}

/// Said by the person, or by the carrier for them.
bool is_stop(const Consent& word) {
  return word.state == ConsentState::opted_out && word.source != ConsentSource::platform;
}

/// An entry stands in the journal before its commit, which may have met the other word there: what a platform said into a STOP of the same moment
/// was refused, whichever of them has the later time.  In a store it never takes the place of one (PeopleDesk::try_record; promise 6): only their
/// own START does, which has an entry of its own.
bool counts_over(const Consent& word, const Consent& known) {
  if (is_stop(known) && word.source == ConsentSource::platform) return false;
  if (is_stop(word) && known.source == ConsentSource::platform) return true;
  return is_later(word, known);
}

/// None: what it is about is an account's.
std::optional<ServiceId> service_of(const JournalWord& word) {
  return std::visit(
      []<class T>(const T& said) -> std::optional<ServiceId> {
        if constexpr (std::is_same_v<T, RevokedKey>) {
          return std::nullopt;
        } else if constexpr (std::is_same_v<T, RecordedConsent>) {
          return said.who.service;
        } else {
          return said.service;
        }
      },
      word);
}

}  // namespace

Replay::Replay(RelayParts parts, ReplayRequest request)
    : request_(std::move(request)),
      bench_(std::move(parts), [](std::string_view) { return false; }),
      answers_(bench_),
      eraser_(bench_, answers_) {}

Task<Result<ReplayReport>> Replay::run() {
  BAUTA_CO_CHECK(co_await look_up_progress());
  if (progress_.done) co_return progress_.report;
  BAUTA_CO_CHECK(co_await replay_files());
  co_await finish_jobs();
  progress_.done = true;
  BAUTA_CO_CHECK(co_await save());
  co_return progress_.report;
}

Task<Status> Replay::replay_files() {
  BAUTA_CO_TRY(const auto files, request_.journal.list());
  if (progress_.file == 0) {
    const auto& recovery = request_.recovery;
    BAUTA_CO_TRY(const auto start,
                 request_.journal.start_of(from_of(recovery.journal, recovery.backed_up_at)));
    progress_.file = start.file;
    progress_.entry = start.entry;
  }
  for (const auto& file : files) {
    if (file.number < progress_.file || file.number >= progress_.until_file) continue;
    BAUTA_CO_CHECK(co_await replay_file(file.number));
  }
  BAUTA_CO_CHECK(co_await rest_lines());
  co_return co_await save();
}

Task<Status> Replay::replay_file(std::uint64_t number) {
  if (progress_.file != number) progress_.entry = 0;
  progress_.file = number;
  BAUTA_CO_TRY(const auto content, request_.journal.read(number));
  // What stood in front of the place was on the disk when it was noted.
  const bool is_short = content.entries.size() < progress_.entry;
  if (content.is_damaged || is_short) progress_.report.is_damaged = true;
  while (progress_.entry < content.entries.size()) {
    const auto end = std::min(progress_.entry + kEntriesAtOnce, content.entries.size());
    for (std::size_t at = progress_.entry; at < end; ++at) {
      auto word = read_journal_word(content.entries[at].octets);
      if (!word) {
        ++progress_.report.counts.skipped;
        continue;
      }
      BAUTA_CO_CHECK(co_await replay_word(*std::move(word)));
    }
    progress_.entry = end;
    if (!may_hold_later_words(content.entries[end - 1].at)) BAUTA_CO_CHECK(co_await rest_lines());
    // Lines that are not at rest yet are only known here.
    if (lines_.empty()) BAUTA_CO_CHECK(co_await save());
  }
  co_return Status{};
}

/// Of a line only the last word of those that the store may hold counts: the ones before it are over.  A backup holds none of long after it; a
/// store that lost its end may hold nearly all.
bool Replay::may_hold_later_words(TimePoint last) const {
  const auto& recovery = request_.recovery;
  return recovery.is_after_loss || last <= recovery.backed_up_at + kClocksApart;
}

Task<Status> Replay::replay_word(JournalWord word) {
  if (const auto* revoked = std::get_if<RevokedKey>(&word))
    co_return co_await replay_revocation(*revoked);
  BAUTA_CO_TRY(const auto settings, co_await settings_of(*service_of(word)));
  if (!settings) {
    // Made after the backup: made anew, it has other hashes for the same people.
    ++progress_.report.counts.skipped;
    co_return Status{};
  }
  if (auto* consent = std::get_if<RecordedConsent>(&word))
    co_return co_await replay_consent(std::move(*consent));
  if (auto* job = std::get_if<Job>(&word)) co_return co_await replay_job(std::move(*job));
  if (const auto* erased = std::get_if<ErasedSession>(&word))
    co_return co_await replay_erasure(*erased);
  if (const auto* changed = std::get_if<ChangedWebhook>(&word))
    co_return co_await replay_webhook(*changed);
  auto& line = std::get<GrantedLine>(word);
  lines_.insert_or_assign(RouteTable::key_of(line.service, line.person, line.number),
                          std::move(line));
  co_return Status{};
}

Task<Status> Replay::replay_consent(RecordedConsent word) {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const auto record, co_await bench_.parts.store.get(word.key));
    std::optional<Stored<Consent>> known;
    if (record) {
      BAUTA_CO_TRY(known, Ledger::decode(*record));
    }
    if (known && !counts_over(word.consent, known->value)) co_return Status{};
    Commit commit;
    if (word.number) {
      Ledger::record_line(commit, word.who, *word.number, {.everywhere = {}, .line = known},
                          word.consent);
    } else {
      Ledger::record(commit, word.who, {.everywhere = known, .line = {}}, word.consent);
    }
    BAUTA_CO_TRY(const auto done, co_await commit_once(bench_.parts.store, std::move(commit)));
    if (!done) continue;
    ++progress_.report.counts.consents;
    co_return Status{};
  }
  co_return contended();
}

Task<Status> Replay::replay_job(Job job) {
  BAUTA_CO_TRY(const auto known, co_await Jobs(bench_.parts.store).find(job.service, job.id));
  if (known || job.kind != JobKind::erasure || job.done_at) co_return Status{};
  const auto key = Jobs::key_of(job.service, job.id);
  Commit commit;
  Jobs::write(commit, job, kAbsent);
  BAUTA_CO_CHECK(co_await commit_settled(bench_.parts.store, std::move(commit), key));
  ++progress_.report.counts.people;
  co_return Status{};
}

Task<Status> Replay::replay_erasure(ErasedSession erased) {
  const auto done = co_await eraser_.erase(erased.service, erased.session);
  if (done) ++progress_.report.counts.sessions_erased;
  if (!done && !is_gone(done.error())) co_return done;
  co_return Status{};
}

Task<Status> Replay::rest_lines() {
  while (!lines_.empty()) {
    std::map<Key, GrantedLine> some;
    while (!lines_.empty() && some.size() < kLinesAtOnce)
      some.insert(lines_.extract(lines_.begin()));
    for (std::uint32_t tries = 0;; ++tries) {
      if (tries == bench_.parts.limits.conflict_tries) co_return contended();
      BAUTA_CO_TRY(const bool done, co_await try_rest(some));
      if (done) break;
    }
  }
  co_return Status{};
}

/// False: a conflict, or sessions had to be closed first.
Task<Result<bool>> Replay::try_rest(std::map<Key, GrantedLine> lines) {
  std::vector<Key> keys;
  keys.reserve(lines.size());
  for (const auto& [key, line] : lines) keys.push_back(key);
  BAUTA_CO_TRY(const auto records, co_await bench_.parts.store.multi_get(keys));
  std::vector<std::optional<Stored<Route>>> routes;
  std::set<std::pair<ServiceId, SessionId>> holders;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    auto& known = routes.emplace_back();
    if (!records[at]) continue;
    BAUTA_CO_TRY(known, decode_route(*records[at]));
    const bool is_held = known->value.state == RouteState::live &&
                         known->value.session != lines.at(keys[at]).session;
    if (is_held) holders.emplace(known->value.service, known->value.session);
  }
  for (const auto& [service, session] : holders)
    BAUTA_CO_CHECK(co_await close_holder(service, session));
  // Which changed other lines, too.
  if (!holders.empty()) co_return false;

  Commit commit;
  std::uint64_t resting = 0;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    const auto version = version_of(routes[at]);
    BAUTA_CO_TRY(auto rest, co_await rest_of(lines.at(keys[at]), std::move(routes[at])));
    if (!rest) continue;
    RouteTable::entomb(commit, {.value = *std::move(rest), .version = version},
                       bench_.parts.limits.route_forget);
    ++resting;
  }
  if (resting == 0) co_return true;
  BAUTA_CO_TRY(const auto done, co_await commit_once(bench_.parts.store, std::move(commit)));
  if (done) progress_.report.counts.lines += resting;
  co_return done.has_value();
}

/// The line as it is to stand; none: it may stay as it is.  What the lost store handed over before it was lost may be brought until its
/// deadline, and answered for the cooling time after that.
Task<Result<std::optional<Route>>> Replay::rest_of(GrantedLine line,
                                                   std::optional<Stored<Route>> known) {
  BAUTA_CO_TRY(const auto settings, co_await settings_of(line.service));
  auto until = request_.recovery.restored_at + settings->deadline_seconds + kDeadlineStep +
               settings->cooling_seconds;
  if (known) {
    const Route& route = known->value;
    // Another seat of that session is the same person, who left it and came back: the line leads where it led when the store was lost, and at
    // rest it would answer "ended" to somebody whom the session's texts still reach.
    const bool is_same = route.session == line.session;
    if (is_same && (route.state == RouteState::live || route.reusable_at >= until))
      co_return std::optional<Route>{};
    until = std::max<TimePoint>(until, route.reusable_at);
  }
  co_return std::optional(Route{.service = line.service,
                                .address = {},
                                .person = line.person,
                                .number = std::move(line.number),
                                .session = line.session,
                                .seat = line.seat,
                                .state = RouteState::cooling,
                                .reusable_at = until});
}

Task<Status> Replay::close_holder(ServiceId service, SessionId session) {
  BAUTA_CO_TRY(const auto settings, co_await settings_of(service));
  const Ending ending{.at = bench_.now(service), .reason = ClosedReason::api};
  const auto closed = co_await bench_.close(*settings, service, session, ending);
  if (!closed) co_return std::unexpected(closed.error());
  ++progress_.report.counts.sessions_closed;
  co_return Status{};
}

/// What is not done now is done by who serves.
Task<void> Replay::finish_jobs() const {
  const PersonEraser people(bench_, answers_, eraser_);
  const JobRunner runner(bench_, people);
  for (;;) {
    const auto steps = co_await runner.work();
    if (!steps || *steps == 0) co_return;
  }
}

Task<Result<std::optional<ServiceSettings>>> Replay::settings_of(ServiceId service) {
  const auto known = settings_.find(service);
  if (known != settings_.end()) co_return known->second;
  BAUTA_CO_TRY(const auto found, co_await bench_.services.find(service));
  auto settings = found ? std::optional(found->value.settings) : std::nullopt;
  settings_.emplace(service, settings);
  co_return settings;
}

}  // namespace bauta
