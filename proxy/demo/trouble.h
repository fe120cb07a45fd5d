#pragma once

#include <json/forwards.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

#include "storage/store/result.h"

namespace bauta {

/// When the simulated carrier reports what became of a text: before it answers the hand-over, after it, or not at all.
enum class ReceiptMode : std::uint8_t { early, normal, never };

/// What the simulated carrier does wrong, on request.  Percentages are of texts or callbacks, each rolled on its own.
struct Trouble {
  static constexpr std::uint32_t kDelayMax = 600'000;

  /// Before a text reaches a phone, and before each callback.
  std::uint32_t delay_ms = 0;
  /// A text never reaches its phone (and is reported undelivered); of a callback, the relay's answer is lost, so that it comes again.
  std::uint32_t loss_percent = 0;
  /// A callback is made twice, though it was answered.
  std::uint32_t duplicate_percent = 0;
  /// A text or callback is held back, so that later ones overtake it.
  std::uint32_t reorder_percent = 0;
  ReceiptMode receipts = ReceiptMode::normal;
  std::uint32_t refuse_percent = 0;    // 400
  std::uint32_t throttle_percent = 0;  // 429
  std::uint32_t hang_percent = 0;      // taken, and never answered
  std::uint64_t seed = 1;
};

/// All fields that are left out have their defaults.  Codes: request.invalid.
Result<Trouble> parse_trouble(const Json::Value& object);
Json::Value trouble_json(const Trouble& trouble);

/// Rolls what happens to whom.  The same seed and the same calls give the same trouble.
class TroubleDice {
 public:
  enum class Answer : std::uint8_t { accept, refuse, throttle, hang };
  struct TextFate {
    Answer answer = Answer::accept;
    bool lost = false;
    std::chrono::milliseconds delay{0};
  };
  struct CallbackFate {
    bool answer_lost = false;
    bool twice = false;
    /// Others do not wait for it.
    bool overtaken = false;
    std::chrono::milliseconds delay{0};
  };

  explicit TroubleDice(Trouble trouble) : trouble_(trouble), random_(trouble.seed) {}
  const Trouble& trouble() const { return trouble_; }

  TextFate roll_text();
  CallbackFate roll_callback();

 private:
  bool roll(std::uint32_t percent) { return random_() % 100 < percent; }
  std::chrono::milliseconds held_back();

  Trouble trouble_;
  std::mt19937_64 random_;  // its numbers are the same on every machine
};

}  // namespace bauta
