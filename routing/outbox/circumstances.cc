#include "routing/outbox/circumstances.h"

#include <utility>
#include <vector>

#include "storage/store/planted.h"
#include "storage/store/records.h"

namespace bauta {
namespace {

/// lanemax is rounded up to this, so that most claims need not write it.
constexpr std::chrono::minutes kLaneMaxStep{10};

TimePoint rounded_up(TimePoint t) {
  const Duration step = kLaneMaxStep;
  const auto rest = t.time_since_epoch() % step;
  return rest == Duration::zero() ? t : t + (step - rest);
}

}  // namespace

Task<Result<Circumstances>> read_circumstances(RelayParts parts, Services& services,
                                               Delivery delivery) {
  const bool in_session = !delivery.session.is_nil();
  const auto consenting = consenter(parts.index_key, delivery.service, delivery.to);
  std::vector<Key> keys{message_key(delivery.service, delivery.session, delivery.message),
                        Inventory::key_of(delivery.from),
                        Inventory::key_of(delivery.to),
                        Ledger::key_of(consenting),
                        Ledger::line_key_of(consenting, delivery.from),
                        lanemax_key(delivery.from, delivery.person)};
  if (in_session) {
    keys.push_back(Sessions::key_of(delivery.service, delivery.session));
    keys.push_back(Sessions::activity_key(delivery.service, delivery.session));
  }
  BAUTA_CO_TRY(const auto records, co_await parts.store.multi_get(std::move(keys)));
  Circumstances seen{.consenting = consenting};
  if (records[0]) {
    BAUTA_CO_TRY(seen.message, decode_message(*records[0]));
  }
  if (records[1]) {
    BAUTA_CO_TRY(seen.number, decode_number(*records[1]));
  }
  if (records[2]) seen.recipient_number = records[2]->version;
  if (records[3]) {
    BAUTA_CO_TRY(seen.consent.everywhere, Ledger::decode(*records[3]));
  }
  if (records[4]) {
    BAUTA_CO_TRY(seen.consent.line, Ledger::decode(*records[4]));
  }
  if (records[5]) {
    BAUTA_CO_TRY(seen.lane_max, decode_lanemax(*records[5]));
  }
  if (in_session && records[6]) {
    BAUTA_CO_TRY(seen.session, Sessions::decode(*records[6]));
  }
  if (in_session && records[7]) {
    BAUTA_CO_TRY(seen.last_activity, Sessions::decode_activity(*records[7]));
  }
  BAUTA_CO_TRY(const auto service, co_await services.find(delivery.service));
  if (service) seen.service = service->value;
  co_return seen;
}

std::optional<std::string> reason_against(const Delivery& delivery, const Circumstances& seen,
                                          TimePoint now) {
  if (!seen.service) return "service.gone";
  if (!delivery.session.is_nil()) {
    if (!seen.session) return "session.ended";
    if (judge(seen.session->value, seen.last_activity, now)) return "session.ended";
    const auto* seat = seen.session->value.seat(delivery.seat);
    if (seat == nullptr || seat->state == SeatState::left || seat->state == SeatState::blocked)
      return "participant.gone";
    if (seat->person != delivery.person || seat->number != delivery.from) return "participant.gone";
  }
  if (seen.consent.is_out() && !delivery.despite_stop) return std::string(kOptedOut);
  if (seen.recipient_number != kAbsent) return "address.is_virtual_number";
  if (!seen.number || seen.number->value.service != delivery.service) return "number.gone";
  return std::nullopt;
}

void expect(Commit& commit, const Delivery& claimed, const Circumstances& seen) {
  commit.expect(Inventory::key_of(claimed.from), version_of(seen.number));
  commit.expect(Inventory::key_of(claimed.to), seen.recipient_number);
  if (!planted(PlantedBug::claim_despite_stop)) {
    commit.expect(Ledger::key_of(seen.consenting), version_of(seen.consent.everywhere));
    commit.expect(Ledger::line_key_of(seen.consenting, claimed.from),
                  version_of(seen.consent.line));
  }
  if (seen.session)
    commit.expect(Sessions::key_of(claimed.service, claimed.session), seen.session->version);
  if (!seen.lane_max || *seen.lane_max < claimed.deadline) {
    commit.put(lanemax_key(claimed.from, claimed.person),
               encode_lanemax(rounded_up(claimed.deadline)));
  }
}

}  // namespace bauta
