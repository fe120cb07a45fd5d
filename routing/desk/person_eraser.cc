#include "routing/desk/person_eraser.h"

#include <algorithm>
#include <utility>

#include "routing/outbox/delivery.h"

namespace bauta {
namespace {

constexpr std::uint32_t kClosedAtOnce = 50;
constexpr std::uint32_t kCountedAtOnce = 20;
constexpr std::uint32_t kErasedAtOnce = 5;
constexpr std::uint32_t kPage = 200;

/// A session of the person was erased meanwhile: as good.
bool is_gone(const Error& error) { return error.code == "session.not_found"; }

/// The first id that a later millisecond could give out.
SessionId first_after(TimePoint time) {
  Bits128 bits{};
  const auto ms = static_cast<std::uint64_t>(to_millis(time) + 1);
  for (std::size_t at = 0; at < 6; ++at) bits[at] = static_cast<std::byte>(ms >> (8 * (5 - at)));
  return SessionId(bits);
}

void next_phase(Job& job) {
  ++job.phase;
  job.cursor.clear();
}

}  // namespace

Task<Result<Job>> PersonEraser::begin(ServiceId service, RealAddress address,
                                      std::optional<Idempotent<Job>> idempotent,
                                      std::function<void(Commit&, const Job&)> also) const {
  const TimePoint now = bench_.now(service);
  const Job job{.id = JobId::make(to_millis(now), bench_.parts.random),
                .service = service,
                .kind = JobKind::erasure,
                .created_at = now,
                .people = bench_.people(service, address),
                .consenting = consenter(bench_.parts.index_key, service, address).person};
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const auto owner, co_await bench_.open_service(service));
    Commit commit;
    commit.expect(Services::key_of(service), owner.version);
    Jobs::write(commit, job, kAbsent);
    if (idempotent) answers_.write(commit, service, {}, idempotent->mark, idempotent->render(job));
    if (also) also(commit, job);
    BAUTA_CO_TRY(const auto done, co_await commit_settled(bench_.parts.store, std::move(commit),
                                                          Jobs::key_of(service, job.id)));
    if (done) co_return job;
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

Task<Status> PersonEraser::step(Stored<Job> stored) const {
  Job& job = stored.value;
  Commit commit;
  switch (static_cast<Phase>(job.phase)) {
    case closing:
      BAUTA_CO_CHECK(co_await close_some(job));
      break;
    case counting:
      BAUTA_CO_CHECK(co_await count_some(job));
      break;
    case erasing:
      BAUTA_CO_CHECK(co_await erase_some(job));
      break;
    case own_texts:
      BAUTA_CO_CHECK(co_await erase_own_texts(job, commit));
      break;
    case rest:
      BAUTA_CO_CHECK(co_await erase_rest(job, commit));
      break;
  }
  Jobs::write(commit, job, stored.version);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_CHECK(co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return Status{};
}

/// Those behind the job's cursor, which is moved on; none that began after the job: the person is here anew.
Task<Result<SomeSessions>> PersonEraser::sessions_of_job(Job job, std::uint32_t most) const {
  PersonSessions wanted{.people = job.people, .before = first_after(job.created_at), .most = most};
  if (!job.cursor.empty()) {
    BAUTA_CO_TRY(wanted.after, SessionId::from_bytes(job.cursor));
  }
  co_return co_await sessions_of(bench_.parts.store, job.service, std::move(wanted));
}

Task<Status> PersonEraser::close_some(Job& job) const {
  BAUTA_CO_TRY(const auto some, co_await sessions_of_job(job, kClosedAtOnce));
  BAUTA_CO_TRY(const auto owner, co_await bench_.service(job.service));
  for (const SessionId id : some.ids) {
    const Ending asked{.at = bench_.now(job.service), .reason = ClosedReason::erased};
    const auto closed = co_await bench_.close(owner.value.settings, job.service, id, asked);
    if (!closed && !is_gone(closed.error())) co_return std::unexpected(closed.error());
    job.cursor = std::string(id.bytes());
  }
  if (!some.more) next_phase(job);
  co_return Status{};
}

Task<Status> PersonEraser::count_some(Job& job) const {
  for (const auto* family : {"sessions", "messages", "deliveries", "dead_letters"})
    job.counts.try_emplace(family, 0);
  BAUTA_CO_TRY(const auto some, co_await sessions_of_job(job, kCountedAtOnce));
  for (const SessionId id : some.ids) {
    BAUTA_CO_CHECK(co_await count_session(job, id));
    job.cursor = std::string(id.bytes());
  }
  if (!some.more) next_phase(job);
  co_return Status{};
}

Task<Status> PersonEraser::count_session(Job& job, SessionId session) const {
  ++job.counts["sessions"];
  auto request = ScanRequest::prefix(Key("msg").id(job.service).id(session));
  request.records_max = kPage;
  for (bool more = true; more;) {
    BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(request));
    std::vector<Key> letters;
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(const auto message, decode_message(record.record));
      ++job.counts["messages"];
      job.counts["deliveries"] += message.recipients.size();
      for (const SeatId seat : message.recipients)
        letters.push_back(dead_letter_key(job.service, message.id, seat));
    }
    BAUTA_CO_TRY(const auto found, co_await bench_.parts.store.multi_get(std::move(letters)));
    for (const auto& letter : found) job.counts["dead_letters"] += letter ? 1 : 0;
    more = page.more && !page.records.empty();
    if (more) request.after = page.records.back().key;
  }
  co_return Status{};
}

Task<Status> PersonEraser::erase_some(Job& job) const {
  BAUTA_CO_TRY(const auto some, co_await sessions_of_job(job, kErasedAtOnce));
  for (const SessionId id : some.ids) {
    const auto erased = co_await eraser_.erase(job.service, id);
    if (!erased && !is_gone(erased.error())) co_return erased;
    job.cursor = std::string(id.bytes());
  }
  if (!some.more) next_phase(job);
  co_return Status{};
}

/// What Bauta itself said to them, outside of any session.
Task<Status> PersonEraser::erase_own_texts(Job& job, Commit& commit) const {
  std::uint64_t& count = job.counts.try_emplace("system_texts", 0).first->second;
  const Key prefix = Key("sys").id(job.service);
  auto request = ScanRequest::prefix(prefix);
  request.records_max = kPage;
  if (!job.cursor.empty()) request.after = Key::from_octets(prefix.octets() + job.cursor);
  BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(std::move(request)));
  for (const KeyedRecord& record : page.records) {
    BAUTA_CO_TRY(const auto message, decode_message(record.record));
    const Key key = delivery_key(job.service, message.id, {});
    BAUTA_CO_TRY(const auto delivery, co_await bench_.parts.store.get(key));
    if (!delivery) continue;
    BAUTA_CO_TRY(const auto to, decode_delivery(*delivery));
    if (std::ranges::find(job.people, to.value.person) == job.people.end()) continue;
    commit.expect(key, to.version).erase(key).erase(record.key);
    commit.erase(dead_letter_key(job.service, message.id, {}));
    ++count;
  }
  if (!page.records.empty())
    job.cursor = page.records.back().key.octets().substr(prefix.octets().size());
  if (!page.more) next_phase(job);
  co_return Status{};
}

Task<Status> PersonEraser::erase_rest(Job& job, Commit& commit) const {
  BAUTA_CO_CHECK(co_await erase_consents(job, commit));
  job.counts.try_emplace("pairs", 0);
  for (const PersonHash& person : job.people) {
    // One at a time: two spellings may have been a pair, and a commit erases no key twice.
    if (!commit.erases.empty()) co_return Status{};
    BAUTA_CO_CHECK(co_await erase_pairs(job, person, commit));
  }
  if (!commit.erases.empty()) co_return Status{};  // there may be more
  BAUTA_CO_TRY(job.counts["cooling_lines"], co_await lines_cooling(job));
  job.done_at = bench_.now(job.service);
  job.people.clear();
  job.consenting = {};
  job.cursor.clear();
  co_return Status{};
}

/// A STOP stays: whoever forgot it would text the person again.
Task<Status> PersonEraser::erase_consents(Job& job, Commit& commit) const {
  std::uint64_t& erased = job.counts.try_emplace("consents", 0).first->second;
  std::uint64_t kept = 0;
  auto request =
      ScanRequest::prefix(Ledger::key_of({.service = job.service, .person = job.consenting}));
  request.records_max = kPage;
  for (bool more = true; more && commit.erases.empty();) {
    BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(request));
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(const auto consent, Ledger::decode(record.record));
      if (consent.value.state == ConsentState::opted_out) {
        ++kept;
        continue;
      }
      commit.expect(record.key, consent.version).erase(record.key);
      ++erased;
    }
    more = page.more && !page.records.empty();
    if (more) request.after = page.records.back().key;
  }
  job.counts["opt_outs"] = kept;
  co_return Status{};
}

/// Whom they had which number with, and where the search for their next number begins.
Task<Status> PersonEraser::erase_pairs(Job& job, PersonHash person, Commit& commit) const {
  std::uint64_t& count = job.counts["pairs"];
  auto pairs = ScanRequest::prefix(Key("pair").id(job.service).id(person));
  pairs.records_max = kPage;
  BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(std::move(pairs)));
  for (const KeyedRecord& record : page.records) {
    KeyReader reader(record.key, "pair");
    reader.id<ServiceTag>();
    reader.id<PersonTag>();
    const auto companion = reader.id<PersonTag>();
    commit.erase(record.key);
    PairTable::forget(commit, {.service = job.service, .person = companion, .companion = person});
    ++count;
  }
  auto cursors = ScanRequest::prefix(Key("cur").id(job.service).id(person));
  cursors.records_max = kPage;
  BAUTA_CO_TRY(const auto found, co_await bench_.parts.store.scan(std::move(cursors)));
  for (const KeyedRecord& record : found.records) commit.erase(record.key);
  co_return Status{};
}

Task<Result<std::uint64_t>> PersonEraser::lines_cooling(Job job) const {
  std::uint64_t cooling = 0;
  for (const PersonHash& person : job.people) {
    std::optional<Key> after;
    do {
      BAUTA_CO_TRY(auto page, co_await bench_.routes.lines_of(job.service, person, after, kPage));
      for (const auto& line : page.lines) {
        if (line.value.state == RouteState::cooling &&
            line.value.reusable_at > bench_.now(job.service))
          ++cooling;
      }
      after = std::move(page.next);
    } while (after);
  }
  co_return cooling;
}

}  // namespace bauta
