#include "routing/webhooks/webhooks.h"

#include <algorithm>
#include <utility>

#include "routing/accounts/services.h"
#include "routing/outbox/delivery.h"

namespace bauta {
namespace {

constexpr int kTries = 3;
constexpr std::uint32_t kPage = 500;
/// Who rotates more often than the overlaps end loses the oldest.
constexpr std::size_t kSecretsMax = 5;

std::unexpected<Error> not_found(WebhookId id) {
  return fail("webhook.not_found", "this service has no webhook " + id.str());
}

void tell_that_disabled(Commit& commit, const Webhook& webhook, TimePoint now, Random& random) {
  EventLog::append(
      commit, webhook.service,
      EventLog::make(EventType::webhook_disabled, {}, now, random,
                     {{"webhook", webhook.id.str()},
                      {"reason", std::string(disabled_reason_name(webhook.disabled->reason))}}));
}

}  // namespace

Task<Result<Webhook>> Webhooks::create(Webhook webhook, std::size_t most, TimePoint now,
                                       Also also) {
  const EventLog events(store_);
  BAUTA_CO_TRY(const auto others, co_await all_of(webhook.service));
  if (others.size() >= most) {
    co_return fail("webhook.too_many",
                   "a service has at most " + std::to_string(most) + " webhooks: delete one first");
  }
  BAUTA_CO_TRY(webhook.start, co_await events.head(webhook.service));
  webhook.id = WebhookId::make(to_millis(now), random_);
  webhook.secrets = {{.key = new_signing_key(random_)}};
  webhook.created_at = now;
  webhook.active_since = now;
  const Key key = webhook_key(webhook.service, webhook.id);
  BAUTA_CO_TRY(const auto guard, co_await Services::open_door(store_, webhook.service));
  Commit commit;
  commit.expect(Services::key_of(webhook.service), guard);
  commit.expect(key, kAbsent);
  commit.put(key, encode_webhook(webhook));
  if (also) also(commit, webhook);
  BAUTA_CO_TRY(const auto done, co_await commit_settled(store_, std::move(commit), key));
  if (!done) co_return fail("storage.contended", "its service was just changed; try again");
  co_return webhook;
}

Task<Result<std::vector<Webhook>>> Webhooks::all_of(ServiceId service) const {
  auto request = ScanRequest::prefix(webhooks_prefix(service));
  request.records_max = kPage;
  std::vector<Webhook> webhooks;
  for (bool more = true; more;) {
    BAUTA_CO_TRY(const auto page, co_await store_.scan(request));
    for (const KeyedRecord& keyed : page.records) {
      BAUTA_CO_TRY(auto stored, decode_webhook(keyed));
      webhooks.push_back(std::move(stored.value));
    }
    more = page.more;
    if (more) request.after = page.records.empty() ? page.resume_after : page.records.back().key;
  }
  co_return webhooks;
}

Task<Result<Webhooks::Found>> Webhooks::all(std::optional<Key> after) const {
  auto request = ScanRequest::prefix(webhooks_prefix());
  request.records_max = kPage;
  request.after = std::move(after);
  BAUTA_CO_TRY(const auto page, co_await store_.scan(std::move(request)));
  Found found;
  for (const KeyedRecord& keyed : page.records) {
    BAUTA_CO_TRY(auto stored, decode_webhook(keyed));
    found.webhooks.push_back(std::move(stored));
  }
  if (page.more)
    found.next = page.records.empty() ? page.resume_after : std::optional(page.records.back().key);
  co_return found;
}

Task<Result<Stored<Webhook>>> Webhooks::find(ServiceId service, WebhookId id) const {
  const Key key = webhook_key(service, id);
  BAUTA_CO_TRY(auto record, co_await store_.get(key));
  if (!record) co_return not_found(id);
  co_return decode_webhook({.key = key, .record = *std::move(record)});
}

Task<Result<Webhook>> Webhooks::change(ServiceId service, WebhookId id,
                                       std::function<void(Webhook&)> change, TimePoint now,
                                       Also also) const {
  for (int i = 0; i < kTries; ++i) {
    BAUTA_CO_TRY(const auto was, co_await find(service, id));
    Webhook webhook = was.value;
    change(webhook);
    // Who replays a journal gives it the revision that was told there.
    if (is_told_otherwise(webhook, was.value))
      webhook.revision = std::max(webhook.revision, was.value.revision + 1);
    Commit commit;
    commit.expect(webhook_key(service, id), was.version);
    commit.put(webhook_key(service, id), encode_webhook(webhook));
    if (webhook.disabled && !was.value.disabled) tell_that_disabled(commit, webhook, now, random_);
    if (also) also(commit, webhook);
    const Key witness = add_witness(commit, now, random_);
    BAUTA_CO_TRY(const auto done, co_await commit_settled(store_, std::move(commit), witness));
    if (done) co_return webhook;
  }
  co_return fail("storage.contended", "others changed this webhook at the same time: ask again");
}

Task<Status> Webhooks::remove(ServiceId service, WebhookId id, Also also) const {
  for (int i = 0; i < kTries; ++i) {
    BAUTA_CO_TRY(const auto was, co_await find(service, id));
    Commit commit;
    commit.expect(webhook_key(service, id), was.version);
    commit.erase(webhook_key(service, id));
    commit.erase(progress_key(service, id));
    commit.erase(attempts_key(service, id));
    if (also) also(commit, was.value);
    BAUTA_CO_TRY(const auto done, co_await commit_once(store_, std::move(commit)));
    if (done) co_return Status{};
  }
  co_return fail("storage.contended", "others changed this webhook at the same time: ask again");
}

Task<Result<Webhook>> Webhooks::rotate(ServiceId service, WebhookId id,
                                       std::chrono::seconds overlap, TimePoint now,
                                       Also also) const {
  const WebhookSecret fresh{.key = new_signing_key(random_)};
  return change(
      service, id,
      [fresh, overlap, now](Webhook& webhook) {
        for (auto& secret : webhook.secrets)
          secret.signs_until = std::min(secret.signs_until.value_or(now + overlap), now + overlap);
        std::erase_if(webhook.secrets,
                      [&](const auto& secret) { return *secret.signs_until <= now; });
        webhook.secrets.insert(webhook.secrets.begin(), fresh);
        if (webhook.secrets.size() > kSecretsMax) webhook.secrets.resize(kSecretsMax);
      },
      now, std::move(also));
}

Task<Result<Webhook>> Webhooks::enable(ServiceId service, WebhookId id, TimePoint now,
                                       Also also) const {
  return change(
      service, id,
      [now](Webhook& webhook) {
        if (!webhook.disabled) return;
        webhook.disabled.reset();
        webhook.active_since = now;
      },
      now, std::move(also));
}

Task<Result<bool>> Webhooks::disable(Stored<Webhook> was, DisabledBecause reason,
                                     TimePoint now) const {
  Webhook webhook = std::move(was.value);
  webhook.disabled = {.reason = reason, .at = now};
  const Key key = webhook_key(webhook.service, webhook.id);
  Commit commit;
  commit.expect(key, was.version);
  commit.put(key, encode_webhook(webhook));
  tell_that_disabled(commit, webhook, now, random_);
  const Key witness = add_witness(commit, now, random_);
  BAUTA_CO_TRY(const auto done, co_await commit_settled(store_, std::move(commit), witness));
  co_return done.has_value();
}

Task<Result<Webhook>> Webhooks::replay(ServiceId service, WebhookId id, EventId event,
                                       TimePoint now, Also also) const {
  BAUTA_CO_TRY(const auto position, co_await position_of(service, event));
  co_return co_await replay(service, id, position, now, std::move(also));
}

Task<Result<Webhook>> Webhooks::replay(ServiceId service, WebhookId id, Position sequence,
                                       TimePoint now, Also also) const {
  return change(
      service, id,
      [sequence](Webhook& webhook) {
        webhook.start = sequence == 0 ? 0 : sequence - 1;
        ++webhook.generation;
      },
      now, std::move(also));
}

Task<Result<Webhook>> Webhooks::replay_range(ServiceId service, WebhookId id, EventId from,
                                             EventId to, TimePoint now, Also also) const {
  BAUTA_CO_TRY(const auto range, co_await range_of(service, from, to));
  for (int i = 0; i < kTries; ++i) {
    BAUTA_CO_TRY(auto was, co_await find(service, id));
    BAUTA_CO_TRY(auto replayed, co_await try_replay(std::move(was), range, now, also));
    if (replayed) co_return *std::move(replayed);
  }
  co_return fail("storage.contended", "others changed this webhook at the same time: ask again");
}

Task<Result<Position>> Webhooks::position_of(ServiceId service, EventId event) const {
  const EventLog events(store_);
  BAUTA_CO_TRY(const auto found, co_await events.find(service, event));
  if (!found) co_return fail("event.not_found", "this service's log holds no event " + event.str());
  co_return *found;
}

Task<Result<Webhooks::Range>> Webhooks::range_of(ServiceId service, EventId from,
                                                 EventId to) const {
  Range range;
  BAUTA_CO_TRY(range.from, co_await position_of(service, from));
  BAUTA_CO_TRY(range.to, co_await position_of(service, to));
  if (range.to < range.from)
    co_return fail("webhook.replay_range", "`to` happened before `from`: exchange them");
  if (range.to - range.from >= kReplayedMax) {
    co_return fail("webhook.replay_range", "from `from` to `to` there are more than " +
                                               std::to_string(kReplayedMax) +
                                               " events: ask for one part after the other");
  }
  co_return range;
}

Task<Result<std::vector<Position>>> Webhooks::wanted_in(Webhook webhook, Range range) const {
  const EventLog events(store_);
  std::vector<Position> wanted;
  for (Position behind = range.from - 1; behind < range.to;) {
    const auto most = static_cast<std::uint32_t>(std::min<Position>(kPage, range.to - behind));
    BAUTA_CO_TRY(const auto page, co_await events.after(webhook.service, behind, most));
    for (const Event& event : page.events) {
      if (event.sequence <= range.to && wants(webhook, event.type))
        wanted.push_back(event.sequence);
    }
    if (!page.next) break;
    behind = page.events.empty() ? *page.next : page.events.back().sequence;
  }
  co_return wanted;
}

/// The events of the range are opened again beside those that are open: what comes behind them is read as before.
Task<Result<std::optional<Webhook>>> Webhooks::try_replay(Stored<Webhook> was, Range range,
                                                          TimePoint now, Also also) const {
  Webhook webhook = std::move(was.value);
  const Key key = webhook_key(webhook.service, webhook.id);
  const Key filed_under = progress_key(webhook.service, webhook.id);
  BAUTA_CO_TRY(const auto record, co_await store_.get(filed_under));
  std::optional<WebhookProgress> filed;
  if (record) {
    BAUTA_CO_TRY(filed, decode_progress(*record));
  }
  auto progress = progress_of(webhook, std::move(filed));
  BAUTA_CO_TRY(const auto wanted, co_await wanted_in(webhook, range));
  for (const Position position : wanted) {
    // What was not read yet is told as it comes, and what is open is not told twice.
    const bool is_open = std::ranges::find(progress.open, position,
                                           &WebhookProgress::Open::position) != progress.open.end();
    if (position <= progress.read_to && !is_open) progress.open.push_back({.position = position});
  }
  std::ranges::sort(progress.open, {}, &WebhookProgress::Open::position);
  progress.generation = ++webhook.generation;
  Commit commit;
  commit.expect(key, was.version).put(key, encode_webhook(webhook));
  // Who drives it files without expecting what was filed: in between it may have gone on.
  commit.expect(filed_under, record ? record->version : kAbsent);
  commit.put(filed_under, encode_progress(progress));
  if (also) also(commit, webhook);
  const Key witness = add_witness(commit, now, random_);
  BAUTA_CO_TRY(const auto done, co_await commit_settled(store_, std::move(commit), witness));
  if (!done) co_return std::optional<Webhook>{};
  co_return std::optional(std::move(webhook));
}

Task<Result<Webhooks::State>> Webhooks::state_of(Webhook webhook) const {
  std::vector<Key> keys;
  keys.push_back(progress_key(webhook.service, webhook.id));
  keys.push_back(attempts_key(webhook.service, webhook.id));
  BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
  std::optional<WebhookProgress> filed;
  if (records[0]) {
    BAUTA_CO_TRY(filed, decode_progress(*records[0]));
  }
  State state{.progress = progress_of(webhook, std::move(filed)), .attempts = {}};
  if (records[1]) {
    BAUTA_CO_TRY(state.attempts, decode_attempts(*records[1]));
  }
  co_return state;
}

Task<Result<std::vector<Event>>> Webhooks::open_events(ServiceId service,
                                                       WebhookProgress progress) const {
  const EventLog events(store_);
  std::vector<Position> positions;
  for (const auto& open : progress.open) positions.push_back(open.position);
  co_return co_await events.at(service, std::move(positions));
}

Task<Result<bool>> Webhooks::file(Webhook webhook, Version version, State state) const {
  Commit commit;
  commit.expect(webhook_key(webhook.service, webhook.id), version);
  commit.put(progress_key(webhook.service, webhook.id), encode_progress(state.progress));
  commit.put(attempts_key(webhook.service, webhook.id), encode_attempts(state.attempts));
  BAUTA_CO_TRY(const auto done, co_await commit_once(store_, std::move(commit)));
  co_return done.has_value();
}

Task<Result<bool>> Webhooks::may_read_texts(const ApiKeys& keys, Webhook webhook,
                                            TimePoint now) const {
  if (!webhook.include_text) co_return false;
  BAUTA_CO_TRY(const auto all, co_await keys.all_of(webhook.account));
  const auto key = std::ranges::find(all, webhook.key, &ApiKey::id);
  co_return key != all.end() && key->may(Scope::messages_read) &&
      !(key->expires_at && *key->expires_at <= now);
}

Task<Result<std::optional<std::string>>> Webhooks::text_of(ServiceId service, Event event) const {
  const auto message = MessageId::parse(datum(event, "message"));
  if (!message) co_return std::optional<std::string>();
  BAUTA_CO_TRY(const auto record,
               co_await store_.get(message_key(service, event.session, *message)));
  if (!record) co_return std::optional<std::string>();
  BAUTA_CO_TRY(const auto told, decode_message(*record));
  co_return std::optional(std::string(told.text.reveal()));
}

std::string signatures_of(const Webhook& webhook, const SignedMessage& message, TimePoint now) {
  std::string signatures;
  for (const auto& secret : webhook.secrets) {
    if (secret.signs_until && *secret.signs_until <= now) continue;
    if (!signatures.empty()) signatures += " ";
    signatures += sign(webhook.signature, secret.key, message);
  }
  return signatures;
}

}  // namespace bauta
