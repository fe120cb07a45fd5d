#include "proxy/carriers/twilio.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pool/address/real_address.h"
#include "proxy/carriers/link_failure.h"
#include "proxy/carriers/provider_id.h"
#include "proxy/carriers/twilio_answers.h"
#include "proxy/carriers/twilio_messages.h"
#include "proxy/carriers/twilio_signature.h"
#include "proxy/net/base64.h"

namespace bauta {
namespace {

constexpr std::string_view kEmptyAnswer = R"(<?xml version="1.0" encoding="UTF-8"?><Response/>)";
constexpr std::size_t kSidOctets = 34;
/// Pictures of one text; Twilio's own limit is 10.
constexpr std::uint32_t kMediaMax = 100;
constexpr std::chrono::seconds kValidityMin{1};
constexpr std::chrono::seconds kValidityMax{14'400};

std::unexpected<Error> malformed(std::string_view what) {
  return fail("carrier.malformed", "twilio: " + std::string(what));
}

/// What is read of a callback.
constexpr std::array<std::string_view, 9> kFields = {
    "MessageSid", "AccountSid",    "From",      "To",        "Body",
    "NumMedia",   "MessageStatus", "ErrorCode", "OptOutType"};

/// The fields of a callback that are read, each at most once: the signature covers neither the order of repeated names nor which of them counts.
class Fields {
 public:
  static Result<Fields> of(const Form& form) {
    Fields fields;
    for (const auto& [name, value] : form) {
      const auto known = std::ranges::find(kFields, name);
      if (known == kFields.end()) continue;
      const auto [kept, added] = fields.values_.emplace(*known, value);
      if (!added && kept->second != value) return malformed(name + " stands there twice");
    }
    return fields;
  }
  std::string_view operator[](std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view{} : std::string_view(found->second);
  }

 private:
  std::map<std::string_view, std::string> values_;
};

/// Two letters and 32 more characters.  The signature has no separators between names and values, so a sid that may be longer could
/// swallow its neighbour and make a second text of one that was seen.
bool is_sid(std::string_view text) { return text.size() == kSidOctets && is_provider_id(text); }

class TwilioCarrier final : public Carrier {
 public:
  TwilioCarrier(ConnectionOptions options, CarrierParts parts)
      : Carrier(options.name),
        options_(std::move(options)),
        parts_(std::move(parts)),
        messages_path_("/2010-04-01/Accounts/" + percent_encode(options_.account_sid) +
                       "/Messages.json"),
        status_url_(parts_.public_url + "/carriers/" + options_.name + "/" + options_.token +
                    "/status?ref="),
        authorization_("Basic " + encode_base64(options_.account_sid + ":" + options_.auth_token)) {
  }

  bool receipts_carry_reference() const override { return true; }

  Result<CallbackBatch<InboundMessage>> read_inbound(const HttpRequest& request) const override {
    BAUTA_TRY(const auto fields, authentic_fields(request));
    const auto sid = fields["MessageSid"];
    if (!is_sid(sid)) return malformed("MessageSid is no sid");
    BAUTA_TRY(auto from, RealAddress::from_carrier(fields["From"]));
    if (from.channel() != Channel::sms || fields["To"].contains(':')) {
      return fail("carrier.unsupported_channel", "twilio: only SMS and MMS can be relayed");
    }
    BAUTA_TRY(auto to, VirtualNumber::from_carrier(fields["To"]));

    std::vector<Result<InboundMessage>> elements;
    elements.emplace_back(InboundMessage{
        .connection = name(),
        .provider_id = std::string(sid),
        .part = 0,
        .from = std::move(from),
        .to = std::move(to),
        .text = MessageText::from_carrier(fields["Body"]),  // a picture may come without words
        .media_count = media_count_of(fields["NumMedia"]),
        .carrier_answered_keyword = !fields["OptOutType"].empty(),
    });
    return CallbackBatch<InboundMessage>{std::move(elements), success()};
  }

  Result<CallbackBatch<DeliveryReceipt>> read_status(const HttpRequest& request) const override {
    BAUTA_TRY(const auto fields, authentic_fields(request));
    const auto sid = fields["MessageSid"];
    if (!is_provider_id(sid)) return malformed("MessageSid is no sid");
    const auto word = fields["MessageStatus"];
    if (word.empty()) return malformed("MessageStatus is missing");
    const auto error_code = error_code_of(fields["ErrorCode"]);

    DeliveryReceipt receipt{
        .connection = name(),
        .reference = std::nullopt,
        .provider_id = std::string(sid),
        .word = {.status = twilio::receipt_status_of(word, error_code),
                 .carrier_code = std::string(error_code),
                 .detail = "",
                 .opted_out = error_code == "21610"},
    };
    const auto query = decode_form(request.query);
    if (const auto reference = form_value(query, "ref"); reference && !reference->empty()) {
      receipt.reference = std::string(*reference);
    } else if (receipt.word.opted_out) {
      receipt.line = line_of(fields);
    }
    std::vector<Result<DeliveryReceipt>> elements;
    elements.emplace_back(std::move(receipt));
    return CallbackBatch<DeliveryReceipt>{std::move(elements), success()};
  }

  Task<AskOutcome> ask(SentText sent) override {
    using std::chrono::milliseconds;
    using std::chrono::steady_clock;
    const auto end = steady_clock::now() + twilio::kAskTimeMax;
    auto uri = messages_path_ + "?" + twilio::messages_query(sent);
    for (std::size_t pages = 0; pages < twilio::kPagesMax; ++pages) {
      const auto left = std::chrono::floor<milliseconds>(end - steady_clock::now());
      if (left <= milliseconds::zero()) break;
      HttpCall call{
          .method = "GET",
          .url = options_.api_url + uri,
          .headers = {{"Authorization", authorization_}, {"Accept", "application/json"}},
          .timeout = left,
      };
      const auto outcome = co_await parts_.clients.call(std::move(call));
      const auto* answer = std::get_if<HttpAnswer>(&outcome);
      if (answer == nullptr) break;
      auto page = twilio::read_messages_page(*answer, sent, messages_path_);
      if (auto* said = std::get_if<AskOutcome>(&page)) co_return std::move(*said);
      uri = std::move(std::get<twilio::NextPage>(page).uri);
    }
    co_return AskedInVain{};
  }

  Task<SubmitOutcome> submit(OutboundMessage message) override {
    const auto validity =
        std::clamp(std::chrono::floor<std::chrono::seconds>(message.deadline - parts_.clock.now()),
                   kValidityMin, kValidityMax);
    HttpCall call{
        .method = "POST",
        .url = options_.api_url + messages_path_,
        .headers = {{"Authorization", authorization_},
                    {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                    {"Accept", "application/json"}},
        .body = encode_form({{"To", message.to.reveal()},
                             {"From", message.from.str()},
                             {"Body", message.text.reveal()},
                             {"StatusCallback", status_url_ + message.reference},
                             {"ValidityPeriod", std::to_string(validity.count())}}),
    };
    const auto outcome = co_await parts_.clients.call(std::move(call));
    if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome)) co_return not_reached(*not_sent);
    if (const auto* unknown = std::get_if<HttpUnknown>(&outcome)) co_return not_answered(*unknown);
    co_return twilio::outcome_of(std::get<HttpAnswer>(outcome), parts_.clock.now());
  }

 private:
  static HttpResponse success() {
    return {.status = 200,
            .headers = {{"Content-Type", "text/xml"}},
            .body = std::string(kEmptyAnswer)};
  }

  static std::uint32_t media_count_of(std::string_view digits) {
    std::uint32_t count = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9' || count > kMediaMax) return std::min(count, kMediaMax);
      count = count * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return std::min(count, kMediaMax);
  }

  /// Of the status of a text that we sent.
  static std::optional<ToldLine> line_of(const Fields& fields) {
    auto from = VirtualNumber::from_carrier(fields["From"]);
    auto to = RealAddress::from_carrier(fields["To"]);
    if (!from || !to || to->channel() != Channel::sms) return std::nullopt;
    return ToldLine{.from = *std::move(from), .to = *std::move(to)};
  }

  /// Codes are numbers of up to five digits; anything else is not kept.
  static std::string_view error_code_of(std::string_view text) {
    const bool code =
        text.size() <= 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return code ? text : std::string_view{};
  }

  Result<Fields> authentic_fields(const HttpRequest& request) const {
    const auto signature = request.headers.find("X-Twilio-Signature").value_or("");
    // The path and query are signed as they came, octet by octet: "%27" is not "'".
    auto url = parts_.public_url + request.path;
    if (request.target.contains('?')) url += "?" + request.query;
    const auto form = twilio::authentic_form(
        options_.auth_token, {.method = request.method,
                              .url = url,
                              .content_type = request.headers.find("Content-Type").value_or(""),
                              .body = request.body,
                              .signature = signature});
    if (!form) {
      return fail("carrier.bad_signature",
                  "X-Twilio-Signature is missing or was made with another auth token or over "
                  "another address than [public] url");
    }
    BAUTA_TRY(auto fields,
              Fields::of(request.method == "GET" ? decode_form(request.query) : *form));
    if (fields["AccountSid"] != options_.account_sid) {
      return fail("carrier.wrong_account",
                  "AccountSid is another than this connection's account_sid");
    }
    return fields;
  }

  const ConnectionOptions options_;
  const CarrierParts parts_;
  const std::string messages_path_;
  const std::string status_url_;
  const std::string authorization_;
};

std::unexpected<Error> bad_value(const ConnectionOptions& options, std::string_view why) {
  return fail("config.bad_value", "connections: " + options.name + ": " + std::string(why));
}

}  // namespace

Result<std::unique_ptr<Carrier>> make_twilio_carrier(ConnectionOptions options,
                                                     CarrierParts parts) {
  if (options.account_sid.empty()) return bad_value(options, "account_sid is missing");
  if (options.auth_token.empty()) return bad_value(options, "auth_token is missing");
  if (options.api_url.empty()) options.api_url = "https://api.twilio.com";
  while (options.api_url.ends_with('/')) options.api_url.pop_back();
  if (!options.api_url.starts_with("https://") && !options.api_url.starts_with("http://")) {
    return bad_value(options, "api_url begins with https:// or http://");
  }
  return std::make_unique<TwilioCarrier>(std::move(options), std::move(parts));
}

}  // namespace bauta
