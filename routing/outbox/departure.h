#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "routing/accounts/services.h"
#include "routing/outbox/carrier_port.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/lanes.h"
#include "routing/outbox/log_progress.h"
#include "routing/outbox/own_words.h"
#include "routing/outbox/relay_parts.h"
#include "routing/outbox/stage.h"
#include "routing/outbox/turns.h"
#include "routing/outbox/way_out.h"

namespace bauta {

/// After a failure of the store, or while a connection is missing: soon, and not in a spin.
inline constexpr std::chrono::seconds kLookAgain{1};

/// The head is through with its lane: it left, ended, or there is nothing of it any more.
struct Through {};
/// Or it is to be looked at again then.
using Progress = std::variant<Through, TimePoint>;

/// How the head of a lane leaves: judged, claimed durably, handed to its carrier, and the outcome made durable; or what it waits for.  One
/// thread; one call a lane at a time.
class Departure {
 public:
  /// `lanes` and `log` are those of the partition and outlive this, as `stages` do.
  Departure(std::uint32_t partition, RelayParts parts, CarrierPort& carriers,
            std::vector<Stage*> stages, Lanes& lanes, LogProgress& log)
      : partition_(partition),
        parts_(std::move(parts)),
        carriers_(carriers),
        stages_(std::move(stages)),
        lanes_(lanes),
        log_(log),
        turns_(carriers),
        services_(parts_.store),
        own_words_(parts_) {}

  /// Takes the head of a lane that has one as far as it goes.  Errors: storage.*; nothing was decided then.
  Task<Result<Progress>> advance(LaneKey key);
  /// A text fails without having been looked at by a carrier: a dead letter with this code.
  Task<Result<Progress>> end(WaitingText text, Stored<Delivery> delivery, std::string code) {
    return finish(text, std::move(delivery), DeliveryState::failed, std::move(code));
  }
  /// The head is through; if it did not leave, its turn is another lane's.
  void give_turn_back(const LaneKey& key) {
    auto& lane = lanes_.at(key);
    turns_.give_back(lane.turn, key.number);
    lane.barred_at.reset();
    lane.kept_from.clear();
  }

 private:
  Task<Result<Progress>> look_at_head(LaneKey key, WaitingText head);
  Task<Result<Progress>> pass_stages(LaneKey key, WaitingText head, Stored<Delivery> delivery,
                                     TimePoint now);
  Task<Result<Progress>> resolve_unknown(LaneKey key, WaitingText head, Stored<Delivery> delivery,
                                         TimePoint now);
  Task<Result<Progress>> claim(LaneKey key, WaitingText head, Stored<Delivery> delivery,
                               bool again);
  WayOut way_out_of(Lane& lane, const Delivery& delivery, std::vector<std::string> connections,
                    TimePoint now);
  std::optional<TimePoint> keep_from(Lane& lane, const std::string& connection,
                                     std::uint64_t closings, TimePoint now);
  void heed(const std::string& connection, const SubmitOutcome& answer);
  std::optional<TimePoint> wait_for_turn(const LaneKey& key, double rate,
                                         const std::string& connection, TimePoint now);
  Task<Result<Progress>> settle(LaneKey key, WaitingText head);
  Task<Result<std::optional<Progress>>> settle_once(WaitingText head, Stored<Delivery> current,
                                                    AnsweredClaim answered);
  Task<Status> keep_opt_out(AnsweredClaim answered);
  Task<Result<Progress>> finish(WaitingText head, Stored<Delivery> delivery, DeliveryState state,
                                std::string code, std::optional<OwnWords::Saying> also_say = {});

  std::uint32_t partition_;
  RelayParts parts_;
  CarrierPort& carriers_;
  std::vector<Stage*> stages_;
  Lanes& lanes_;
  LogProgress& log_;
  Turns turns_;
  Services services_;
  OwnWords own_words_;
};

}  // namespace bauta
