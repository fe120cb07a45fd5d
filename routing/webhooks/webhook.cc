#include "routing/webhooks/webhook.h"

#include <algorithm>
#include <array>
#include <utility>

#include "routing/webhooks/webhook.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::array<std::pair<DisabledBecause, std::string_view>, 4> kReasons{{
    {DisabledBecause::request, "request"},
    {DisabledBecause::failing, "failing"},
    {DisabledBecause::gone, "gone"},
    {DisabledBecause::restored, "restored"},
}};

std::unexpected<Error> corrupt() {
  return fail("storage.corrupt", "the record of a webhook cannot be read; restore a backup");
}

Result<DisabledBecause> parse_reason(std::string_view name) {
  const auto* const found =
      std::ranges::find(kReasons, name, &std::pair<DisabledBecause, std::string_view>::second);
  if (found == kReasons.end()) return corrupt();
  return found->first;
}

/// "message" of "message.*"; nullopt: it is no such pattern.
std::optional<std::string_view> group_of(std::string_view pattern) {
  if (!pattern.ends_with(".*")) return std::nullopt;
  return pattern.substr(0, pattern.size() - 1);
}

bool matches(std::string_view pattern, std::string_view type) {
  if (pattern == "*" || pattern == type) return true;
  const auto group = group_of(pattern);
  return group && type.starts_with(*group);
}

}  // namespace

std::string_view disabled_reason_name(DisabledBecause reason) {
  const auto* const found =
      std::ranges::find(kReasons, reason, &std::pair<DisabledBecause, std::string_view>::first);
  BAUTA_ASSERT(found != kReasons.end());
  return found->second;
}

bool is_told_otherwise(const Webhook& one, const Webhook& other) {
  return one.url != other.url || one.types != other.types ||
         one.include_text != other.include_text || one.key != other.key ||
         one.signature != other.signature || one.secrets != other.secrets ||
         one.disabled.has_value() != other.disabled.has_value();
}

Key webhooks_prefix() { return Key("hook"); }
Key webhooks_prefix(ServiceId service) { return Key("hook").id(service); }
Key webhook_key(ServiceId service, WebhookId id) { return Key("hook").id(service).id(id); }

std::string encode_webhook(const Webhook& webhook) {
  records::Webhook record;
  record.set_id(std::string(webhook.id.bytes()));
  record.set_account(std::string(webhook.account.bytes()));
  record.set_api_key(std::string(webhook.key.bytes()));
  record.set_url(webhook.url);
  for (const auto& type : webhook.types) record.add_types(type);
  record.set_include_text(webhook.include_text);
  record.set_signature(std::string(signature_kind_name(webhook.signature)));
  for (const auto& secret : webhook.secrets) {
    auto* const kept = record.add_secrets();
    kept->set_key(secret.key);
    if (secret.signs_until) kept->set_signs_until_ms(to_millis(*secret.signs_until));
  }
  if (webhook.disabled) {
    record.set_disabled_reason(std::string(disabled_reason_name(webhook.disabled->reason)));
    record.set_disabled_at_ms(to_millis(webhook.disabled->at));
  }
  record.set_created_at_ms(to_millis(webhook.created_at));
  record.set_active_since_ms(to_millis(webhook.active_since));
  record.set_start(webhook.start);
  record.set_generation(webhook.generation);
  record.set_revision(webhook.revision);
  if (webhook.misbehave != Misbehaviour{}) {
    auto* const kept = record.mutable_misbehave();
    kept->set_twice(webhook.misbehave.twice);
    kept->set_late_seconds(webhook.misbehave.late.count());
    kept->set_shuffle(webhook.misbehave.shuffle);
    kept->set_fail_one_in(webhook.misbehave.fail_one_in);
  }
  return record.SerializeAsString();
}

Result<Stored<Webhook>> decode_webhook(const KeyedRecord& keyed) {
  records::Webhook record;
  if (!record.ParseFromString(keyed.record.value)) return corrupt();
  const auto id = WebhookId::from_bytes(record.id());
  const auto account = AccountId::from_bytes(record.account());
  const auto key = ApiKeyId::from_bytes(record.api_key());
  const auto signature = parse_signature_kind(record.signature());
  if (!id || !account || !key || !signature || record.secrets().empty()) return corrupt();
  Webhook webhook{.id = *id,
                  .account = *account,
                  .key = *key,
                  .url = record.url(),
                  .types = {record.types().begin(), record.types().end()},
                  .include_text = record.include_text(),
                  .signature = *signature,
                  .created_at = from_millis(record.created_at_ms()),
                  .active_since = from_millis(record.active_since_ms()),
                  .start = record.start(),
                  .generation = record.generation(),
                  .misbehave = {.twice = record.misbehave().twice(),
                                .late = std::chrono::seconds(record.misbehave().late_seconds()),
                                .shuffle = record.misbehave().shuffle(),
                                .fail_one_in = record.misbehave().fail_one_in()},
                  .revision = record.revision()};
  KeyReader reader(keyed.key, "hook");
  webhook.service = reader.id<ServiceTag>();
  for (const auto& kept : record.secrets()) {
    webhook.secrets.push_back({.key = kept.key()});
    if (kept.has_signs_until_ms())
      webhook.secrets.back().signs_until = from_millis(kept.signs_until_ms());
  }
  if (record.has_disabled_reason()) {
    BAUTA_TRY(const auto reason, parse_reason(record.disabled_reason()));
    webhook.disabled = {.reason = reason, .at = from_millis(record.disabled_at_ms())};
  }
  return Stored<Webhook>{.value = std::move(webhook), .version = keyed.record.version};
}

bool is_type_pattern(std::string_view pattern) {
  return std::ranges::any_of(event_type_names(),
                             [&](std::string_view type) { return matches(pattern, type); });
}

bool wants(const Webhook& webhook, EventType type) {
  const auto name = event_type_name(type);
  return std::ranges::any_of(webhook.types,
                             [&](const std::string& pattern) { return matches(pattern, name); });
}

}  // namespace bauta
