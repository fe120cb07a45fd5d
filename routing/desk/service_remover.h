#pragma once

#include <string>
#include <vector>

#include "routing/desk/eraser.h"
#include "routing/desk/insight.h"
#include "routing/desk/session_desk.h"
#include "routing/desk/workbench.h"
#include "routing/webhooks/webhooks.h"

namespace bauta {

/// Removes a service of which nothing lives.  First its door is closed (nothing new is given to a service that is being removed), then it is
/// looked through; what lives opens the door again.  What is left of ended sessions and of people is erased before the service itself goes, in
/// bounded commits: broken off anywhere, the same call goes on.  Its log of events expires by itself.  Thread-safe.
class ServiceRemover {
 public:
  /// How many ended sessions one call erases.
  static constexpr std::size_t kSessionsMax = 1'000;

  ServiceRemover(const Workbench& bench, const SessionDesk& sessions, const Eraser& eraser,
                 const Insight& insight, const Webhooks& webhooks)
      : bench_(bench),
        sessions_(sessions),
        eraser_(eraser),
        insight_(insight),
        webhooks_(webhooks) {}

  /// Codes: service.not_found, service.in_use (also: it is the last of `account`), storage.contended.
  Task<Status> remove(AccountId account, ServiceId service,
                      std::function<void(Commit&, const Service&)> also = {}) const;

 private:
  Task<Result<Stored<Service>>> close_door(ServiceId service) const;
  /// Does it fail, nothing is lost: the door stays closed until the removal is asked for again.
  Task<Status> open_door(ServiceId service) const;
  Task<Status> empty(ServiceId service) const;
  Task<Result<std::vector<std::string>>> what_lives(ServiceId service) const;
  Task<Result<bool>> has_open_session(ServiceId service) const;
  Task<Status> erase_sessions(ServiceId service) const;
  Task<Status> erase_rest(ServiceId service) const;
  Task<Status> erase_itself(Stored<Service> service,
                            std::function<void(Commit&, const Service&)> also) const;

  const Workbench& bench_;
  const SessionDesk& sessions_;
  const Eraser& eraser_;
  const Insight& insight_;
  const Webhooks& webhooks_;
};

}  // namespace bauta
