#include "proxy/carriers/twilio_messages.h"

#include <fmt/format.h>
#include <json/value.h>

#include <optional>
#include <utility>

#include "proxy/carriers/http_date.h"
#include "proxy/carriers/provider_id.h"
#include "proxy/carriers/twilio_answers.h"
#include "proxy/net/form.h"
#include "proxy/net/json.h"

namespace bauta::twilio {
namespace {

bool is_ours(const Json::Value& text, const SentText& sent) {
  return string_in(text, "direction") == "outbound-api" &&
         string_in(text, "from") == sent.from.str() && string_in(text, "to") == sent.to.reveal() &&
         string_in(text, "body") == sent.text.reveal();
}

/// Nobody got it, and nobody will: as if Twilio had not taken it.
bool is_given_up(const Json::Value& text) {
  switch (receipt_status_of(string_in(text, "status"), "")) {
    case ReceiptStatus::failed:
    case ReceiptStatus::undelivered:
    case ReceiptStatus::rejected:
      return true;
    case ReceiptStatus::queued:
    case ReceiptStatus::sent:
    case ReceiptStatus::delivered:
    case ReceiptStatus::unknown_word:
      return false;
  }
  return false;
}

/// The pages come with the text that was sent latest first.
bool ends_before(const Json::Value& texts, TimePoint earliest) {
  if (texts.empty()) return false;
  const auto& last = texts[texts.size() - 1];
  const auto sent_at = parse_http_date(string_in(last, "date_sent"));
  return sent_at && *sent_at < earliest;
}

}  // namespace

std::string messages_query(const SentText& sent) {
  const std::chrono::year_month_day day{
      std::chrono::floor<std::chrono::days>(sent.not_before - kClockSlack)};
  return encode_form({{"From", sent.from.str()},
                      {"DateSent>", fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                                                static_cast<unsigned>(day.month()),
                                                static_cast<unsigned>(day.day()))},
                      {"PageSize", std::to_string(kPageTexts)}});
}

std::variant<AskOutcome, NextPage> read_messages_page(const HttpAnswer& answer,
                                                      const SentText& sent,
                                                      std::string_view messages_path) {
  if (answer.status != 200) return AskOutcome(AskedInVain{});
  const auto body = read_foreign_json(answer.body);
  if (!body) return AskOutcome(AskedInVain{});
  const auto& texts = (*body)["messages"];
  if (!texts.isArray()) return AskOutcome(AskedInVain{});

  const TimePoint earliest = sent.not_before - kClockSlack;
  std::optional<std::pair<TimePoint, std::string>> newest;
  for (const auto& text : texts) {
    if (!text.isObject()) return AskOutcome(AskedInVain{});
    if (!is_ours(text, sent)) continue;
    const auto created_at = parse_http_date(string_in(text, "date_created"));
    auto sid = string_in(text, "sid");
    if (!created_at || !is_provider_id(sid)) return AskOutcome(AskedInVain{});
    if (*created_at < earliest || is_given_up(text)) continue;
    if (!newest || *created_at > newest->first) newest.emplace(*created_at, std::move(sid));
  }
  if (newest) return AskOutcome(AskedFound{{std::move(newest->second)}});

  const auto& next = (*body)["next_page_uri"];
  if (next.isNull() || ends_before(texts, earliest)) return AskOutcome(AskedNotFound{});
  auto uri = string_in(*body, "next_page_uri");
  // Our credentials go nowhere but to this list.
  if (!uri.starts_with(std::string(messages_path) + "?")) return AskOutcome(AskedInVain{});
  return NextPage{std::move(uri)};
}

}  // namespace bauta::twilio
