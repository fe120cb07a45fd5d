#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "routing/accounts/accounts.h"
#include "routing/desk/calls.h"
#include "routing/events/event_log.h"
#include "routing/messages/relay.h"

namespace bauta {

class Insight;
class Webhooks;

/// The application calls that every face uses: the one door of routing/.  Thread-safe.  Scopes are the face's to check (it knows what it
/// shows); that everything belongs to the caller's service is checked here: what doesn't is `*.not_found`.  A `Caller` is read before
/// the call returns its task.
/// Error codes are those of the parts, and: session.not_found, session.name_taken, session.closed, session.changed (If-Match),
/// session.cannot_reopen, participants.count, participants.same_address, participant.not_found, address.is_virtual_number, number.not_found, number.taken,
/// number.in_use, number.unknown_connection, service.in_use, service.removing, dead_letter.not_found, cursor.malformed, idempotency.mismatch, idempotency.in_flight, storage.contended.
class Desk {
 public:
  /// `knows_connection`: is there a connection of this name?  `connections`: all of them, for the refusal of another; null: it names none.
  Desk(RelayParts parts, std::function<bool(std::string_view)> knows_connection,
       std::function<std::vector<std::string>()> connections = {});
  ~Desk();

  Accounts& accounts();
  Services& services();
  ApiKeys& keys();
  Webhooks& webhooks();
  /// What would happen to a text, what happened to one, and what waits.
  const Insight& insight() const;

  /// For the operator: the mark is that of the service that the caller asked through.  `key_expires_at`: the first key; none: never.
  Task<Result<NewAccount>> create_account(const Caller& caller, std::string name,
                                          std::optional<TimePoint> key_expires_at,
                                          std::optional<Idempotent<NewAccount>> idempotent);
  /// Of the caller's account.
  Task<Result<Service>> create_service(const Caller& caller, std::string name,
                                       ServiceSettings settings,
                                       std::optional<Idempotent<Service>> idempotent);
  /// Of the caller's account, if nothing of it lives; with what it stored and the keys that are its own.  Codes: service.in_use.
  Task<Status> remove_service(const Caller& caller, ServiceId service);
  /// `service`: the name of the one that it is for; "": for all of the account.
  Task<Result<NewApiKey>> create_key(const Caller& caller, ApiKey key, std::string service,
                                     std::optional<Idempotent<ApiKey>> idempotent);

  /// Adds what was done to the commit that does it, for the log of the caller's account: of an effect that another part than the desk commits.
  void write_audit(Commit& commit, const Caller& caller, AuditNote note) const;
  /// The log of `account`, newest first.  Whose it may be is the face's to check.
  Task<Result<Page<AuditEntry>>> list_audit(AccountId account, ListAudit request);

  /// The answer kept under this mark.  Codes: idempotency.mismatch.
  Task<Result<std::optional<KeptAnswer>>> kept_answer(const Caller& caller, IdempotencyMark mark);
  /// Keeps a refusal that the state caused (409), so that a replay meets it again.
  Task<Status> keep_answer(const Caller& caller, IdempotencyMark mark, KeptAnswer answer);
  /// Adds the answer to the commit of an effect that another part than the desk commits.  `now`: for one that moves the clock, when it will be.
  void write_answer(Commit& commit, const Caller& caller, const IdempotencyMark& mark,
                    const KeptAnswer& answer, std::optional<TimePoint> now = {}) const;
  /// For who failed to commit such an effect.  Codes: idempotency.in_flight (another process did it: its answer is kept).
  Task<Status> refuse_if_answered(const Caller& caller, IdempotencyMark mark) const;
  /// Keeps another answer than the one that was committed with the effect, where that said less.
  Task<Status> amend_answer(const Caller& caller, IdempotencyMark mark, KeptAnswer answer) const;
  /// Only one request of a mark runs at a time in this process; none: idempotency.in_flight.
  class Running {
   public:
    Running(std::shared_ptr<class RunningMarks> marks, ServiceId service, std::string key);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    std::shared_ptr<RunningMarks> marks_;
    ServiceId service_;
    std::string key_;
  };
  std::unique_ptr<Running> begin(const Caller& caller, const IdempotencyMark& mark);

  Task<Result<SessionView>> open_session(const Caller& caller, OpenSession request,
                                         std::optional<Idempotent<SessionView>> idempotent);
  Task<Result<SessionView>> show_session(const Caller& caller, SessionId id);
  Task<Result<Page<SessionView>>> list_sessions(const Caller& caller, ListSessions request);
  Task<Result<SessionView>> change_session(const Caller& caller, SessionId id,
                                           ChangeSession request);
  /// Those that a person takes part in, or did, newest first.
  Task<Result<Page<SessionView>>> search_sessions(const Caller& caller, SearchSessions request);
  Task<Result<SeatView>> add_participant(const Caller& caller, SessionId session,
                                         OpenSession::Participant participant,
                                         std::optional<Idempotent<SeatView>> idempotent);
  Task<Result<SeatView>> change_participant(const Caller& caller, SessionId session, SeatId seat,
                                            ChangeSeat request);
  /// A session that fewer than two are left in is over.
  Task<Status> remove_participant(const Caller& caller, SessionId session, SeatId seat);
  /// Closes, then erases texts and addresses; the cooling routes stay.
  Task<Status> erase_session(const Caller& caller, SessionId id);

  Task<Result<MessageView>> send_text(const Caller& caller, SendText request,
                                      std::optional<Idempotent<MessageView>> idempotent);
  Task<Result<Page<MessageView>>> list_messages(const Caller& caller, SessionId session,
                                                std::uint32_t limit, std::string cursor);

  Task<Result<Number>> add_number(const Caller& caller, NewNumber request,
                                  std::optional<Idempotent<Number>> idempotent);
  /// An import of more numbers than one call brings: a job whose batches are brought one after the other.
  Task<Result<Job>> begin_import(const Caller& caller, std::uint64_t total,
                                 std::optional<Idempotent<Job>> idempotent);
  /// A batch brought twice is imported once.  Codes: job.not_found, import.out_of_order, import.done.
  Task<Result<ImportedBatch>> import_numbers(const Caller& caller, JobId job, ImportBatch batch);
  Task<Result<Number>> show_number(const Caller& caller, VirtualNumber number);
  Task<Result<Page<Number>>> list_numbers(const Caller& caller, ListNumbers request);
  Task<Result<Number>> change_number(const Caller& caller, VirtualNumber number,
                                     ChangeNumber request);
  Task<Status> remove_number(const Caller& caller, VirtualNumber number);

  Task<Result<Page<DeadLetter>>> list_dead_letters(const Caller& caller, std::uint32_t limit,
                                                   std::string cursor);
  Task<Result<Delivery>> retry_dead_letter(const Caller& caller, MessageId message, SeatId seat,
                                           std::optional<Idempotent<Delivery>> idempotent = {});
  Task<Status> dismiss_dead_letter(const Caller& caller, MessageId message, SeatId seat);
  /// The service's pool, a place after the other.
  Task<Result<std::vector<PoolPlace>>> pool(const Caller& caller);
  Task<Result<Page<Event>>> list_events(const Caller& caller, std::uint32_t limit,
                                        std::string cursor);
  /// The oldest above `after`, at most `limit`.
  Task<Result<std::vector<Event>>> events_after(const Caller& caller, Position after,
                                                std::uint32_t limit);
  /// `hint` is posted to `executor` after events of the service were committed in this process; never the only way to learn of them.
  std::unique_ptr<Subscription> watch_events(const Caller& caller, Executor executor,
                                             std::function<void()> hint);

  /// Everything that is stored about a person, a page at a time.
  Task<Result<PersonExport>> export_person(const Caller& caller, ExportPerson request);
  /// Erases everything that is stored about a person, save what protects them and others: a job.
  Task<Result<Job>> erase_person(const Caller& caller, RealAddress address,
                                 std::optional<Idempotent<Job>> idempotent);
  /// What the platform was told.  Codes: consent.opted_out_by_person.
  Task<Result<ConsentEntry>> record_consent(const Caller& caller, RecordConsent request,
                                            std::optional<Idempotent<ConsentEntry>> idempotent);
  Task<Result<std::vector<ConsentEntry>>> consents_of(const Caller& caller, RealAddress address);
  /// Codes: job.not_found.
  Task<Result<Job>> show_job(const Caller& caller, JobId id);
  Task<Result<Page<Job>>> list_jobs(const Caller& caller, std::uint32_t limit, std::string cursor);

  /// A step of every job that goes on by itself, of all services; how many there were: call again while there are any.
  Task<Result<std::size_t>> work();
  /// One walk over the store, a page at a time: what the gauges of sessions and pool show.
  Task<Status> census();
  /// Does what has come due, of all services: writes down ends of sessions, and deletes texts whose retention is over.  To be called now and then:
  /// nothing hangs on it, since whoever looks at a session judges it.  How many sessions ended.
  Task<Result<std::size_t>> sweep();
  /// What carriers were down when the process ended.  Once, before the lanes start.
  Task<Status> recall_carriers();
  /// Tells services of carriers that went down or came back since.  To be called now and then, and again after an error: nothing is lost.
  Task<Status> tell_of_carriers();
  /// Ends what was sent and had no receipt for too long; how many there were.
  Task<Result<std::size_t>> end_unconfirmed();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace bauta
