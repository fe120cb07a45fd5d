#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/carriers/twilio.h"
#include "proxy/carriers/twilio_answers.h"
#include "proxy/carriers/twilio_signature.h"
#include "proxy/net/form.h"

namespace {

constexpr std::string_view kToken = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kPublicUrl = "https://relay.example.com";

std::unique_ptr<bauta::Carrier> connection(bauta::HttpClients& clients, bauta::SystemClock& clock) {
  auto made = bauta::make_twilio_carrier(
      {.name = "twilio",
       .type = "twilio",
       .token = "0123456789abcdef",
       .account_sid = "AC00000000000000000000000000000001",
       .auth_token = std::string(kToken)},
      {.clients = clients, .clock = clock, .public_url = std::string(kPublicUrl)});
  if (!made) std::abort();
  return *std::move(made);
}

bauta::HttpRequest signed_request(std::string_view path, std::string_view body) {
  bauta::HttpRequest request{.method = "POST",
                             .target = std::string(path),
                             .path = std::string(path),
                             .body = std::string(body)};
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("X-Twilio-Signature", bauta::twilio::signature_of(
                                                kToken, std::string(kPublicUrl) + std::string(path),
                                                bauta::decode_form(body)));
  return request;
}

}  // namespace

/// Bodies that are rightly signed, and hold anything: read or refused, never more.  And answers of the API that hold anything.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bauta::HttpClients clients;
  static bauta::SystemClock clock;
  static const auto kCarrier = connection(clients, clock);
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  static_cast<void>(
      kCarrier->read_inbound(signed_request("/carriers/twilio/0123456789abcdef/inbound", body))
          .has_value());
  static_cast<void>(
      kCarrier->read_status(signed_request("/carriers/twilio/0123456789abcdef/status?ref=x", body))
          .has_value());
  for (const unsigned status : {200U, 201U, 400U, 429U, 503U}) {
    static_cast<void>(
        bauta::twilio::outcome_of({.status = status, .body = std::string(body)}, clock.now()));
  }
  return 0;
}
