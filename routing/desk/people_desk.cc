#include "routing/desk/people_desk.h"

#include <algorithm>
#include <utility>

#include "routing/desk/person_sessions.h"

namespace bauta {
namespace {

/// Lines and words of one person: as many as the numbers that they ever had, a few.
constexpr std::uint32_t kPage = 200;
constexpr std::size_t kLinesMax = 10'000;

/// A session, and the last of its texts that was shown; none: it was shown whole.
struct Place {
  SessionId session{};
  std::optional<MessageId> message = {};
};

std::string write_place(const Place& place) {
  std::string octets(place.session.bytes());
  if (place.message) octets += place.message->bytes();
  return to_base32(octets);
}

Result<Place> read_place(std::string_view cursor) {
  constexpr std::size_t kId = sizeof(Bits128);
  const auto octets = octets_from_base32(cursor);
  if (!octets || (octets->size() != kId && octets->size() != 2 * kId))
    return fail("cursor.malformed", "use the next_cursor of an answer as it stands");
  Place place;
  BAUTA_TRY(place.session, SessionId::from_bytes(octets->substr(0, kId)));
  if (octets->size() > kId) {
    BAUTA_TRY(place.message, MessageId::from_bytes(octets->substr(kId)));
  }
  return place;
}

std::vector<SeatId> seats_of(const Session& session, const std::vector<PersonHash>& people) {
  std::vector<SeatId> seats;
  for (const Seat& seat : session.seats) {
    if (std::ranges::find(people, seat.person) != people.end()) seats.push_back(seat.id);
  }
  return seats;
}

bool is_among(const std::vector<SeatId>& seats, SeatId seat) {
  return std::ranges::find(seats, seat) != seats.end();
}

ConsentEntry entry_of(const Consent& consent, std::optional<VirtualNumber> number) {
  return {.number = std::move(number), .consent = consent};
}

}  // namespace

Task<Result<PersonExport>> PeopleDesk::export_person(ServiceId service,
                                                     ExportPerson request) const {
  PersonExport found{.people = bench_.people(service, request.address)};
  Place place;
  PersonSessions wanted{.people = found.people, .most = request.limit};
  if (request.cursor.empty()) {
    BAUTA_CO_TRY(found.lines, co_await lines_of(service, found.people));
    BAUTA_CO_TRY(found.consents, co_await consents_under(
                                     consenter(bench_.parts.index_key, service, request.address)));
  } else {
    BAUTA_CO_TRY(place, read_place(request.cursor));
    if (!place.message) wanted.after = place.session;
    // The one that was shown in part comes again, with the rest of it.
    if (place.message) wanted.from = place.session;
  }
  BAUTA_CO_TRY(const auto some,
               co_await sessions_of(bench_.parts.store, service, std::move(wanted)));
  std::uint32_t room = request.limit;
  for (const SessionId id : some.ids) {
    if (room == 0) co_return found;
    BAUTA_CO_TRY(auto state, co_await bench_.sessions.find(service, id));
    if (!state) continue;  // erased since the scan
    const auto after = place.session == id ? place.message : std::nullopt;
    BAUTA_CO_CHECK(co_await add_session(found, *std::move(state), id, after, room));
    // A text was left over: the page ends within this session.
    if (!found.next_cursor.empty()) co_return found;
    const auto taken = static_cast<std::uint32_t>(found.sessions.back().messages.size()) + 1;
    room -= std::min(room, taken);
    if (room == 0) found.next_cursor = write_place({.session = id});
  }
  // The room was just enough for all there is.
  if (!some.more) found.next_cursor.clear();
  if (some.more && found.next_cursor.empty() && !some.ids.empty())
    found.next_cursor = write_place({.session = some.ids.back()});
  co_return found;
}

/// The session with the texts that the person wrote or was sent, behind `after`, at most `room` of all that were said in it.
Task<Status> PeopleDesk::add_session(PersonExport& found, SessionState state, SessionId session,
                                     std::optional<MessageId> after, std::uint32_t room) const {
  const ServiceId service = state.session.value.service;
  const auto ending = state.ending(bench_.now(service));
  BAUTA_CO_TRY(auto opted_out, co_await bench_.opted_out(state.session.value));
  const auto own = seats_of(state.session.value, found.people);
  ExportedSession exported{.view = {.session = std::move(state.session.value),
                                    .last_activity = state.last_activity,
                                    .ending = ending,
                                    .version = state.session.version,
                                    .opted_out = std::move(opted_out)},
                           .seats = own};
  auto scan = ScanRequest::prefix(Key("msg").id(service).id(session));
  scan.records_max = room;
  if (after) scan.after = message_key(service, session, *after);
  BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(std::move(scan)));
  std::optional<MessageId> last;
  for (const KeyedRecord& record : page.records) {
    BAUTA_CO_TRY(auto message, decode_message(record.record));
    last = message.id;
    const bool wrote = is_among(own, message.from);
    MessageView view{.message = std::move(message), .deliveries = {}};
    std::vector<Key> keys;
    for (const SeatId seat : view.message.recipients) {
      if (wrote || is_among(own, seat))
        keys.push_back(delivery_key(service, view.message.id, seat));
    }
    // Neither from them nor to them: what two others said in a group.
    if (!wrote && keys.empty()) continue;
    BAUTA_CO_TRY(const auto deliveries, co_await bench_.parts.store.multi_get(std::move(keys)));
    for (const auto& delivery : deliveries) {
      if (!delivery) continue;
      BAUTA_CO_TRY(auto decoded, decode_delivery(*delivery));
      view.deliveries.push_back(std::move(decoded.value));
    }
    exported.messages.push_back(std::move(view));
  }
  if (page.more && last) found.next_cursor = write_place({.session = session, .message = last});
  found.sessions.push_back(std::move(exported));
  co_return Status{};
}

Task<Result<std::vector<Route>>> PeopleDesk::lines_of(ServiceId service,
                                                      std::vector<PersonHash> people) const {
  std::vector<Route> lines;
  for (const PersonHash& person : people) {
    std::optional<Key> after;
    do {
      BAUTA_CO_TRY(auto page, co_await bench_.routes.lines_of(service, person, after, kPage));
      for (auto& line : page.lines) lines.push_back(std::move(line.value));
      after = std::move(page.next);
    } while (after && lines.size() < kLinesMax);
  }
  co_return lines;
}

Task<Result<std::vector<ConsentEntry>>> PeopleDesk::consents_of(ServiceId service,
                                                                RealAddress address) const {
  co_return co_await consents_under(consenter(bench_.parts.index_key, service, address));
}

/// The word for the whole service first: its key is the prefix of the others.
Task<Result<std::vector<ConsentEntry>>> PeopleDesk::consents_under(Consenter who) const {
  std::vector<ConsentEntry> entries;
  const Key everywhere = Ledger::key_of(who);
  auto scan = ScanRequest::prefix(everywhere);
  scan.records_max = kPage;
  for (bool more = true; more && entries.size() < kLinesMax;) {
    BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(scan));
    for (const KeyedRecord& word : page.records) {
      BAUTA_CO_TRY(const auto consent, Ledger::decode(word.record));
      std::optional<VirtualNumber> number;
      if (word.key != everywhere) {
        KeyReader reader(word.key, "con");
        reader.id<ServiceTag>();
        reader.id<PersonTag>();
        BAUTA_CO_TRY(number, VirtualNumber::parse(reader.text()));
      }
      entries.push_back(entry_of(consent.value, std::move(number)));
    }
    more = page.more && !page.records.empty();
    if (more) scan.after = page.records.back().key;
  }
  co_return entries;
}

Task<Result<ConsentEntry>> PeopleDesk::record_consent(
    ServiceId service, RecordConsent request,
    std::optional<Idempotent<ConsentEntry>> idempotent) const {
  const ConsentEntry entry{
      .number = request.number,
      .consent = {
          .state = request.state, .source = ConsentSource::platform, .since = bench_.now(service)}};
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto done, co_await try_record(service, request, entry, idempotent));
    if (done) co_return *std::move(done);
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

/// nullopt: a conflict.
Task<Result<std::optional<ConsentEntry>>> PeopleDesk::try_record(
    ServiceId service, RecordConsent request, ConsentEntry entry,
    std::optional<Idempotent<ConsentEntry>> idempotent) const {
  BAUTA_CO_TRY(const auto owner, co_await bench_.open_service(service));
  const auto who = consenter(bench_.parts.index_key, service, request.address);
  const auto key = request.number ? Ledger::line_key_of(who, *request.number) : Ledger::key_of(who);
  BAUTA_CO_TRY(const auto record, co_await bench_.parts.store.get(key));
  ConsentView view;
  std::optional<Stored<Consent>> word;
  if (record) {
    BAUTA_CO_TRY(word, Ledger::decode(*record));
  }
  const bool was_out = word && word->value.state == ConsentState::opted_out;
  // Promise 6: a STOP is taken back by who said it, and by nobody on their behalf.
  if (was_out && word->value.source != ConsentSource::platform &&
      request.state == ConsentState::opted_in) {
    co_return fail("consent.opted_out_by_person",
                   "the person said STOP, or the carrier did for them: they are in again once they "
                   "text START");
  }
  // Said again by the platform, it would be the platform's, and theirs to take back.
  if (was_out && word->value.source != ConsentSource::platform) entry.consent = word->value;
  Commit commit;
  commit.expect(Services::key_of(service), owner.version);
  if (request.number) {
    view.line = word;
    Ledger::record_line(commit, who, *request.number, view, entry.consent);
  } else {
    view.everywhere = word;
    Ledger::record(commit, who, view, entry.consent);
  }
  const bool is_out = request.state == ConsentState::opted_out;
  if (is_out != was_out) {
    std::vector<std::pair<std::string, std::string>> data{{"source", "platform"}};
    if (request.number) data.emplace_back("number", request.number->str());
    EventLog::append(
        commit, service,
        EventLog::make(is_out ? EventType::participant_opted_out : EventType::participant_opted_in,
                       {}, entry.consent.since, bench_.parts.random, std::move(data)));
  }
  if (idempotent) answers_.write(commit, service, {}, idempotent->mark, idempotent->render(entry));
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  if (!done) co_return std::optional<ConsentEntry>{};
  co_return std::optional(std::move(entry));
}

}  // namespace bauta
