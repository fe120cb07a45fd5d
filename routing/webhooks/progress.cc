#include "routing/webhooks/progress.h"

#include <algorithm>
#include <array>
#include <utility>

#include "routing/webhooks/webhook.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::array<std::pair<AttemptResult, std::string_view>, 6> kResults{{
    {AttemptResult::delivered, "delivered"},
    {AttemptResult::refused, "refused"},
    {AttemptResult::gone, "gone"},
    {AttemptResult::unreachable, "unreachable"},
    {AttemptResult::timeout, "timeout"},
    {AttemptResult::address_refused, "address_refused"},
}};

std::unexpected<Error> corrupt() {
  return fail("storage.corrupt", "how far a webhook has come cannot be read; restore a backup");
}

void write(records::WebhookAttempts::Attempt& record, const WebhookAttempt& attempt) {
  record.set_number(attempt.number);
  record.set_event(std::string(attempt.event.bytes()));
  record.set_type(attempt.type);
  record.set_position(attempt.sequence);
  record.set_attempt(attempt.attempt);
  record.set_at_ms(to_millis(attempt.at));
  record.set_took_ms(attempt.answer.took.count());
  record.set_result(std::string(attempt_result_name(attempt.answer.result)));
  if (attempt.answer.status != 0) record.set_status(attempt.answer.status);
  if (!attempt.answer.error.empty()) record.set_error(attempt.answer.error);
}

Result<WebhookAttempt> read(const records::WebhookAttempts::Attempt& record) {
  const auto event = EventId::from_bytes(record.event());
  const auto result = parse_attempt_result(record.result());
  if (!event || !result) return corrupt();
  return WebhookAttempt{.number = record.number(),
                        .event = *event,
                        .type = record.type(),
                        .sequence = record.position(),
                        .attempt = record.attempt(),
                        .at = from_millis(record.at_ms()),
                        .answer = {.result = *result,
                                   .status = record.status(),
                                   .error = record.error(),
                                   .took = Duration(record.took_ms()),
                                   .retry_after = {}}};
}

}  // namespace

std::string_view attempt_result_name(AttemptResult result) {
  const auto* const found =
      std::ranges::find(kResults, result, &std::pair<AttemptResult, std::string_view>::first);
  BAUTA_ASSERT(found != kResults.end());
  return found->second;
}

std::optional<AttemptResult> parse_attempt_result(std::string_view name) {
  const auto* const found =
      std::ranges::find(kResults, name, &std::pair<AttemptResult, std::string_view>::second);
  if (found == kResults.end()) return std::nullopt;
  return found->first;
}

Key progress_key(ServiceId service, WebhookId id) { return Key("hookat").id(service).id(id); }

std::string encode_progress(const WebhookProgress& progress) {
  records::WebhookProgress record;
  record.set_generation(progress.generation);
  record.set_read_to(progress.read_to);
  for (const auto& open : progress.open) {
    auto* const one = record.add_open();
    one->set_position(open.position);
    // What the sandbox tells late waits though it was not tried.
    if (open.not_before != TimePoint{}) one->set_not_before_ms(to_millis(open.not_before));
    if (open.attempts == 0) continue;
    one->set_attempts(open.attempts);
    if (open.first_failed_at) one->set_first_failed_at_ms(to_millis(*open.first_failed_at));
  }
  if (progress.paused_until != TimePoint{})
    record.set_paused_until_ms(to_millis(progress.paused_until));
  return record.SerializeAsString();
}

Result<WebhookProgress> decode_progress(const Record& kept) {
  records::WebhookProgress record;
  if (!record.ParseFromString(kept.value)) return corrupt();
  WebhookProgress progress{.generation = record.generation(),
                           .read_to = record.read_to(),
                           .open = {},
                           .paused_until = from_millis(record.paused_until_ms())};
  for (const auto& one : record.open()) {
    progress.open.push_back({.position = one.position(),
                             .attempts = one.attempts(),
                             .first_failed_at = {},
                             .not_before = from_millis(one.not_before_ms())});
    if (one.has_first_failed_at_ms())
      progress.open.back().first_failed_at = from_millis(one.first_failed_at_ms());
  }
  return progress;
}

WebhookProgress progress_of(const Webhook& webhook, std::optional<WebhookProgress> filed) {
  if (!filed || filed->generation != webhook.generation)
    return {.generation = webhook.generation, .read_to = webhook.start, .open = {}};
  for (auto& open : filed->open) {
    if (open.first_failed_at && *open.first_failed_at < webhook.active_since) {
      open = {.position = open.position};
      filed->paused_until = {};
    }
  }
  return *std::move(filed);
}

void WebhookAttempts::add(WebhookAttempt attempt, std::size_t kept_max) {
  attempt.number = ++last_number;
  auto& kind = attempt.answer.result == AttemptResult::delivered ? delivered : failed;
  kind.push_back(std::move(attempt));
  while (kind.size() > kept_max) kind.pop_front();
}

std::vector<WebhookAttempt> WebhookAttempts::newest_first() const {
  std::vector<WebhookAttempt> all(delivered.begin(), delivered.end());
  all.insert(all.end(), failed.begin(), failed.end());
  std::ranges::sort(all, std::ranges::greater{}, &WebhookAttempt::number);
  return all;
}

Key attempts_key(ServiceId service, WebhookId id) { return Key("hooklog").id(service).id(id); }

std::string encode_attempts(const WebhookAttempts& attempts) {
  records::WebhookAttempts record;
  record.set_last_number(attempts.last_number);
  for (const auto& attempt : attempts.delivered) write(*record.add_delivered(), attempt);
  for (const auto& attempt : attempts.failed) write(*record.add_failed(), attempt);
  return record.SerializeAsString();
}

Result<WebhookAttempts> decode_attempts(const Record& kept) {
  records::WebhookAttempts record;
  if (!record.ParseFromString(kept.value)) return corrupt();
  WebhookAttempts attempts{.last_number = record.last_number()};
  for (const auto& one : record.delivered()) {
    BAUTA_TRY(auto attempt, read(one));
    attempts.delivered.push_back(std::move(attempt));
  }
  for (const auto& one : record.failed()) {
    BAUTA_TRY(auto attempt, read(one));
    attempts.failed.push_back(std::move(attempt));
  }
  return attempts;
}

}  // namespace bauta
