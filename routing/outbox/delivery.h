#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "routing/text/message_text.h"
#include "routing/text/segments.h"
#include "routing/text/system_texts.h"
#include "storage/store/records.h"

namespace bauta {

enum class Origin : std::uint8_t { participant, platform, system };
std::string_view origin_name(Origin origin);

/// What came in, or what a platform or Bauta itself says.  Key: `msg/<svc>/<session>/<id>`, of no session: `sys/<svc>/<id>`.
struct Message {
  MessageId id{};
  ServiceId service{};
  SessionId session{};  // nil: a system text of no session
  Origin origin = Origin::participant;
  SeatId from{};  // nil unless a participant wrote it
  MessageText text{};
  /// Whose it is, said before the text; "": it goes to one person, who knows.
  std::string label{};
  std::uint32_t media_count = 0;
  TimePoint received_at{};
  std::vector<SeatId> recipients{};
  std::optional<SystemText> system_text{};
};
/// What its recipients read.
MessageText text_sent(const Message& message);
Key message_key(const Message& message);
Key message_key(ServiceId service, SessionId session, MessageId id);
std::string encode_message(const Message& message);
Result<Message> decode_message(const Record& record);

/// records.md, "Delivery states".  On disk by number, in the API by name: never renumber, never rename.
enum class DeliveryState : std::uint8_t {
  received = 1,
  held,
  queued,
  claimed,
  unknown,
  sent,
  delivered,
  unconfirmed,
  undelivered,
  failed,
  blocked
};
std::string_view delivery_state_name(DeliveryState state);
bool is_final(DeliveryState state);
/// Final and neither delivered nor unconfirmed: it also lies in the dead letters.
bool is_dead(DeliveryState state);

/// What a connection said of a text that it did not take.
struct PutOff {
  std::string connection;
  /// It takes it no earlier.
  TimePoint until;
};

/// One message to one recipient.  Key: `dlv/<svc>/<msg>/<seat>` (a system text's seat is nil).
struct Delivery {
  ServiceId service{};
  MessageId message{};
  SessionId session{};  // nil: a system text of no session
  SeatId seat{};
  RealAddress to;
  PersonHash person{};
  VirtualNumber from;
  DeliveryState state = DeliveryState::received;
  /// How often it was handed to a carrier; the reference names the latest.
  std::uint32_t attempt = 0;
  /// Attempts up to this one had ended when somebody asked for it again: nothing but that it arrived is still believed of them.
  std::uint32_t attempts_given_up = 0;
  /// How often the process died while it was claimed; an attempt that a carrier put off is none.
  std::uint32_t crash_count = 0;
  /// Sends whose outcome stayed unknown and that were made again.
  std::uint32_t resends = 0;
  /// That it was handed to last.
  std::string connection{};
  std::vector<std::string> provider_ids{};
  /// Not empty only while it waits after it came back, the last time from `connection`.
  std::vector<PutOff> put_off{};
  /// Not before this may the next attempt be made.
  std::optional<TimePoint> not_before{};
  TimePoint deadline{};
  TimePoint received_at{};
  TimePoint updated_at{};
  /// As its recipient gets it, label and masks included: what a carrier bills.
  std::uint32_t segments = 1;
  Encoding encoding = Encoding::gsm7;
  std::string error_code{};
  /// The carrier's own words, redacted.
  std::string error_detail{};
  /// Its dead letter was deleted by who looks after them.
  bool dismissed = false;
  /// STOP's own confirmation is the one text that goes to someone who is out.
  bool despite_stop = false;
};
Key delivery_key(ServiceId service, MessageId message, SeatId seat);
std::string encode_delivery(const Delivery& delivery);
Result<Stored<Delivery>> decode_delivery(const Record& record);

/// `dead/<svc>/<msg>/<seat>`: what ended badly, until somebody deletes it or it expires with the session's retention.
struct DeadLetter {
  MessageId message{};
  SeatId seat{};
  SessionId session{};
  DeliveryState state = DeliveryState::failed;
  std::string code{};
  std::string detail{};
  TimePoint at{};
};
Key dead_letter_key(ServiceId service, MessageId message, SeatId seat);
Key dead_letters_prefix(ServiceId service);
std::string encode_dead_letter(const DeadLetter& letter);
Result<DeadLetter> decode_dead_letter(const Record& record);

/// The unit of order: one recipient at one virtual number, in one service.
struct LaneKey {
  VirtualNumber number;
  ServiceId service;
  PersonHash person;
  friend auto operator<=>(const LaneKey&, const LaneKey&) = default;
};

/// An entry of the work log `out/<partition>/<position>`.
struct WorkEntry {
  LaneKey lane;
  MessageId message{};
  SeatId seat{};
  /// Not new work: something about the lane's head changed (a receipt came for an unknown one): look again now.
  bool nudge = false;
  /// Appended again in its lane's order: where it was appended first, which is its place in the lane.  0: it lies where it first was.
  Position first_position = 0;
};
inline constexpr std::uint32_t kPartitions = 256;
/// hash(virtual number) mod kPartitions; not the connection, so that a number that moves keeps its lanes' owner.
std::uint32_t partition_of(const VirtualNumber& number);
Key work_log(std::uint32_t partition);
std::string encode_work_entry(const WorkEntry& entry);
Result<WorkEntry> decode_work_entry(const Record& record);

/// Adds to `commit` that this delivery waits in its lane, behind all that wait there.
void append_work(Commit& commit, const Delivery& delivery);

/// Adds to `commit` what makes `message` wait in its lanes: the message, one delivery a recipient, and their work entries.
void enqueue(Commit& commit, const Message& message, const std::vector<Delivery>& deliveries,
             std::optional<TimePoint> expiry = {});

}  // namespace bauta

template <>
struct std::hash<bauta::LaneKey> {
  std::size_t operator()(const bauta::LaneKey& lane) const noexcept {
    return std::hash<bauta::VirtualNumber>{}(lane.number) * 31 +
           std::hash<bauta::PersonHash>{}(lane.person);
  }
};
