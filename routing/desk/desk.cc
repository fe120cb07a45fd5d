#include "routing/desk/desk.h"

#include <utility>

#include "routing/desk/account_desk.h"
#include "routing/desk/answer_book.h"
#include "routing/desk/auditor.h"
#include "routing/desk/booking.h"
#include "routing/desk/carrier_teller.h"
#include "routing/desk/census.h"
#include "routing/desk/eraser.h"
#include "routing/desk/insight.h"
#include "routing/desk/job_runner.h"
#include "routing/desk/message_desk.h"
#include "routing/desk/number_desk.h"
#include "routing/desk/number_import.h"
#include "routing/desk/pages.h"
#include "routing/desk/people_desk.h"
#include "routing/desk/person_eraser.h"
#include "routing/desk/pool_levels.h"
#include "routing/desk/roster.h"
#include "routing/desk/seating.h"
#include "routing/desk/service_remover.h"
#include "routing/desk/session_desk.h"
#include "routing/desk/sweeper.h"
#include "routing/desk/unconfirmed.h"
#include "routing/desk/workbench.h"
#include "routing/webhooks/webhooks.h"

namespace bauta {

class Desk::Parts {
 public:
  Parts(RelayParts parts, std::function<bool(std::string_view)> knows_connection,
        std::function<std::vector<std::string>()> connections)
      : bench(std::move(parts), std::move(knows_connection), std::move(connections)) {}

  Workbench bench;
  AnswerBook answers{bench};
  Auditor auditor{bench};
  AccountDesk accounts{bench, answers, auditor};
  PoolLevels levels{bench};
  Seating seating{bench, levels};
  Booking booking{bench, answers, seating};
  Roster roster{bench, answers, seating};
  SessionDesk sessions{bench};
  Eraser eraser{bench, answers};
  MessageDesk messages{bench, answers};
  NumberDesk numbers{bench, answers};
  NumberImporter imports{bench, answers};
  PeopleDesk people{bench, answers};
  PersonEraser person_eraser{bench, answers, eraser};
  JobRunner jobs{bench, person_eraser};
  CarrierTeller carriers{bench};
  Census census{bench, levels};
  Sweeper sweeper{bench, eraser};
  Unconfirmed unconfirmed{bench};
  Insight insight{bench};
  Webhooks webhooks{bench.parts.store, bench.parts.random};
  ServiceRemover remover{bench, sessions, eraser, insight, webhooks};

  Task<Result<PersonExport>> export_person(Caller caller, ExportPerson request) {
    BAUTA_CO_CHECK(co_await auditor.write_alone(caller, {.action = AuditAction::person_exported}));
    co_return co_await people.export_person(caller.service.id, std::move(request));
  }

  Task<Result<std::size_t>> sweep() {
    BAUTA_CO_TRY(const auto swept, co_await sweeper.sweep());
    co_return swept.ended;
  }
};

Desk::Running::Running(std::shared_ptr<RunningMarks> marks, ServiceId service, std::string key)
    : marks_(std::move(marks)), service_(service), key_(std::move(key)) {}
Desk::Running::~Running() { marks_->finish({service_, key_}); }

Desk::Desk(RelayParts parts, std::function<bool(std::string_view)> knows_connection,
           std::function<std::vector<std::string>()> connections)
    : parts_(std::make_unique<Parts>(std::move(parts), std::move(knows_connection),
                                     std::move(connections))) {}
Desk::~Desk() = default;

Accounts& Desk::accounts() { return parts_->bench.accounts; }
Services& Desk::services() { return parts_->bench.services; }
ApiKeys& Desk::keys() { return parts_->bench.keys; }

Webhooks& Desk::webhooks() { return parts_->webhooks; }
const Insight& Desk::insight() const { return parts_->insight; }

Task<Result<NewAccount>> Desk::create_account(const Caller& caller, std::string name,
                                              std::optional<TimePoint> key_expires_at,
                                              std::optional<Idempotent<NewAccount>> idempotent) {
  return parts_->accounts.create_account(caller, std::move(name), key_expires_at,
                                         std::move(idempotent));
}

Task<Result<Service>> Desk::create_service(const Caller& caller, std::string name,
                                           ServiceSettings settings,
                                           std::optional<Idempotent<Service>> idempotent) {
  return parts_->accounts.create_service(caller, std::move(name), std::move(settings),
                                         std::move(idempotent));
}

Task<Status> Desk::remove_service(const Caller& caller, ServiceId service) {
  return parts_->remover.remove(
      caller.key.account, service,
      [&auditor = parts_->auditor, caller](Commit& commit, const Service& removed) {
        auditor.write(commit, caller,
                      {.action = AuditAction::service_removed,
                       .object = removed.id.str(),
                       .details = {{"name", removed.name}},
                       .is_of_account = true});
      });
}

Task<Result<NewApiKey>> Desk::create_key(const Caller& caller, ApiKey key, std::string service,
                                         std::optional<Idempotent<ApiKey>> idempotent) {
  return parts_->accounts.create_key(caller, std::move(key), std::move(service),
                                     std::move(idempotent));
}

void Desk::write_audit(Commit& commit, const Caller& caller, AuditNote note) const {
  parts_->auditor.write(commit, caller, std::move(note));
}

Task<Result<Page<AuditEntry>>> Desk::list_audit(AccountId account, ListAudit request) {
  return parts_->auditor.list(account, std::move(request));
}

Task<Result<std::optional<KeptAnswer>>> Desk::kept_answer(const Caller& caller,
                                                          IdempotencyMark mark) {
  return parts_->answers.kept(caller.service.id, std::move(mark));
}

Task<Status> Desk::keep_answer(const Caller& caller, IdempotencyMark mark, KeptAnswer answer) {
  return parts_->answers.keep(caller.service.id, std::move(mark), std::move(answer));
}

void Desk::write_answer(Commit& commit, const Caller& caller, const IdempotencyMark& mark,
                        const KeptAnswer& answer, std::optional<TimePoint> now) const {
  parts_->answers.write(commit, caller.service.id, {}, mark, answer, now);
}

Task<Status> Desk::refuse_if_answered(const Caller& caller, IdempotencyMark mark) const {
  return parts_->answers.refuse_if_written(caller.service.id, std::move(mark));
}

Task<Status> Desk::amend_answer(const Caller& caller, IdempotencyMark mark,
                                KeptAnswer answer) const {
  return parts_->answers.amend(caller.service.id, std::move(mark), std::move(answer));
}

std::unique_ptr<Desk::Running> Desk::begin(const Caller& caller, const IdempotencyMark& mark) {
  const auto& running = parts_->answers.running();
  if (!running->start({caller.service.id, mark.key})) return nullptr;
  return std::make_unique<Running>(running, caller.service.id, mark.key);
}

Task<Result<SessionView>> Desk::open_session(const Caller& caller, OpenSession request,
                                             std::optional<Idempotent<SessionView>> idempotent) {
  return parts_->booking.open(caller.service.id, std::move(request), std::move(idempotent));
}

Task<Result<SessionView>> Desk::show_session(const Caller& caller, SessionId id) {
  return parts_->sessions.show(caller.service.id, id);
}

Task<Result<Page<SessionView>>> Desk::list_sessions(const Caller& caller, ListSessions request) {
  return parts_->sessions.list(caller.service.id, std::move(request));
}

Task<Result<SessionView>> Desk::change_session(const Caller& caller, SessionId id,
                                               ChangeSession request) {
  return parts_->sessions.change(caller.service.id, id, std::move(request));
}

Task<Result<Page<SessionView>>> Desk::search_sessions(const Caller& caller,
                                                      SearchSessions request) {
  return parts_->sessions.search(caller.service.id, std::move(request));
}

Task<Result<SeatView>> Desk::add_participant(const Caller& caller, SessionId session,
                                             OpenSession::Participant participant,
                                             std::optional<Idempotent<SeatView>> idempotent) {
  return parts_->roster.add(caller.service.id, session, std::move(participant),
                            std::move(idempotent));
}

Task<Result<SeatView>> Desk::change_participant(const Caller& caller, SessionId session,
                                                SeatId seat, ChangeSeat request) {
  return parts_->roster.change(caller.service.id, session, seat, std::move(request));
}

Task<Status> Desk::remove_participant(const Caller& caller, SessionId session, SeatId seat) {
  return parts_->roster.remove(caller.service.id, session, seat);
}

Task<Status> Desk::erase_session(const Caller& caller, SessionId id) {
  return parts_->eraser.erase(
      caller.service.id, id,
      parts_->auditor.also(caller, {.action = AuditAction::session_erased, .object = id.str()}));
}

Task<Result<MessageView>> Desk::send_text(const Caller& caller, SendText request,
                                          std::optional<Idempotent<MessageView>> idempotent) {
  return parts_->messages.send(caller.service.id, std::move(request), std::move(idempotent));
}

Task<Result<Page<MessageView>>> Desk::list_messages(const Caller& caller, SessionId session,
                                                    std::uint32_t limit, std::string cursor) {
  return parts_->messages.list(caller.service.id, session, limit, std::move(cursor));
}

Task<Result<Number>> Desk::add_number(const Caller& caller, NewNumber request,
                                      std::optional<Idempotent<Number>> idempotent) {
  auto also = parts_->auditor.also(
      caller, {.action = AuditAction::number_added, .object = request.number.str()});
  return parts_->numbers.add(caller.service.id, std::move(request), std::move(idempotent),
                             std::move(also));
}

Task<Result<Job>> Desk::begin_import(const Caller& caller, std::uint64_t total,
                                     std::optional<Idempotent<Job>> idempotent) {
  return parts_->imports.begin(
      caller.service.id, total, std::move(idempotent),
      [&auditor = parts_->auditor, caller](Commit& commit, const Job& job) {
        auditor.write(commit, caller,
                      {.action = AuditAction::numbers_imported,
                       .object = job.id.str(),
                       .details = {{"total", std::to_string(job.counts.at("total"))}}});
      });
}

Task<Result<ImportedBatch>> Desk::import_numbers(const Caller& caller, JobId job,
                                                 ImportBatch batch) {
  return parts_->imports.add(caller.service.id, job, std::move(batch));
}

Task<Result<Number>> Desk::show_number(const Caller& caller, VirtualNumber number) {
  return parts_->numbers.show(caller.service.id, std::move(number));
}

Task<Result<Page<Number>>> Desk::list_numbers(const Caller& caller, ListNumbers request) {
  return parts_->numbers.list(caller.service.id, std::move(request));
}

namespace {

/// The names of what is changed, as the API has them.
std::string fields_of(const ChangeNumber& request) {
  std::string fields;
  const auto add = [&](bool is_changed, std::string_view name) {
    if (is_changed) fields.append(fields.empty() ? "" : " ").append(name);
  };
  add(request.capabilities.has_value(), "capabilities");
  add(request.connection.has_value(), "connection");
  add(request.fallbacks.has_value(), "fallbacks");
  add(request.rate_per_second.has_value(), "rate_per_second");
  add(request.reach.has_value(), "reach");
  add(request.status.has_value(), "status");
  add(request.tags.has_value(), "tags");
  return fields;
}

}  // namespace

Task<Result<Number>> Desk::change_number(const Caller& caller, VirtualNumber number,
                                         ChangeNumber request) {
  const auto action = request.status == NumberStatus::draining ? AuditAction::number_draining
                                                               : AuditAction::number_changed;
  auto also = parts_->auditor.also(
      caller,
      {.action = action, .object = number.str(), .details = {{"fields", fields_of(request)}}});
  return parts_->numbers.change(caller.service.id, std::move(number), std::move(request),
                                std::move(also));
}

Task<Status> Desk::remove_number(const Caller& caller, VirtualNumber number) {
  auto also =
      parts_->auditor.also(caller, {.action = AuditAction::number_removed, .object = number.str()});
  return parts_->numbers.remove(caller.service.id, std::move(number), std::move(also));
}

Task<Result<Page<DeadLetter>>> Desk::list_dead_letters(const Caller& caller, std::uint32_t limit,
                                                       std::string cursor) {
  return parts_->messages.list_dead_letters(caller.service.id, limit, std::move(cursor));
}

Task<Result<Delivery>> Desk::retry_dead_letter(const Caller& caller, MessageId message, SeatId seat,
                                               std::optional<Idempotent<Delivery>> idempotent) {
  return parts_->messages.retry(caller.service.id, message, seat, std::move(idempotent));
}

Task<Status> Desk::dismiss_dead_letter(const Caller& caller, MessageId message, SeatId seat) {
  return parts_->messages.dismiss(caller.service.id, message, seat);
}

Task<Result<std::vector<PoolPlace>>> Desk::pool(const Caller& caller) {
  return parts_->numbers.pool(caller.service.id);
}

Task<Result<Page<Event>>> Desk::list_events(const Caller& caller, std::uint32_t limit,
                                            std::string cursor) {
  return page_of_events(parts_->bench.events, caller.service.id, limit, std::move(cursor));
}

Task<Result<std::vector<Event>>> Desk::events_after(const Caller& caller, Position after,
                                                    std::uint32_t limit) {
  return bauta::events_after(parts_->bench.events, caller.service.id, after, limit);
}

std::unique_ptr<Subscription> Desk::watch_events(const Caller& caller, Executor executor,
                                                 std::function<void()> hint) {
  return parts_->bench.parts.store.subscribe(EventLog::prefix(caller.service.id),
                                             std::move(executor), std::move(hint));
}

Task<Result<PersonExport>> Desk::export_person(const Caller& caller, ExportPerson request) {
  return parts_->export_person(caller, std::move(request));
}

Task<Result<Job>> Desk::erase_person(const Caller& caller, RealAddress address,
                                     std::optional<Idempotent<Job>> idempotent) {
  return parts_->person_eraser.begin(
      caller.service.id, std::move(address), std::move(idempotent),
      [&auditor = parts_->auditor, caller](Commit& commit, const Job& job) {
        auditor.write(commit, caller,
                      {.action = AuditAction::person_erased, .object = job.id.str()});
      });
}

Task<Result<ConsentEntry>> Desk::record_consent(
    const Caller& caller, RecordConsent request,
    std::optional<Idempotent<ConsentEntry>> idempotent) {
  return parts_->people.record_consent(caller.service.id, std::move(request),
                                       std::move(idempotent));
}

Task<Result<std::vector<ConsentEntry>>> Desk::consents_of(const Caller& caller,
                                                          RealAddress address) {
  return parts_->people.consents_of(caller.service.id, std::move(address));
}

Task<Result<Job>> Desk::show_job(const Caller& caller, JobId id) {
  return job_of(parts_->bench.parts.store, caller.service.id, id);
}

Task<Result<Page<Job>>> Desk::list_jobs(const Caller& caller, std::uint32_t limit,
                                        std::string cursor) {
  return page_of_jobs(parts_->bench.parts.store, caller.service.id, limit, std::move(cursor));
}

Task<Result<std::size_t>> Desk::work() { return parts_->jobs.work(); }

Task<Status> Desk::census() { return parts_->census.take(); }

Task<Status> Desk::recall_carriers() { return parts_->carriers.recall(); }

Task<Status> Desk::tell_of_carriers() { return parts_->carriers.tell(); }

Task<Result<std::size_t>> Desk::sweep() { return parts_->sweep(); }

Task<Result<std::size_t>> Desk::end_unconfirmed() { return parts_->unconfirmed.end_old(); }

}  // namespace bauta
