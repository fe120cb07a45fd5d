#include "proxy/carriers/simulated.h"

#include <json/value.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "proxy/carriers/link_failure.h"
#include "proxy/carriers/provider_id.h"
#include "proxy/carriers/retry_after.h"
#include "proxy/carriers/signing.h"
#include "proxy/net/json.h"
#include "proxy/net/rfc3339.h"

namespace bauta {
namespace simulated {

std::string signature_of(std::string_view secret, std::string_view method, std::string_view target,
                         std::string_view body) {
  std::string data(method);
  data.append("\n").append(target).append("\n").append(body);
  return encode_hex(hmac_sha256(secret, data));
}

bool is_authentic(std::string_view secret, const HttpRequest& request) {
  return equal_in_constant_time(signature_of(secret, request.method, request.target, request.body),
                                request.headers.find(kSignatureHeader).value_or(""));
}

}  // namespace simulated

namespace {

constexpr Json::ArrayIndex kBatchMax = 100;
constexpr std::chrono::seconds kValidityMin{1};
constexpr std::chrono::seconds kValidityMax{48 * 3'600};
constexpr int kMediaMax = 100;

std::unexpected<Error> malformed(std::string_view what) {
  return fail("carrier.malformed", "simulated: " + std::string(what));
}

ReceiptStatus status_of(std::string_view word) {
  static const std::map<std::string_view, ReceiptStatus> kWords = {
      {"queued", ReceiptStatus::queued},           {"sent", ReceiptStatus::sent},
      {"delivered", ReceiptStatus::delivered},     {"failed", ReceiptStatus::failed},
      {"undelivered", ReceiptStatus::undelivered}, {"rejected", ReceiptStatus::rejected},
  };
  const auto known = kWords.find(word);
  return known == kWords.end() ? ReceiptStatus::unknown_word : known->second;
}

SubmitOutcome refused(const Json::Value& answer) {
  const auto code = string_in(answer, "code");
  auto detail = redact_numbers(string_in(answer, "detail"));
  if (code == "opted_out") return SubmitRefused{"carrier.opted_out", std::move(detail), true};
  if (code == "bad_recipient") {
    return SubmitRefused{"carrier.bad_recipient", std::move(detail), false};
  }
  return SubmitRefused{"carrier.refused", std::move(detail), false};
}

SubmitOutcome outcome_of(const HttpAnswer& answer, TimePoint now) {
  const auto body = read_foreign_json(answer.body);
  const auto field = answer.headers.find("Retry-After");
  const auto retry_after = field ? parse_retry_after(*field, now) : std::nullopt;
  if (answer.status >= 200 && answer.status < 300) {
    auto id = body ? string_in(*body, "id") : "";
    if (!is_provider_id(id)) return SubmitUnknown{"carrier.unreadable_answer"};
    return SubmitAccepted{{std::move(id)}};
  }
  if (answer.status == 429) return SubmitLater{"carrier.throttled", retry_after};
  if (answer.status == 503 && retry_after) return SubmitLater{"carrier.busy", retry_after};
  if (answer.status == 401) return SubmitLater{"carrier.credentials", retry_after};
  if (answer.status == 400 && body) return refused(*body);
  return SubmitUnknown{.code = "carrier.failed", .link_failed = answer.status >= 500};
}

bool is_given_up(ReceiptStatus status) {
  return status == ReceiptStatus::undelivered || status == ReceiptStatus::failed ||
         status == ReceiptStatus::rejected;
}

AskOutcome found_in(const HttpAnswer& answer, const SentText& sent) {
  if (answer.status != 200) return AskedInVain{};
  const auto body = read_foreign_json(answer.body);
  if (!body || !(*body)["messages"].isArray()) return AskedInVain{};
  for (const auto& text : (*body)["messages"]) {
    if (!text.isObject()) return AskedInVain{};
    if (string_in(text, "to") != sent.to.reveal()) continue;
    if (is_given_up(status_of(string_in(text, "status")))) continue;
    auto id = string_in(text, "id");
    if (!is_provider_id(id)) return AskedInVain{};
    return AskedFound{{std::move(id)}};
  }
  const auto& more = (*body)["more"];
  if (more.isBool() && !more.asBool()) return AskedNotFound{};
  return AskedInVain{};
}

class SimulatedCarrier final : public Carrier {
 public:
  SimulatedCarrier(ConnectionOptions options, CarrierParts parts)
      : Carrier(options.name), options_(std::move(options)), parts_(std::move(parts)) {}

  bool receipts_carry_reference() const override { return true; }

  Result<CallbackBatch<InboundMessage>> read_inbound(const HttpRequest& request) const override {
    BAUTA_TRY(const auto body, authentic_body(request));
    return read_batch<InboundMessage>(*body, "messages", &SimulatedCarrier::read_message);
  }

  Result<CallbackBatch<DeliveryReceipt>> read_status(const HttpRequest& request) const override {
    BAUTA_TRY(const auto body, authentic_body(request));
    return read_batch<DeliveryReceipt>(*body, "receipts", &SimulatedCarrier::read_receipt);
  }

  Task<AskOutcome> ask(SentText sent) override {
    Json::Value body;
    body["from"] = sent.from.str();
    body["text"] = sent.text.reveal();
    body["not_before"] = format_rfc3339(sent.not_before);
    auto call = signed_post("/messages/find", body);
    const auto outcome = co_await parts_.clients.call(std::move(call));
    const auto* answer = std::get_if<HttpAnswer>(&outcome);
    if (answer == nullptr) co_return AskedInVain{};
    co_return found_in(*answer, sent);
  }

  Task<SubmitOutcome> submit(OutboundMessage message) override {
    const auto validity =
        std::clamp(std::chrono::floor<std::chrono::seconds>(message.deadline - parts_.clock.now()),
                   kValidityMin, kValidityMax);
    Json::Value body;
    body["from"] = message.from.str();
    body["to"] = message.to.reveal();
    body["text"] = message.text.reveal();
    body["reference"] = message.reference;
    body["validity_seconds"] = static_cast<Json::Int64>(validity.count());
    auto call = signed_post("/messages", body);
    const auto outcome = co_await parts_.clients.call(std::move(call));
    if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome)) co_return not_reached(*not_sent);
    if (const auto* unknown = std::get_if<HttpUnknown>(&outcome)) co_return not_answered(*unknown);
    co_return outcome_of(std::get<HttpAnswer>(outcome), parts_.clock.now());
  }

 private:
  HttpCall signed_post(std::string_view path, const Json::Value& body) const {
    HttpCall call{.method = "POST",
                  .url = options_.api_url + std::string(path),
                  .headers = {{"Content-Type", "application/json"}},
                  .body = write_json(body)};
    call.headers.add(std::string(simulated::kSignatureHeader),
                     simulated::signature_of(options_.auth_token, "POST", path, call.body));
    return call;
  }

  Result<std::unique_ptr<Json::Value>> authentic_body(const HttpRequest& request) const {
    if (!simulated::is_authentic(options_.auth_token, request)) {
      return fail("carrier.bad_signature", std::string(simulated::kSignatureHeader) +
                                               " is missing or was made with another secret");
    }
    auto body = read_foreign_json(request.body);
    if (!body) return malformed("the body is no JSON object");
    return body;
  }

  template <class T>
  Result<CallbackBatch<T>> read_batch(const Json::Value& body, const char* name,
                                      Result<T> (SimulatedCarrier::*read)(const Json::Value&)
                                          const) const {
    const auto& list = body[name];
    if (!list.isArray() || list.empty() || list.size() > kBatchMax) {
      return malformed(std::string(name) + " is no list of 1 to 100");
    }
    CallbackBatch<T> batch{.elements = {}, .success = {.status = 204}};
    for (const auto& element : list) {
      batch.elements.push_back(element.isObject() ? (this->*read)(element)
                                                  : malformed("an element is no object"));
    }
    return batch;
  }

  Result<InboundMessage> read_message(const Json::Value& element) const {
    auto id = string_in(element, "id");
    if (!is_provider_id(id)) return malformed("id is 1 to 64 letters and digits");
    BAUTA_TRY(auto from, RealAddress::from_carrier(string_in(element, "from")));
    BAUTA_TRY(auto to, VirtualNumber::from_carrier(string_in(element, "to")));
    return InboundMessage{
        .connection = name(),
        .provider_id = std::move(id),
        .part = 0,
        .from = std::move(from),
        .to = std::move(to),
        .text = MessageText::from_carrier(string_in(element, "text")),
        .media_count =
            static_cast<std::uint32_t>(std::clamp(int_in(element, "media_count"), 0, kMediaMax)),
        .carrier_answered_keyword = false,
    };
  }

  Result<DeliveryReceipt> read_receipt(const Json::Value& element) const {
    auto id = string_in(element, "id");
    if (!is_provider_id(id)) return malformed("id is 1 to 64 letters and digits");
    const auto word = string_in(element, "status");
    if (word.empty()) return malformed("status is missing");
    auto reference = string_in(element, "reference");
    return DeliveryReceipt{
        .connection = name(),
        .reference = reference.empty() ? std::nullopt : std::optional(std::move(reference)),
        .provider_id = std::move(id),
        .word = {.status = status_of(word),
                 .carrier_code = redact_numbers(string_in(element, "code")),
                 .detail = redact_numbers(string_in(element, "detail")),
                 .opted_out = string_in(element, "code") == "opted_out"},
    };
  }

  const ConnectionOptions options_;
  const CarrierParts parts_;
};

std::unexpected<Error> bad_value(const ConnectionOptions& options, std::string_view why) {
  return fail("config.bad_value", "connections: " + options.name + ": " + std::string(why));
}

}  // namespace

Result<std::unique_ptr<Carrier>> make_simulated_carrier(ConnectionOptions options,
                                                        CarrierParts parts) {
  if (options.auth_token.empty()) return bad_value(options, "auth_token is missing");
  if (options.api_url.empty()) options.api_url = "http://127.0.0.1:8079";
  while (options.api_url.ends_with('/')) options.api_url.pop_back();
  if (!options.api_url.starts_with("http://") && !options.api_url.starts_with("https://")) {
    return bad_value(options, "api_url begins with https:// or http://");
  }
  return std::make_unique<SimulatedCarrier>(std::move(options), std::move(parts));
}

}  // namespace bauta
