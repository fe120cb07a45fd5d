#include "routing/desk/number_import.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "routing/desk/number_desk.h"

namespace bauta {
namespace {

/// How much of the batch that is being added is in the pool.  On disk: decimal.
std::size_t offset_of(const Job& job) {
  std::size_t offset = 0;
  std::from_chars(job.cursor.data(), job.cursor.data() + job.cursor.size(), offset);
  return offset;
}

}  // namespace

Task<Result<Job>> NumberImporter::begin(ServiceId service, std::uint64_t total,
                                        std::optional<Idempotent<Job>> idempotent,
                                        std::function<void(Commit&, const Job&)> also) const {
  const TimePoint now = bench_.now(service);
  Job job{.id = JobId::make(to_millis(now), bench_.parts.random),
          .service = service,
          .kind = JobKind::import_of_numbers,
          .created_at = now};
  job.counts = {{"imported", 0}, {"refused", 0}, {"total", total}};
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

Task<Result<Stored<Job>>> NumberImporter::find(ServiceId service, JobId id) const {
  BAUTA_CO_TRY(auto found, co_await Jobs(bench_.parts.store).find(service, id));
  if (!found || found->value.kind != JobKind::import_of_numbers)
    co_return fail("job.not_found", "this service has no import " + id.str());
  co_return *std::move(found);
}

Task<Result<ImportedBatch>> NumberImporter::add(ServiceId service, JobId id,
                                                ImportBatch batch) const {
  std::uint32_t conflicts = 0;
  for (;;) {
    BAUTA_CO_TRY(auto job, co_await find(service, id));
    const bool was_brought = batch.batch < job.value.phase;
    if (!was_brought && job.value.done_at)
      co_return fail("import.done", "the import has ended: begin another");
    if (batch.batch > job.value.phase) {
      co_return fail("import.out_of_order",
                     "bring batch " + std::to_string(job.value.phase) + " first");
    }
    ImportedBatch done{.job = job.value, .refused = {}};
    done.refused.resize(batch.numbers.size());
    const std::size_t offset =
        was_brought ? batch.numbers.size() : std::min(offset_of(job.value), batch.numbers.size());
    BAUTA_CO_CHECK(co_await tell_again(service, done, batch, offset));
    Version version = job.version;
    std::size_t at = offset;
    bool conflict = false;
    // A batch without numbers may still be the last one.
    while (!was_brought && !conflict && done.job.phase == batch.batch) {
      const std::size_t to = std::min(at + kAtOnce, batch.numbers.size());
      BAUTA_CO_TRY(const bool added, co_await try_add(done.job, version, done, batch, at, to));
      conflict = !added;
      if (added && done.job.phase == batch.batch) {
        BAUTA_CO_TRY(const auto now, co_await find(service, id));
        version = now.version;
        // Somebody else brings the same batch, and was faster.
        conflict = now.value.phase != done.job.phase || now.value.cursor != done.job.cursor;
      }
      at = to;
    }
    if (!conflict) co_return done;
    if (++conflicts == bench_.parts.limits.conflict_tries) co_return contended();
  }
}

/// The numbers of one commit, and how far the job is with them.  False: a conflict.
Task<Result<bool>> NumberImporter::try_add(Job& job, Version was, ImportedBatch& done,
                                           ImportBatch& batch, std::size_t from,
                                           std::size_t to) const {
  const TimePoint now = bench_.now(job.service);
  BAUTA_CO_TRY(const auto owner, co_await bench_.open_service(job.service));
  BAUTA_CO_TRY(const auto known, co_await look_up(batch, from, to));
  Commit commit;
  commit.expect(Services::key_of(job.service), owner.version);
  Job next = job;
  std::set<VirtualNumber> added;
  for (std::size_t at = from; at < to; ++at) {
    auto& refused = done.refused[at];
    refused.reset();
    const auto& wanted = batch.numbers[at];
    if (!wanted) {
      refused = wanted.error();
    } else if (const auto may = check_connections(bench_, wanted->connection, wanted->fallbacks);
               !may) {
      refused = may.error();
    } else if (known[at - from] || !added.insert(wanted->number).second) {
      refused = number_taken(wanted->number).error();
    } else {
      const Number number = compose_number(job.service, *wanted, bench_.parts.random.next(), now);
      Inventory::add(commit, number);
      EventLog::append(commit, job.service,
                       EventLog::make(EventType::number_added, {}, now, bench_.parts.random,
                                      {{"number", number.number.str()}}));
    }
    ++next.counts[refused ? "refused" : "imported"];
  }
  next.cursor = std::to_string(to);
  if (to == batch.numbers.size()) {
    ++next.phase;
    next.cursor.clear();
    if (batch.last) next.done_at = now;
  }
  Jobs::write(commit, next, was);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto committed,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  if (committed) job = std::move(next);
  co_return committed.has_value();
}

/// What became of the numbers before `to` when they were brought before: those that are ours were added.
Task<Status> NumberImporter::tell_again(ServiceId service, ImportedBatch& done, ImportBatch& batch,
                                        std::size_t to) const {
  for (std::size_t from = 0; from < to; from += kAtOnce) {
    const std::size_t end = std::min(from + kAtOnce, to);
    BAUTA_CO_TRY(const auto known, co_await look_up(batch, from, end));
    for (std::size_t at = from; at < end; ++at) {
      const auto& wanted = batch.numbers[at];
      const auto& found = known[at - from];
      if (!wanted) {
        done.refused[at] = wanted.error();
      } else if (const auto may = check_connections(bench_, wanted->connection, wanted->fallbacks);
                 !may) {
        done.refused[at] = may.error();
      } else if (!found || found->value.service != service) {
        done.refused[at] = number_taken(wanted->number).error();
      }
    }
  }
  co_return Status{};
}

Task<Result<std::vector<std::optional<Stored<Number>>>>> NumberImporter::look_up(
    ImportBatch& batch, std::size_t from, std::size_t to) const {
  std::vector<std::optional<Stored<Number>>> found(to - from);
  for (std::size_t at = from; at < to; ++at) {
    if (!batch.numbers[at]) continue;
    BAUTA_CO_TRY(found[at - from], co_await bench_.inventory.find(batch.numbers[at]->number));
  }
  co_return found;
}

}  // namespace bauta
