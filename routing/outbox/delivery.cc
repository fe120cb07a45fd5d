#include "routing/outbox/delivery.h"

#include <array>

#include "routing/outbox/outbox.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

template <class T>
std::string octets(const T& id) {
  return id.is_nil() ? std::string() : std::string(id.bytes());
}

template <class T>
Result<T> id_or_nil(const std::string& octets) {
  if (octets.empty()) return T();
  return T::from_bytes(octets);
}

template <class T>
Result<T> corrupt(std::string_view what) {
  return fail("storage.corrupt",
              "a " + std::string(what) + " record cannot be read; restore a backup");
}

std::int64_t millis_or_zero(const std::optional<TimePoint>& t) { return t ? to_millis(*t) : 0; }

}  // namespace

std::string_view origin_name(Origin origin) {
  switch (origin) {
    case Origin::participant:
      return "participant";
    case Origin::platform:
      return "platform";
    case Origin::system:
      return "system";
  }
  BAUTA_ASSERT(false);
}

std::string_view delivery_state_name(DeliveryState state) {
  switch (state) {
    case DeliveryState::received:
      return "received";
    case DeliveryState::held:
      return "held";
    case DeliveryState::queued:
      return "queued";
    case DeliveryState::claimed:
      return "claimed";
    case DeliveryState::unknown:
      return "unknown";
    case DeliveryState::sent:
      return "sent";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::unconfirmed:
      return "unconfirmed";
    case DeliveryState::undelivered:
      return "undelivered";
    case DeliveryState::failed:
      return "failed";
    case DeliveryState::blocked:
      return "blocked";
  }
  BAUTA_ASSERT(false);
}

bool is_final(DeliveryState state) {
  switch (state) {
    case DeliveryState::received:
    case DeliveryState::held:
    case DeliveryState::queued:
    case DeliveryState::claimed:
    case DeliveryState::unknown:
    case DeliveryState::sent:
      return false;
    case DeliveryState::delivered:
    case DeliveryState::unconfirmed:
    case DeliveryState::undelivered:
    case DeliveryState::failed:
    case DeliveryState::blocked:
      return true;
  }
  BAUTA_ASSERT(false);
}

bool is_dead(DeliveryState state) {
  return is_final(state) && state != DeliveryState::delivered &&
         state != DeliveryState::unconfirmed;
}

Key message_key(ServiceId service, SessionId session, MessageId id) {
  if (session.is_nil()) return Key("sys").id(service).id(id);
  return Key("msg").id(service).id(session).id(id);
}

Key message_key(const Message& message) {
  return message_key(message.service, message.session, message.id);
}

MessageText text_sent(const Message& message) {
  if (message.label.empty()) return message.text;
  return MessageText::from_carrier(message.label + ": " + message.text.reveal());
}

std::string encode_message(const Message& message) {
  records::Message record;
  record.set_id(octets(message.id));
  record.set_service(octets(message.service));
  record.set_session(octets(message.session));
  record.set_origin(static_cast<std::uint32_t>(message.origin));
  record.set_from(octets(message.from));
  record.set_text(message.text.reveal());
  record.set_label(message.label);
  record.set_media_count(message.media_count);
  record.set_received_at_ms(to_millis(message.received_at));
  for (const auto& seat : message.recipients) record.add_recipients(octets(seat));
  if (message.system_text)
    record.set_system_text(static_cast<std::uint32_t>(*message.system_text) + 1);
  return record.SerializeAsString();
}

Result<Message> decode_message(const Record& record) {
  BAUTA_TRY(const auto stored, decode<records::Message>(record));
  const auto& from = stored.value;
  Message message;
  BAUTA_TRY(message.id, MessageId::from_bytes(from.id()));
  BAUTA_TRY(message.service, ServiceId::from_bytes(from.service()));
  BAUTA_TRY(message.session, id_or_nil<SessionId>(from.session()));
  if (from.origin() > static_cast<std::uint32_t>(Origin::system))
    return corrupt<Message>("message");
  message.origin = static_cast<Origin>(from.origin());
  BAUTA_TRY(message.from, id_or_nil<SeatId>(from.from()));
  BAUTA_TRY(message.text, MessageText::parse(from.text()));
  message.label = from.label();
  message.media_count = from.media_count();
  message.received_at = from_millis(from.received_at_ms());
  for (const auto& seat : from.recipients()) {
    BAUTA_TRY(const auto id, id_or_nil<SeatId>(seat));
    message.recipients.push_back(id);
  }
  if (from.system_text() > 0) message.system_text = static_cast<SystemText>(from.system_text() - 1);
  return message;
}

Key delivery_key(ServiceId service, MessageId message, SeatId seat) {
  return Key("dlv").id(service).id(message).id(seat);
}

std::string encode_delivery(const Delivery& delivery) {
  records::Delivery record;
  record.set_service(octets(delivery.service));
  record.set_message(octets(delivery.message));
  record.set_session(octets(delivery.session));
  record.set_seat(octets(delivery.seat));
  record.set_to(delivery.to.reveal_with_channel());
  record.set_person(octets(delivery.person));
  record.set_from(delivery.from.str());
  record.set_state(static_cast<std::uint32_t>(delivery.state));
  record.set_attempt(delivery.attempt);
  record.set_attempts_given_up(delivery.attempts_given_up);
  record.set_crash_count(delivery.crash_count);
  record.set_resends(delivery.resends);
  record.set_connection(delivery.connection);
  for (const auto& id : delivery.provider_ids) record.add_provider_ids(id);
  for (const auto& put_off : delivery.put_off) {
    auto* const kept = record.add_put_off();
    kept->set_connection(put_off.connection);
    kept->set_until_ms(to_millis(put_off.until));
  }
  record.set_not_before_ms(millis_or_zero(delivery.not_before));
  record.set_deadline_ms(to_millis(delivery.deadline));
  record.set_received_at_ms(to_millis(delivery.received_at));
  record.set_updated_at_ms(to_millis(delivery.updated_at));
  record.set_segments(delivery.segments);
  record.set_error_code(delivery.error_code);
  record.set_error_detail(delivery.error_detail);
  record.set_despite_stop(delivery.despite_stop);
  record.set_dismissed(delivery.dismissed);
  record.set_encoding(static_cast<std::uint32_t>(delivery.encoding));
  return record.SerializeAsString();
}

Result<Stored<Delivery>> decode_delivery(const Record& record) {
  BAUTA_TRY(const auto stored, decode<records::Delivery>(record));
  const auto& from = stored.value;
  BAUTA_TRY(auto to, RealAddress::from_carrier(from.to()));
  BAUTA_TRY(auto number, VirtualNumber::from_carrier(from.from()));
  Delivery delivery{.to = std::move(to), .from = std::move(number)};
  BAUTA_TRY(delivery.service, ServiceId::from_bytes(from.service()));
  BAUTA_TRY(delivery.message, MessageId::from_bytes(from.message()));
  BAUTA_TRY(delivery.session, id_or_nil<SessionId>(from.session()));
  BAUTA_TRY(delivery.seat, id_or_nil<SeatId>(from.seat()));
  BAUTA_TRY(delivery.person, PersonHash::from_bytes(from.person()));
  if (from.state() < static_cast<std::uint32_t>(DeliveryState::received) ||
      from.state() > static_cast<std::uint32_t>(DeliveryState::blocked)) {
    return corrupt<Stored<Delivery>>("delivery");
  }
  delivery.state = static_cast<DeliveryState>(from.state());
  delivery.attempt = from.attempt();
  delivery.attempts_given_up = from.attempts_given_up();
  delivery.crash_count = from.crash_count();
  delivery.resends = from.resends();
  delivery.connection = from.connection();
  delivery.provider_ids.assign(from.provider_ids().begin(), from.provider_ids().end());
  for (const auto& put_off : from.put_off()) {
    delivery.put_off.push_back(
        {.connection = put_off.connection(), .until = from_millis(put_off.until_ms())});
  }
  if (from.not_before_ms() != 0) delivery.not_before = from_millis(from.not_before_ms());
  delivery.deadline = from_millis(from.deadline_ms());
  delivery.received_at = from_millis(from.received_at_ms());
  delivery.updated_at = from_millis(from.updated_at_ms());
  delivery.segments = from.segments();
  delivery.error_code = from.error_code();
  delivery.error_detail = from.error_detail();
  delivery.despite_stop = from.despite_stop();
  delivery.dismissed = from.dismissed();
  delivery.encoding = from.encoding() == static_cast<std::uint32_t>(Encoding::ucs2)
                          ? Encoding::ucs2
                          : Encoding::gsm7;
  return Stored<Delivery>{.value = std::move(delivery), .version = stored.version};
}

Key dead_letters_prefix(ServiceId service) { return Key("dead").id(service); }

Key dead_letter_key(ServiceId service, MessageId message, SeatId seat) {
  return dead_letters_prefix(service).id(message).id(seat);
}

std::string encode_dead_letter(const DeadLetter& letter) {
  records::DeadLetter record;
  record.set_message(octets(letter.message));
  record.set_seat(octets(letter.seat));
  record.set_session(octets(letter.session));
  record.set_state(static_cast<std::uint32_t>(letter.state));
  record.set_code(letter.code);
  record.set_detail(letter.detail);
  record.set_at_ms(to_millis(letter.at));
  return record.SerializeAsString();
}

Result<DeadLetter> decode_dead_letter(const Record& record) {
  BAUTA_TRY(const auto stored, decode<records::DeadLetter>(record));
  const auto& from = stored.value;
  DeadLetter letter;
  BAUTA_TRY(letter.message, MessageId::from_bytes(from.message()));
  BAUTA_TRY(letter.seat, id_or_nil<SeatId>(from.seat()));
  BAUTA_TRY(letter.session, id_or_nil<SessionId>(from.session()));
  if (from.state() < static_cast<std::uint32_t>(DeliveryState::undelivered) ||
      from.state() > static_cast<std::uint32_t>(DeliveryState::blocked)) {
    return corrupt<DeadLetter>("dead letter");
  }
  letter.state = static_cast<DeliveryState>(from.state());
  letter.code = from.code();
  letter.detail = from.detail();
  letter.at = from_millis(from.at_ms());
  return letter;
}

std::uint32_t partition_of(const VirtualNumber& number) {
  // FNV-1a, 64 bit: on disk, since it says under which log an entry lies: never change.
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : number.str()) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return static_cast<std::uint32_t>((hash ^ hash >> 32) % kPartitions);
}

Key work_log(std::uint32_t partition) { return Key("out").u64(partition); }

std::string encode_work_entry(const WorkEntry& entry) {
  records::WorkEntry record;
  record.set_number(entry.lane.number.str());
  record.set_service(octets(entry.lane.service));
  record.set_person(octets(entry.lane.person));
  record.set_message(octets(entry.message));
  record.set_seat(octets(entry.seat));
  record.set_nudge(entry.nudge);
  record.set_first_position(entry.first_position);
  return record.SerializeAsString();
}

Result<WorkEntry> decode_work_entry(const Record& record) {
  BAUTA_TRY(const auto stored, decode<records::WorkEntry>(record));
  const auto& from = stored.value;
  BAUTA_TRY(auto number, VirtualNumber::from_carrier(from.number()));
  BAUTA_TRY(const auto service, ServiceId::from_bytes(from.service()));
  BAUTA_TRY(const auto person, PersonHash::from_bytes(from.person()));
  WorkEntry entry{.lane = {.number = std::move(number), .service = service, .person = person}};
  BAUTA_TRY(entry.message, MessageId::from_bytes(from.message()));
  BAUTA_TRY(entry.seat, id_or_nil<SeatId>(from.seat()));
  entry.nudge = from.nudge();
  entry.first_position = from.first_position();
  return entry;
}

void append_work(Commit& commit, const Delivery& delivery) {
  commit.append(work_log(partition_of(delivery.from)),
                encode_work_entry({.lane = {.number = delivery.from,
                                            .service = delivery.service,
                                            .person = delivery.person},
                                   .message = delivery.message,
                                   .seat = delivery.seat}));
}

void enqueue(Commit& commit, const Message& message, const std::vector<Delivery>& deliveries,
             std::optional<TimePoint> expiry) {
  commit.put(message_key(message), encode_message(message), expiry);
  for (const auto& delivery : deliveries) {
    BAUTA_ASSERT(delivery.message == message.id && delivery.service == message.service);
    commit.put(delivery_key(delivery.service, delivery.message, delivery.seat),
               encode_delivery(delivery), expiry);
    append_work(commit, delivery);
  }
}

}  // namespace bauta
