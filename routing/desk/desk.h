#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pool/allocation/allocator.h"
#include "routing/accounts/accounts.h"
#include "routing/accounts/audit.h"
#include "routing/consent/ledger.h"
#include "routing/desk/job.h"
#include "routing/events/event_log.h"
#include "routing/messages/relay.h"
#include "routing/outbox/delivery.h"
#include "routing/sessions/session.h"

namespace bauta {

class Insight;
class Webhooks;

/// Who calls: authenticated, and the service that the call is about.
struct Caller {
  ApiKey key;
  Service service;
  /// Of the request that it calls in.
  std::string request_id = {};
};

/// What the audit log is told, beside who did it and when: ids, virtual numbers and names only.
struct AuditNote {
  AuditAction action = AuditAction::account_created;
  std::string object = {};
  std::vector<std::pair<std::string, std::string>> details = {};
  /// Of the account as a whole, and not of the service that the caller asked through.
  bool is_of_account = false;
  /// The name of the service that it is of; "": the one that the caller asked through.
  std::string service = {};
};

/// That a key was made, for the service of that name if it is for one.
AuditNote note_of(const ApiKey& key, std::string service);

struct ListAudit {
  AuditFilter filter = {};
  std::uint32_t limit = 50;
  std::string cursor = {};
};

/// An answer that is kept for replays of the same POST: what the face sent, so that it can be sent again byte for byte.
struct KeptAnswer {
  std::uint16_t status = 0;
  std::string location;
  std::string body;
};

/// The mark of a POST that brings `Idempotency-Key`.  Its scope is (service, method, path): the face puts them into `key`.
struct IdempotencyMark {
  std::string key;
  /// Of the request's raw body: the same key with another body is idempotency.mismatch.
  std::string body_hash;
};

/// What a POST's effect is committed with: the mark, and the answer as rendered from what is being committed.
template <class View>
struct Idempotent {
  IdempotencyMark mark;
  std::function<KeptAnswer(const View&)> render;
};

/// A participant as a face shows them.
struct SeatView {
  Seat seat;
  /// They said STOP: nothing goes to them.
  bool opted_out = false;

  SeatState state() const {
    return opted_out && seat.state == SeatState::active ? SeatState::opted_out : seat.state;
  }
};

/// A session as a face shows it: judged at `now`, so a session whose time is over is closed whether or not that was written down.
struct SessionView {
  Session session;
  std::optional<TimePoint> last_activity;
  std::optional<Ending> ending;
  Version version = kAbsent;  // the ETag
  /// Of its seats, who said STOP.
  std::set<SeatId> opted_out = {};

  SeatView seat(const Seat& seat) const {
    return {.seat = seat, .opted_out = opted_out.contains(seat.id)};
  }
};

struct MessageView {
  Message message;
  std::vector<Delivery> deliveries;
};

template <class T>
struct Page {
  std::vector<T> data;
  /// Opaque; "": no more.
  std::string next_cursor;
};

struct OpenSession {
  struct Participant {
    RealAddress address;
    std::string label = {};
    std::string language = {};
    std::optional<VirtualNumber> number = {};
    std::optional<Locality> locality = {};
  };
  std::vector<Participant> participants = {};
  std::string unique_name = {};
  std::optional<std::chrono::seconds> ttl = {};
  std::optional<std::chrono::seconds> idle_ttl = {};
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

struct ListSessions {
  std::optional<SessionStatus> status = {};
  std::optional<VirtualNumber> number = {};
  std::string unique_name = {};
  std::optional<TimePoint> created_after = {};
  std::optional<TimePoint> created_before = {};
  std::uint32_t limit = 50;
  std::string cursor = {};
};

struct ChangeSession {
  std::optional<Version> if_match = {};
  /// outer: given at all; inner none: null, the clock is taken off.
  std::optional<std::optional<TimePoint>> expires_at = {};
  std::optional<std::chrono::seconds> ttl = {};
  std::optional<std::optional<std::chrono::seconds>> idle_ttl = {};
  std::optional<std::vector<std::pair<std::string, std::string>>> metadata = {};
  bool close = false;
  /// Brings a session that has ended back.
  bool reopen = false;
};

struct ChangeSeat {
  std::optional<std::string> label = {};
  std::optional<std::string> language = {};
  std::optional<bool> blocked = {};
};

struct SearchSessions {
  RealAddress address;
  std::uint32_t limit = 50;
  std::string cursor = {};
};

struct SendText {
  SessionId session;
  MessageText text;
  /// Empty: everyone.
  std::vector<SeatId> to = {};
};

struct NewNumber {
  VirtualNumber number;
  std::string connection = {};
  std::vector<std::string> fallbacks = {};
  std::vector<std::string> capabilities = {"sms"};
  /// None: default_reach().
  std::optional<std::vector<std::string>> reach = {};
  double rate_per_second = 1;
  bool reserved = false;
  std::vector<std::string> tags = {};
};

struct ChangeNumber {
  std::optional<NumberStatus> status = {};
  std::optional<std::string> connection = {};
  std::optional<std::vector<std::string>> fallbacks = {};
  std::optional<std::vector<std::string>> capabilities = {};
  std::optional<std::vector<std::string>> reach = {};
  std::optional<double> rate_per_second = {};
  std::optional<std::vector<std::string>> tags = {};
};

/// What a service's pool holds in one place.
struct PoolPlace {
  std::string country = {};
  std::string area_code = {};
  std::uint64_t numbers = 0;
  std::uint64_t reserved = 0;
  std::uint64_t draining = 0;
  std::uint64_t lines_live = 0;
  std::uint64_t lines_cooling = 0;
  /// Seats that were refused because it held no number for them, since its first.
  std::uint64_t refused = 0;
};

/// What a person agreed to, or did not: everywhere in a service, or at one number.
struct ConsentEntry {
  std::optional<VirtualNumber> number = {};
  Consent consent = {};
};

struct RecordConsent {
  RealAddress address;
  ConsentState state = ConsentState::opted_out;
  std::optional<VirtualNumber> number = {};
};

struct ExportPerson {
  RealAddress address;
  /// Of sessions and texts together.
  std::uint32_t limit = 50;
  std::string cursor = {};
};

struct ExportedSession {
  SessionView view;
  /// The person's own: they may have left and come back.
  std::vector<SeatId> seats = {};
  /// What they wrote, and what was sent to them; of the latter, their own delivery only.
  std::vector<MessageView> messages = {};
};

struct PersonExport {
  /// One for each spelling of the address.
  std::vector<PersonHash> people = {};
  /// On the first page.
  std::vector<ConsentEntry> consents = {};
  std::vector<Route> lines = {};
  /// The oldest first.  One whose texts do not fit comes again on the next page.
  std::vector<ExportedSession> sessions = {};
  std::string next_cursor = {};
};

/// Some of the numbers of an import, or why a line is none.
struct ImportBatch {
  std::uint32_t batch = 0;
  std::vector<Result<NewNumber>> numbers = {};
  bool last = false;
};

struct ImportedBatch {
  Job job;
  /// Of the batch, in its order; none: it is in the pool.
  std::vector<std::optional<Error>> refused = {};
};

struct ListNumbers {
  std::string country = {};
  std::string area_code = {};
  std::optional<NumberStatus> status = {};
  std::string connection = {};
  std::uint32_t limit = 50;
  std::string cursor = {};
};

/// The application calls that every face uses: the one door of routing/.  Thread-safe.  Scopes are the face's to check (it knows what it
/// shows); that everything belongs to the caller's service is checked here: what doesn't is `*.not_found`.  A `Caller` is read before
/// the call returns its task.
/// Error codes are those of the parts, and: session.not_found, session.name_taken, session.closed, session.changed (If-Match),
/// session.cannot_reopen, participants.count, participants.same_address, participant.not_found, address.is_virtual_number, number.not_found, number.taken,
/// number.in_use, number.unknown_connection, service.in_use, service.removing, dead_letter.not_found, cursor.malformed, idempotency.mismatch, idempotency.in_flight, storage.contended.
class Desk {
 public:
  /// `knows_connection`: is there a connection of this name?
  Desk(RelayParts parts, std::function<bool(std::string_view)> knows_connection);
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
    Running(class AnswerBook& answers, ServiceId service, std::string key);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    AnswerBook& answers_;
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
