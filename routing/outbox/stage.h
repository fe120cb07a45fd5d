#pragma once

#include <string>
#include <variant>

#include "routing/outbox/delivery.h"
#include "storage/store/task.h"

namespace bauta {

/// What a stage says of a text that is next in its lane.
struct Pass {};
struct HoldUntil {
  TimePoint at;
};
struct Block {
  std::string code;
};
using StageVerdict = std::variant<Pass, HoldUntil, Block>;

/// A step of the lane before the claim: the platform's word, content policy, media, quiet hours.  Everything slow or foreign is one of these,
/// so that carriers are answered in milliseconds and order survives a slow platform.  A text that is held is shown to every stage
/// again when its time comes, so a stage decides from what it is given, and keeps its own state elsewhere.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual Task<Result<StageVerdict>> look_at(Message message, Delivery delivery, TimePoint now) = 0;
};

}  // namespace bauta
