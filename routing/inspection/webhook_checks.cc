#include "routing/accounts/services.h"
#include "routing/inspection/inspector.h"
#include "routing/webhooks/progress.h"
#include "routing/webhooks/webhook.h"

namespace bauta {

Task<Status> Inspector::webhook(KeyedRecord record) {
  const auto decoded = decode_webhook(record);
  const auto* const webhook = readable(record.key, decoded);
  if (webhook == nullptr) co_return Status{};
  if (webhook_key(webhook->value.service, webhook->value.id) != record.key)
    report(record.key, "says that it is another webhook");
  BAUTA_CO_TRY(const bool there, co_await exists(Services::key_of(webhook->value.service)));
  if (!there) report(record.key, "is of a service that does not exist");
  co_return Status{};
}

Task<Status> Inspector::webhook_progress(KeyedRecord record) {
  const auto decoded = decode_progress(record.record);
  if (readable(record.key, decoded) == nullptr) co_return Status{};
  co_return co_await of_webhook(record.key, "hookat");
}

Task<Status> Inspector::webhook_attempts(KeyedRecord record) {
  const auto decoded = decode_attempts(record.record);
  if (readable(record.key, decoded) == nullptr) co_return Status{};
  co_return co_await of_webhook(record.key, "hooklog");
}

Task<Status> Inspector::of_webhook(Key key, std::string_view family) {
  KeyReader reader(key, family);
  const auto service = reader.id<ServiceTag>();
  const auto id = reader.id<WebhookTag>();
  BAUTA_CO_TRY(const bool there, co_await exists(webhook_key(service, id)));
  if (!there) report(key, "is of a webhook that does not exist");
  co_return Status{};
}

}  // namespace bauta
