#include "routing/messages/receipts.h"

#include "routing/outbox/ending.h"
#include "routing/outbox/opt_out.h"
#include "routing/outbox/receipt_word.h"
#include "routing/outbox/reference.h"
#include "storage/store/planted.h"
#include "storage/store/records.h"

namespace bauta {

/// Which attempt of which delivery a receipt is about.
struct Receipts::Found {
  Key delivery;
  std::uint32_t attempt = 0;
};

Task<Result<ReceiptOutcome>> Receipts::apply(DeliveryReceipt receipt) {
  if (planted(PlantedBug::receipt_tells_no_opt_out)) receipt.word.opted_out = false;
  if (receipt.word.status == ReceiptStatus::unknown_word) {
    parts_.metrics.unknown_status_word(receipt.connection);
    // What its code says of the person counts, whatever the carrier calls it (promise 6).
    if (!receipt.word.opted_out) co_return ReceiptOutcome::unknown_word;
  }
  std::optional<DeliveryReference> reference;
  if (receipt.reference) {
    reference = read_reference(*receipt.reference, parts_.index_key);
    if (!reference) {
      parts_.metrics.refused("receipt.forged_reference");
      co_return ReceiptOutcome::forged_reference;
    }
  }
  for (std::uint32_t tries = 0; tries < parts_.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(
        const auto outcome,
        reference ? co_await apply_to({.delivery = delivery_key(
                                           reference->service, reference->message, reference->seat),
                                       .attempt = reference->attempt},
                                      receipt)
                  : co_await apply_by_provider_id(receipt));
    if (outcome) co_return *outcome;
  }
  co_return fail("storage.contended",
                 "others kept changing what this receipt is about; send it again");
}

// nullopt from here on: a conflict, something changed since it was read.
Task<Result<std::optional<ReceiptOutcome>>> Receipts::apply_by_provider_id(
    DeliveryReceipt receipt) {
  const auto key = provider_id_key(parts_.index_key, receipt.connection, receipt.provider_id);
  BAUTA_CO_TRY(const auto record, co_await parts_.store.get(key));
  ProviderIdRecord kept;
  if (record) {
    BAUTA_CO_TRY(auto stored, decode_provider_id(*record));
    kept = std::move(stored.value);
  }
  if (kept.delivery)
    co_return co_await apply_to({.delivery = *kept.delivery, .attempt = kept.attempt},
                                std::move(receipt));
  // Nobody knows the id yet: the receipt waits for the answer to its send.  What it says of the person waits for nothing, and counts once: they may
  // come back before the carrier says it again.
  Commit commit;
  if (receipt.word.opted_out && receipt.line && !kept.opt_out_heard) {
    BAUTA_CO_TRY(kept.opt_out_heard,
                 co_await believe_opt_out_at(parts_, commit, receipt.connection, receipt.line->from,
                                             receipt.line->to));
  }
  const bool heard = !commit.puts.empty();
  kept.early = kept.early ? stronger(*kept.early, receipt.word) : receipt.word;
  if (kept.opt_out_heard) kept.early->opted_out = false;
  commit.expect(key, record ? record->version : kAbsent);
  commit.put(key, encode_provider_id(kept), parts_.clock.now() + kProviderIdKept);
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed) co_return std::nullopt;
  co_return heard ? ReceiptOutcome::applied : ReceiptOutcome::held_for_its_send;
}

Task<Result<std::optional<ReceiptOutcome>>> Receipts::apply_to(Found found,
                                                               DeliveryReceipt receipt) {
  BAUTA_CO_TRY(const auto record, co_await parts_.store.get(found.delivery));
  if (!record) co_return co_await hear_of_erased(std::move(found), std::move(receipt));
  BAUTA_CO_TRY(const auto delivery, decode_delivery(*record));
  const auto& before = delivery.value;
  const auto now = parts_.clock.now(before.service);
  auto changed = before;
  if (!apply_word(changed, receipt.word, found.attempt, now)) {
    if (!receipt.word.opted_out) co_return ReceiptOutcome::repeated;
    co_return co_await hear_opt_out_alone(before, now);
  }

  Commit commit;
  if (receipt.word.opted_out) {
    BAUTA_CO_CHECK(co_await believe_opt_out(parts_, commit, changed, now));
  }
  write_change(commit, changed, before, delivery.version, parts_.random);
  // The lane waits for exactly this word, and would look again only when its time is over.
  if (before.state == DeliveryState::unknown) nudge(commit, changed);
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed) co_return std::nullopt;
  parts_.metrics.text_out(changed.connection, delivery_state_name(changed.state));
  if (is_dead(changed.state)) parts_.metrics.dead_letter(changed.error_code);
  co_return ReceiptOutcome::applied;
}

/// What the carrier says of the recipient counts also where it comes too late to say anything of the delivery (promise 6): an earlier attempt's, or
/// of one that has ended.
Task<Result<std::optional<ReceiptOutcome>>> Receipts::hear_opt_out_alone(Delivery delivery,
                                                                         TimePoint now) {
  Commit commit;
  const auto heard_of = delivery.updated_at;
  BAUTA_CO_CHECK(co_await believe_opt_out(parts_, commit, std::move(delivery), now, heard_of));
  co_return co_await commit_opt_out(std::move(commit));
}

Task<Result<std::optional<ReceiptOutcome>>> Receipts::hear_of_erased(Found found,
                                                                     DeliveryReceipt receipt) {
  if (!receipt.word.opted_out) co_return ReceiptOutcome::repeated;
  Commit commit;
  BAUTA_CO_CHECK(co_await believe_opt_out_of_erased(parts_, commit, std::move(found.delivery)));
  co_return co_await commit_opt_out(std::move(commit));
}

Task<Result<std::optional<ReceiptOutcome>>> Receipts::commit_opt_out(Commit commit) {
  if (commit.puts.empty()) co_return ReceiptOutcome::repeated;  // the ledger knows
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed) co_return std::nullopt;
  co_return ReceiptOutcome::applied;
}

void Receipts::nudge(Commit& commit, const Delivery& delivery) {
  commit.append(work_log(partition_of(delivery.from)),
                encode_work_entry({.lane = {.number = delivery.from,
                                            .service = delivery.service,
                                            .person = delivery.person},
                                   .message = delivery.message,
                                   .seat = delivery.seat,
                                   .nudge = true}));
}

}  // namespace bauta
