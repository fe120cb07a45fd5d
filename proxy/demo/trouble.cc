#include "proxy/demo/trouble.h"

#include <json/value.h>

#include <map>
#include <string_view>

namespace bauta {
namespace {

/// How long something is held back at most so that others overtake it, beside the delay that all have.
constexpr std::uint32_t kHeldBackMax = 500;

std::unexpected<Error> invalid(std::string detail) {
  return fail("request.invalid", std::move(detail));
}

struct Number {
  std::uint32_t Trouble::* field;
  std::uint32_t most;
};

const std::map<std::string, Number>& numbers() {
  static const std::map<std::string, Number> kNumbers = {
      {"delay_ms", {&Trouble::delay_ms, Trouble::kDelayMax}},
      {"loss_percent", {&Trouble::loss_percent, 100}},
      {"duplicate_percent", {&Trouble::duplicate_percent, 100}},
      {"reorder_percent", {&Trouble::reorder_percent, 100}},
      {"refuse_percent", {&Trouble::refuse_percent, 100}},
      {"throttle_percent", {&Trouble::throttle_percent, 100}},
      {"hang_percent", {&Trouble::hang_percent, 100}},
  };
  return kNumbers;
}

const std::map<std::string, ReceiptMode>& receipt_modes() {
  static const std::map<std::string, ReceiptMode> kModes = {
      {"early", ReceiptMode::early},
      {"normal", ReceiptMode::normal},
      {"never", ReceiptMode::never},
  };
  return kModes;
}

}  // namespace

Result<Trouble> parse_trouble(const Json::Value& object) {
  Trouble trouble;
  for (const auto& name : object.getMemberNames()) {
    const auto& value = object[name];
    if (const auto number = numbers().find(name); number != numbers().end()) {
      if (!value.isUInt() || value.asUInt() > number->second.most) {
        return invalid(name + " is a whole number from 0 to " +
                       std::to_string(number->second.most));
      }
      trouble.*(number->second.field) = value.asUInt();
    } else if (name == "receipts") {
      const auto mode = receipt_modes().find(value.isString() ? value.asString() : "");
      if (mode == receipt_modes().end()) return invalid("receipts is early, normal or never");
      trouble.receipts = mode->second;
    } else if (name == "seed") {
      if (!value.isUInt64()) return invalid("seed is a whole number, not negative");
      trouble.seed = value.asUInt64();
    } else {
      return invalid("there is no field '" + name + "'");
    }
  }
  return trouble;
}

Json::Value trouble_json(const Trouble& trouble) {
  Json::Value object;
  for (const auto& [name, number] : numbers()) object[name] = trouble.*(number.field);
  for (const auto& [name, mode] : receipt_modes()) {
    if (mode == trouble.receipts) object["receipts"] = name;
  }
  object["seed"] = static_cast<Json::UInt64>(trouble.seed);
  return object;
}

std::chrono::milliseconds TroubleDice::held_back() {
  return std::chrono::milliseconds{1 + random_() % kHeldBackMax};
}

TroubleDice::TextFate TroubleDice::roll_text() {
  TextFate fate{.answer = Answer::accept,
                .lost = false,
                .delay = std::chrono::milliseconds{trouble_.delay_ms}};
  if (roll(trouble_.refuse_percent)) {
    fate.answer = Answer::refuse;
  } else if (roll(trouble_.throttle_percent)) {
    fate.answer = Answer::throttle;
  } else if (roll(trouble_.hang_percent)) {
    fate.answer = Answer::hang;
  }
  fate.lost = roll(trouble_.loss_percent);
  if (roll(trouble_.reorder_percent)) fate.delay += held_back();
  return fate;
}

TroubleDice::CallbackFate TroubleDice::roll_callback() {
  CallbackFate fate{.answer_lost = roll(trouble_.loss_percent),
                    .twice = roll(trouble_.duplicate_percent),
                    .overtaken = roll(trouble_.reorder_percent),
                    .delay = std::chrono::milliseconds{trouble_.delay_ms}};
  if (fate.overtaken) fate.delay += held_back();
  return fate;
}

}  // namespace bauta
