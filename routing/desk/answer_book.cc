#include "routing/desk/answer_book.h"

#include "routing/desk/desk.pb.h"

namespace bauta {
namespace {

Key pointers_of(ServiceId service, SessionId session) {
  return Key("idemof").id(service).id(session);
}

std::string encode(const IdempotencyMark& mark, const KeptAnswer& answer) {
  records::KeptAnswer record;
  record.set_body_hash(mark.body_hash);
  record.set_status(answer.status);
  record.set_location(answer.location);
  record.set_body(answer.body);
  return record.SerializeAsString();
}

}  // namespace

Key AnswerBook::key_of(ServiceId service, const IdempotencyMark& mark) const {
  return Key("idem").id(service).bits(bench_.parts.index_key.hash("idempotency", mark.key));
}

Task<Result<std::optional<KeptAnswer>>> AnswerBook::kept(ServiceId service,
                                                         IdempotencyMark mark) const {
  BAUTA_CO_TRY(const auto record,
               co_await load<records::KeptAnswer>(bench_.parts.store, key_of(service, mark)));
  if (!record) co_return std::optional<KeptAnswer>{};
  if (record->value.body_hash() != mark.body_hash)
    co_return fail("idempotency.mismatch",
                   "this Idempotency-Key came with another body before; take a new one");
  co_return std::optional(KeptAnswer{.status = static_cast<std::uint16_t>(record->value.status()),
                                     .location = record->value.location(),
                                     .body = record->value.body()});
}

void AnswerBook::write(Commit& commit, ServiceId service, SessionId session,
                       const IdempotencyMark& mark, const KeptAnswer& answer,
                       std::optional<TimePoint> now) const {
  const Key key = key_of(service, mark);
  const TimePoint forget_at =
      now.value_or(bench_.parts.clock.now()) + bench_.parts.limits.idempotency;
  commit.expect(key, kAbsent).put(key, encode(mark, answer), forget_at);
  if (session.is_nil()) return;
  const Bits128 hash = bench_.parts.index_key.hash("idempotency", mark.key);
  commit.put(pointers_of(service, session).bits(hash), {}, forget_at);
}

Task<Status> AnswerBook::keep(ServiceId service, IdempotencyMark mark, KeptAnswer answer) const {
  Commit commit;
  write(commit, service, {}, mark, answer);
  // Whoever kept another answer first has the word: a conflict is as good.
  BAUTA_CO_TRY(const auto done, co_await commit_settled(bench_.parts.store, std::move(commit),
                                                        key_of(service, mark)));
  static_cast<void>(done);
  co_return Status{};
}

Task<Status> AnswerBook::amend(ServiceId service, IdempotencyMark mark, KeptAnswer answer) const {
  const Key key = key_of(service, mark);
  const TimePoint forget_at = bench_.parts.clock.now() + bench_.parts.limits.idempotency;
  Commit commit;
  commit.put(key, encode(mark, answer), forget_at);
  // Nobody else writes under a mark that is kept, so there is no conflict to tell.
  BAUTA_CO_TRY(const auto done, co_await commit_once(bench_.parts.store, std::move(commit)));
  static_cast<void>(done);
  co_return Status{};
}

Task<Status> AnswerBook::refuse_if_written(ServiceId service, IdempotencyMark mark) const {
  BAUTA_CO_TRY(const auto record, co_await bench_.parts.store.get(key_of(service, mark)));
  if (record)
    co_return fail("idempotency.in_flight", "the same request was just carried out; send it again");
  co_return Status{};
}

Task<Result<std::vector<Key>>> AnswerBook::keys_of(ServiceId service, SessionId session,
                                                   std::uint32_t most) const {
  const Key prefix = pointers_of(service, session);
  auto request = ScanRequest::prefix(prefix);
  request.records_max = most;
  BAUTA_CO_TRY(auto page, co_await bench_.parts.store.scan(std::move(request)));
  std::vector<Key> keys;
  for (KeyedRecord& pointer : page.records) {
    KeyReader reader(pointer.key, "idemof");
    reader.id<ServiceTag>();
    reader.id<SessionTag>();
    keys.push_back(Key("idem").id(service).bits(reader.bits()));
    keys.push_back(std::move(pointer.key));
  }
  co_return keys;
}

}  // namespace bauta
