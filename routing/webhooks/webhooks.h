#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "routing/accounts/keys.h"
#include "routing/webhooks/progress.h"
#include "routing/webhooks/webhook.h"

namespace bauta {

/// The webhooks of all services.  Thread-safe, reads no clock.  Error codes, beside those of the store: webhook.not_found, webhook.too_many,
/// webhook.replay_range, event.not_found, service.not_found, service.removing, storage.contended.
class Webhooks {
 public:
  Webhooks(Store& store, Random& random) : store_(store), random_(random) {}

  /// Further writes of the commit that makes or changes a webhook, which is as it will be.  Asked again for every try.
  using Also = std::function<void(Commit&, const Webhook&)>;

  /// Makes `webhook` with an id and a secret of its own, to be told what happens from now on.  Of a service at most `most`; two that are made at
  /// the same moment may both find room.
  Task<Result<Webhook>> create(Webhook webhook, std::size_t most, TimePoint now, Also also = {});
  Task<Result<std::vector<Webhook>>> all_of(ServiceId service) const;
  Task<Result<Stored<Webhook>>> find(ServiceId service, WebhookId id) const;
  /// A page of all services' webhooks behind `after`, for who drives them.
  struct Found {
    std::vector<Stored<Webhook>> webhooks;
    std::optional<Key> next;
  };
  Task<Result<Found>> all(std::optional<Key> after) const;

  /// `change` is asked again when others changed it meanwhile.  If it disables the webhook, the service is told so with `webhook.disabled`.
  Task<Result<Webhook>> change(ServiceId service, WebhookId id,
                               std::function<void(Webhook&)> change, TimePoint now,
                               Also also = {}) const;
  Task<Status> remove(ServiceId service, WebhookId id, Also also = {}) const;
  /// A new secret signs from now on; those before it for `overlap` more.
  Task<Result<Webhook>> rotate(ServiceId service, WebhookId id, std::chrono::seconds overlap,
                               TimePoint now, Also also = {}) const;
  /// It goes on where it stopped, and what it refused before is forgiven.  Of one that is active: nothing.
  Task<Result<Webhook>> enable(ServiceId service, WebhookId id, TimePoint now,
                               Also also = {}) const;
  /// False: it was changed since it was read as `was`, and nothing is done.  Tells the service with `webhook.disabled`.
  Task<Result<bool>> disable(Stored<Webhook> was, DisabledBecause reason, TimePoint now) const;
  /// It is told again everything from `event`, or from the position `sequence`, on: each at least once more.
  Task<Result<Webhook>> replay(ServiceId service, WebhookId id, EventId event, TimePoint now,
                               Also also = {}) const;
  Task<Result<Webhook>> replay(ServiceId service, WebhookId id, Position sequence, TimePoint now,
                               Also also = {}) const;
  /// It is told again the events from `from` to `to`, both included, that it was told already, and goes on where it was besides.  At most
  /// kReplayedMax events of the log.  Codes also: webhook.replay_range.
  Task<Result<Webhook>> replay_range(ServiceId service, WebhookId id, EventId from, EventId to,
                                     TimePoint now, Also also = {}) const;
  static constexpr Position kReplayedMax = 1'000;

  struct State {
    WebhookProgress progress;
    WebhookAttempts attempts;
  };
  Task<Result<State>> state_of(Webhook webhook) const;
  /// The events of progress.open that there still are.
  Task<Result<std::vector<Event>>> open_events(ServiceId service, WebhookProgress progress) const;
  /// Files how far it has come; false: the webhook is not at `version` any more, and nothing is done.
  Task<Result<bool>> file(Webhook webhook, Version version, State state) const;

  /// Whether texts may be told to it: it asked for them, and its key is still there and may read them.
  Task<Result<bool>> may_read_texts(const ApiKeys& keys, Webhook webhook, TimePoint now) const;
  /// What was said in the message that `event` is about; none: it is about none, or the text is erased.
  Task<Result<std::optional<std::string>>> text_of(ServiceId service, Event event) const;

 private:
  struct Range {
    Position from = 0;
    Position to = 0;
  };
  /// Codes: event.not_found.
  Task<Result<Position>> position_of(ServiceId service, EventId event) const;
  Task<Result<Range>> range_of(ServiceId service, EventId from, EventId to) const;
  /// Of the events in `range` that `webhook` wants, where they stand.
  Task<Result<std::vector<Position>>> wanted_in(Webhook webhook, Range range) const;
  /// nullopt: a conflict.
  Task<Result<std::optional<Webhook>>> try_replay(Stored<Webhook> was, Range range, TimePoint now,
                                                  Also also) const;

  Store& store_;
  Random& random_;
};

/// The header `webhook-signature` at `now`: one signature for each secret that counts, the newest first.
std::string signatures_of(const Webhook& webhook, const SignedMessage& message, TimePoint now);

}  // namespace bauta
