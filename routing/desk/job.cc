#include "routing/desk/job.h"

#include "routing/desk/desk.pb.h"

namespace bauta {
namespace {

std::string encode(const Job& job) {
  records::Job record;
  *record.mutable_unknown_fields() = job.unknown_fields;
  record.set_id(std::string(job.id.bytes()));
  record.set_service(std::string(job.service.bytes()));
  record.set_kind(static_cast<std::uint32_t>(job.kind));
  record.set_created_at_ms(to_millis(job.created_at));
  if (job.done_at) record.set_done_at_ms(to_millis(*job.done_at));
  record.set_phase(job.phase);
  record.set_cursor(job.cursor);
  for (const auto& [name, value] : job.counts) {
    auto* const count = record.add_counts();
    count->set_name(name);
    count->set_value(value);
  }
  for (const PersonHash& person : job.people) record.add_people(std::string(person.bytes()));
  if (!job.consenting.is_nil()) record.set_consenting(std::string(job.consenting.bytes()));
  return record.SerializeAsString();
}

Key open_key(ServiceId service, JobId id) { return Key("jobopen").id(service).id(id); }

}  // namespace

std::string_view job_kind_name(JobKind kind) {
  switch (kind) {
    case JobKind::erasure:
      return "erasure";
    case JobKind::import_of_numbers:
      return "import";
  }
  return "";
}

Key Jobs::key_of(ServiceId service, JobId id) { return Key("job").id(service).id(id); }

void Jobs::write(Commit& commit, const Job& job, Version was) {
  const Key key = key_of(job.service, job.id);
  commit.expect(key, was);
  if (job.kind == JobKind::import_of_numbers) {
    // It goes on when its next numbers are brought; one that nobody goes on with is forgotten.
    commit.put(key, encode(job), job.done_at.value_or(job.created_at) + kRemembered);
    return;
  }
  if (!job.done_at) {
    commit.put(key, encode(job));
    if (was == kAbsent) commit.put(open_key(job.service, job.id), {});
    return;
  }
  commit.put(key, encode(job), *job.done_at + kRemembered);
  commit.erase(open_key(job.service, job.id));
}

Result<Stored<Job>> Jobs::decode(const Record& record) {
  BAUTA_TRY(const auto stored, bauta::decode<records::Job>(record));
  const auto& from = stored.value;
  const auto id = JobId::from_bytes(from.id());
  const auto service = ServiceId::from_bytes(from.service());
  if (!id || !service || from.kind() < 1 ||
      from.kind() > static_cast<std::uint32_t>(JobKind::import_of_numbers)) {
    return fail("storage.corrupt", "the record of a job cannot be read; restore a backup");
  }
  Job job{.id = *id,
          .service = *service,
          .kind = static_cast<JobKind>(from.kind()),
          .created_at = from_millis(from.created_at_ms()),
          .phase = from.phase(),
          .cursor = from.cursor()};
  if (from.has_done_at_ms()) job.done_at = from_millis(from.done_at_ms());
  for (const auto& count : from.counts()) job.counts[count.name()] = count.value();
  for (const auto& octets : from.people()) {
    BAUTA_TRY(const auto person, PersonHash::from_bytes(octets));
    job.people.push_back(person);
  }
  if (from.has_consenting()) {
    BAUTA_TRY(job.consenting, PersonHash::from_bytes(from.consenting()));
  }
  job.unknown_fields = from.unknown_fields();
  return Stored<Job>{.value = std::move(job), .version = stored.version};
}

Task<Result<std::optional<Stored<Job>>>> Jobs::find(ServiceId service, JobId id) const {
  BAUTA_CO_TRY(const auto record, co_await store_.get(key_of(service, id)));
  if (!record) co_return std::optional<Stored<Job>>{};
  BAUTA_CO_TRY(auto job, decode(*record));
  co_return std::optional(std::move(job));
}

Task<Result<std::vector<Stored<Job>>>> Jobs::open(std::uint32_t most) const {
  auto request = ScanRequest::prefix(Key("jobopen"));
  request.records_max = most;
  BAUTA_CO_TRY(const auto page, co_await store_.scan(std::move(request)));
  std::vector<Stored<Job>> jobs;
  for (const KeyedRecord& entry : page.records) {
    KeyReader reader(entry.key, "jobopen");
    const auto service = reader.id<ServiceTag>();
    BAUTA_CO_TRY(auto job, co_await find(service, reader.id<JobTag>()));
    if (job) jobs.push_back(*std::move(job));
  }
  co_return jobs;
}

}  // namespace bauta
