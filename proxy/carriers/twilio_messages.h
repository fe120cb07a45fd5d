#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/net/http_client.h"
#include "routing/outbox/carrier_port.h"

namespace bauta::twilio {

/// Twilio's list of an account's texts, as it is asked about one of them: a page is this many texts, and no more pages than these are read.
/// A page of long texts stays below what the HTTP client takes (1 MiB).
inline constexpr std::size_t kPageTexts = 100;
inline constexpr std::size_t kPagesMax = 10;
/// All pages of one question together.
inline constexpr std::chrono::milliseconds kAskTimeMax{30'000};
/// Twilio shows whole seconds, by a clock of its own.
inline constexpr std::chrono::seconds kClockSlack{2};

/// The query of the first page: by sender and day.
std::string messages_query(const SentText& sent);

/// What one page says of `sent`, or where the next one lies: a path and query of the API.
struct NextPage {
  std::string uri;
};
/// `messages_path` is the list's own path: a next page that lies elsewhere is not followed.
std::variant<AskOutcome, NextPage> read_messages_page(const HttpAnswer& answer,
                                                      const SentText& sent,
                                                      std::string_view messages_path);

}  // namespace bauta::twilio
