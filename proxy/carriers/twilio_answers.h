#pragma once

#include <string_view>

#include "proxy/carriers/carrier.h"

/// What Twilio's words and codes mean here.
namespace bauta::twilio {

ReceiptStatus receipt_status_of(std::string_view word, std::string_view error_code);

/// What the answer to a Messages API call says about the text.
SubmitOutcome outcome_of(const HttpAnswer& answer, TimePoint now);

}  // namespace bauta::twilio
