#include "proxy/doctor/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <set>
#include <utility>

#include "proxy/net/address_guard.h"
#include "proxy/net/listening.h"
#include "proxy/net/name_lookups.h"
#include "proxy/net/url.h"

namespace bauta {
namespace {

/// Shorter ones may be guessed by somebody who has time: 22 letters and digits hold 128 bits.
constexpr std::size_t kTokenLong = 22;

bool is_of_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_at_twilio(const ConnectionConfig& connection) {
  const auto url = parse_url(api_url_of(connection));
  return url && url->host.ends_with(".twilio.com");
}

Diagnosis judge_token(const ConnectionConfig& connection) {
  const auto check = fmt::format("connection {} token", connection.name);
  const std::set<char> letters(connection.token.begin(), connection.token.end());
  constexpr std::size_t kFewLetters = 8;
  if (connection.token.size() < kTokenLong || letters.size() < kFewLetters) {
    return is_doubtful(check, "it is short, or of few letters: somebody may guess callback paths",
                       "take a longer one (openssl rand -hex 16), also in the carrier's settings");
  }
  return is_ok(check, "it is long enough");
}

}  // namespace

HttpOutcome ask_at(const std::string& url, const std::string& bearer, const std::string& ca_file,
                   std::chrono::milliseconds patience) {
  boost::asio::io_context loop(1);
  HttpClientOptions options;
  options.ca_file = ca_file;
  options.lookups = std::make_shared<NameLookups>(1U);
  auto client = HttpClient::make(loop.get_executor(), std::move(options));
  if (!client) return HttpNotSent{client.error()};
  HttpCall call{.url = url, .timeout = patience};
  if (!bearer.empty()) call.headers.set("Authorization", "Bearer " + bearer);
  auto outcome =
      boost::asio::co_spawn(loop, (*client)->call(std::move(call)), boost::asio::use_future);
  while (outcome.wait_for(std::chrono::seconds(0)) != std::future_status::ready &&
         loop.run_one() > 0) {
  }
  (*client)->close();
  return outcome.get();
}

std::string api_url_of(const ConnectionConfig& connection) {
  if (!connection.api_url.empty()) return connection.api_url;
  return connection.type == "twilio" ? "https://api.twilio.com" : "";
}

Status try_to_bind(const std::string& listen) {
  boost::asio::io_context loop(1);
  BAUTA_TRY(const auto endpoint, parse_listen(listen));
  BAUTA_TRY(auto acceptor, listen_on(loop.get_executor(), endpoint, false));
  boost::system::error_code ignored;
  static_cast<void>(acceptor.close(ignored));
  return {};
}

Diagnosis judge_public_url(const Config& config) {
  constexpr const char* kCheck = "public.url";
  if (config.public_url_is_assumed) {
    return is_doubtful(kCheck, "it is not set: callbacks are expected where this machine listens",
                       "set [public] url to what carriers call: signatures are made over it");
  }
  const auto url = parse_url(config.public_url);
  if (!url) return is_failing(kCheck, "it is no URL", "write it as https://relay.example.com");
  const auto from_afar = std::ranges::find_if(config.connections, is_at_twilio);
  if (is_of_this_machine(url->host) && from_afar != config.connections.end()) {
    return is_failing(
        kCheck,
        fmt::format("it is {}, this machine alone: callbacks of the connection {} cannot come",
                    url->host, from_afar->name),
        "set it to what the provider can call, as https://relay.example.com");
  }
  if (!url->is_https && !is_of_this_machine(url->host)) {
    return is_doubtful(kCheck, fmt::format("callbacks from {} come in the clear", url->host),
                       "take https: [public] tls_certificate_file, or a proxy with TLS in front");
  }
  return is_ok(kCheck, fmt::format("carriers call {}", url->host));
}

Diagnosis no_connection() {
  return is_doubtful("connections", "none is configured: only the sandbox's texts go anywhere",
                     "describe your carrier in a section [[connections]]");
}

Findings judge_connection(const ConnectionConfig& connection, const std::string& url,
                          const HttpOutcome& root) {
  const auto check = fmt::format("connection {}", connection.name);
  Findings findings{judge_token(connection)};
  const auto parsed = parse_url(url);
  if (!parsed) {
    findings.push_back(is_failing(check, "it has no URL to hand texts to", "set its api_url"));
    return findings;
  }
  if (!parsed->is_https && !is_of_this_machine(parsed->host)) {
    findings.push_back(is_doubtful(
        check + " api_url", fmt::format("texts and the secret go to {} in the clear", parsed->host),
        "take https"));
  }
  if (const auto* unsent = std::get_if<HttpNotSent>(&root)) {
    findings.push_back(
        is_failing(check, fmt::format("{} is not reached: {}", parsed->host, unsent->error.detail),
                   unsent->error.code == "http.resolve_failed"
                       ? "look at api_url and at this machine's DNS"
                       : "look at api_url, at firewalls on the way, and at [http] client_ca_file"));
  } else if (const auto* unknown = std::get_if<HttpUnknown>(&root)) {
    findings.push_back(is_doubtful(
        check,
        fmt::format("{} was reached and gave no answer: {}", parsed->host, unknown->error.detail),
        "ask the provider, or whoever runs a proxy on the way"));
  } else {
    findings.push_back(is_ok(check, fmt::format("{} answers", parsed->host)));
  }
  return findings;
}

Diagnosis judge_listener(const std::string& section, const std::string& listen,
                         const ListenerLook& look) {
  const auto check = section + ".listen";
  const auto endpoint = parse_listen(listen);
  const bool is_any = endpoint && endpoint->port() == 0;
  if (look.bound && look.relay_runs && !is_any) {
    return is_doubtful(
        check, fmt::format("{} is free, while the relay runs: it listens elsewhere", listen),
        "if [" + section + "] listen was changed, restart the relay");
  }
  if (look.bound)
    return is_ok(check, is_any ? "it takes a port that is free" : "the address is free");
  const auto mend =
      "end who has the address (ss -ltnp), or take another in [" + section + "] listen";
  switch (look.occupant) {
    case Occupant::this_relay:
      return is_ok(check, "a relay listens there");
    case Occupant::another_relay:
      return is_failing(
          check,
          fmt::format("another relay listens on {}: that of this store does not run", listen),
          mend);
    case Occupant::somebody:
      break;
  }
  return is_failing(check, look.bound.error().detail, mend);
}

Diagnosis judge_webhooks(const std::vector<std::string>& allow_private) {
  constexpr const char* kCheck = "webhooks.allow_private";
  constexpr const char* kMend = "allow only the networks that platforms' endpoints are in";
  auto guard = AddressGuard::make(allow_private);
  if (!guard) return is_failing(kCheck, guard.error().detail, kMend);
  constexpr AddressOctets kLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
  constexpr AddressOctets kLoopbackV6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr AddressOctets kMetadata{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 169, 254, 169, 254};
  constexpr AddressOctets kMetadataV6{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54};
  if (guard->allows(kMetadata, false) || guard->allows(kMetadataV6, false))
    return is_doubtful(
        kCheck, "platforms' webhooks may reach a cloud's secrets: 169.254.169.254 or fd00:ec2::254",
        kMend);
  if (guard->allows(kLoopback, false) || guard->allows(kLoopbackV6, false))
    return is_doubtful(
        kCheck, "platforms' webhooks may reach what this machine itself serves: 127.0.0.1 or ::1",
        kMend);
  return is_ok(kCheck, "platforms' webhooks reach neither loopback nor a cloud's metadata");
}

}  // namespace bauta
