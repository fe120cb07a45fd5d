#pragma once

#include "routing/outbox/stage.h"

namespace bauta::testing_routing {

/// Holds every text until then.
class Hold final : public Stage {
 public:
  explicit Hold(TimePoint until) : until_(until) {}
  Task<Result<StageVerdict>> look_at(Message, Delivery, TimePoint now) override {
    if (now < until_) co_return HoldUntil{until_};
    co_return Pass{};
  }

 private:
  TimePoint until_;
};

}  // namespace bauta::testing_routing
