#include "proxy/carriers/twilio_answers.h"

#include <json/value.h>

#include <map>
#include <string>
#include <utility>

#include "pool/address/real_address.h"
#include "proxy/carriers/provider_id.h"
#include "proxy/carriers/retry_after.h"
#include "proxy/net/json.h"
#include "routing/text/message_text.h"

namespace bauta::twilio {
namespace {

constexpr std::size_t kDetailOctetsMax = 300;

SubmitOutcome refused(int code, std::string detail) {
  detail = redact_numbers(MessageText::from_carrier(detail).reveal());
  if (detail.size() > kDetailOctetsMax) {
    detail.resize(kDetailOctetsMax);
    detail = MessageText::from_carrier(detail).reveal();  // the cut may have halved a character
  }
  if (code != 0) detail = std::to_string(code) + (detail.empty() ? "" : ": ") + detail;
  switch (code) {
    case 21610:  // the recipient has opted out
      return SubmitRefused{"carrier.opted_out", std::move(detail), true};
    case 21211:  // no valid number
    case 21612:  // cannot be reached from this sender
    case 21614:  // not a mobile
      return SubmitRefused{"carrier.bad_recipient", std::move(detail), false};
    default:
      return SubmitRefused{"carrier.refused", std::move(detail), false};
  }
}

}  // namespace

ReceiptStatus receipt_status_of(std::string_view word, std::string_view error_code) {
  static const std::map<std::string_view, ReceiptStatus> kWords = {
      {"accepted", ReceiptStatus::queued},
      {"scheduled", ReceiptStatus::queued},
      {"queued", ReceiptStatus::queued},
      {"sending", ReceiptStatus::queued},
      {"sent", ReceiptStatus::sent},
      {"partially_delivered", ReceiptStatus::sent},
      {"delivered", ReceiptStatus::delivered},
      {"read", ReceiptStatus::delivered},
      {"undelivered", ReceiptStatus::undelivered},
      {"failed", ReceiptStatus::failed},
      {"canceled", ReceiptStatus::failed},
  };
  const auto known = kWords.find(word);
  if (known == kWords.end()) return ReceiptStatus::unknown_word;
  // Opted out, and taken for spam: somebody decided against this text.
  const bool rejected = error_code == "21610" || error_code == "30007";
  if (known->second == ReceiptStatus::failed && rejected) return ReceiptStatus::rejected;
  return known->second;
}

SubmitOutcome outcome_of(const HttpAnswer& answer, TimePoint now) {
  const auto body = read_foreign_json(answer.body);
  const auto field = answer.headers.find("Retry-After");
  const auto retry_after = field ? parse_retry_after(*field, now) : std::nullopt;

  if (answer.status >= 200 && answer.status < 300) {
    auto sid = body ? string_in(*body, "sid") : "";
    if (!is_provider_id(sid)) return SubmitUnknown{"carrier.unreadable_answer"};
    return SubmitAccepted{{std::move(sid)}};
  }
  const int code = body ? int_in(*body, "code") : 0;
  // 20429: too many requests at once, this one was not looked at.
  if (answer.status == 429 || code == 20429) return SubmitLater{"carrier.throttled", retry_after};
  if (answer.status == 503 && retry_after) return SubmitLater{"carrier.busy", retry_after};
  // Our own credentials, account or address of the API are wrong: no reason to give up people's texts before their deadline.
  const bool ours = answer.status == 401 || answer.status == 403 || answer.status == 404;
  if (ours && code != 21610) return SubmitLater{"carrier.credentials", retry_after};
  if (code == 21611) return SubmitLater{"carrier.queue_full", retry_after};
  const bool says_no = answer.status >= 400 && answer.status < 500 && answer.status != 408;
  if (says_no) return refused(code, body ? string_in(*body, "message") : "");
  return SubmitUnknown{.code = "carrier.failed", .link_failed = answer.status >= 500};
}

}  // namespace bauta::twilio
