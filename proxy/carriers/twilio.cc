#include "proxy/carriers/twilio.h"

#include <json/reader.h>
#include <json/value.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "pool/address/real_address.h"
#include "proxy/carriers/provider_id.h"
#include "proxy/carriers/retry_after.h"
#include "proxy/carriers/signing.h"
#include "proxy/carriers/twilio_messages.h"
#include "proxy/net/base64.h"
#include "proxy/net/json.h"

namespace bauta {
namespace twilio {
namespace {

constexpr std::size_t kDetailOctetsMax = 300;

/// The other spelling of a URL's default port: with it if it is left out, without it if it is there.  nullopt: another port.
std::optional<std::string> other_port_spelling(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const bool tls = url.substr(0, scheme_end) == "https";
  const std::string_view port = tls ? ":443" : ":80";
  const auto host = scheme_end + 3;
  const auto host_end = std::min(url.find_first_of("/?", host), url.size());
  const auto authority = url.substr(host, host_end - host);
  // The colons of an IPv6 literal stand inside its brackets.
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  std::string other(url);
  if (!has_port) return other.insert(host_end, port);
  if (authority.substr(colon) != port) return std::nullopt;
  return other.erase(host + colon, port.size());
}

/// A body of no stated type is taken for a form, as Twilio's own libraries do.
bool is_form(std::string_view content_type) {
  auto media_type = content_type.substr(0, content_type.find(';'));
  while (media_type.ends_with(' ')) media_type.remove_suffix(1);
  return media_type.empty() || same_header_name(media_type, "application/x-www-form-urlencoded");
}

/// The value of bodySHA256 in the URL's query; a body that is no form is signed by it.
std::optional<std::string> body_digest_of(std::string_view url) {
  const auto query = url.find('?');
  if (query == std::string_view::npos) return std::nullopt;
  const auto fields = decode_form(url.substr(query + 1));
  const auto digest = form_value(fields, "bodySHA256");
  return digest ? std::optional(std::string(*digest)) : std::nullopt;
}

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

std::string signature_of(std::string_view auth_token, std::string_view url, const Form& fields) {
  std::vector<std::pair<std::string_view, std::string_view>> sorted(fields.begin(), fields.end());
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());
  std::string data(url);
  for (const auto& [name, value] : sorted) data.append(name).append(value);
  return encode_base64(hmac_sha1(auth_token, data));
}

std::optional<Form> authentic_form(std::string_view auth_token, const SignedRequest& request) {
  Form fields;
  if (request.method == "POST") {
    if (is_form(request.content_type)) {
      fields = decode_form(request.body);
    } else if (!request.body.empty()) {
      const auto digest = body_digest_of(request.url);
      if (!digest || !equal_in_constant_time(sha256_hex(request.body), *digest))
        return std::nullopt;
    }
  }
  const auto expected = signature_of(auth_token, request.url, fields);
  if (equal_in_constant_time(expected, request.signature)) return fields;
  const auto other_url = other_port_spelling(request.url);
  if (other_url &&
      equal_in_constant_time(signature_of(auth_token, *other_url, fields), request.signature))
    return fields;
  return std::nullopt;
}

bool is_authentic(std::string_view auth_token, const SignedRequest& request) {
  return authentic_form(auth_token, request).has_value();
}

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
  return SubmitUnknown{"carrier.failed"};
}

}  // namespace twilio

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
    if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome)) {
      co_return SubmitLater{std::string(not_sent->error.code), std::nullopt};
    }
    if (const auto* unknown = std::get_if<HttpUnknown>(&outcome)) {
      co_return SubmitUnknown{std::string(unknown->error.code)};
    }
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
