#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pool/address/locality.h"
#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "pool/allocation/routes.h"
#include "pool/inventory/inventory.h"
#include "routing/accounts/audit.h"
#include "routing/accounts/keys.h"
#include "routing/accounts/services.h"
#include "routing/consent/ledger.h"
#include "routing/desk/job.h"
#include "routing/outbox/delivery.h"
#include "routing/sessions/session.h"
#include "routing/text/message_text.h"
#include "storage/store/records.h"
#include "storage/store/result.h"

namespace bauta {

// What a face brings to the desk, and what it is shown there: values, made by whoever asks or answers.

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

}  // namespace bauta
