#include "proxy/cli/signature_check.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <vector>

#include "proxy/carriers/signing.h"
#include "proxy/carriers/twilio_signature.h"
#include "proxy/net/base64.h"
#include "routing/webhooks/signature.h"

namespace bauta {
namespace {

constexpr std::string_view kShared = "whsec_";
constexpr std::string_view kPublic = "whpk_";

/// What the three headers of a webhook say.
struct SignedHeaders {
  std::string id;
  std::int64_t timestamp = 0;
  /// "v1,…", "v1a,…"
  std::vector<std::string> signatures;
};

Result<std::string> header_of(const GivenRequest& request, std::string_view name) {
  const auto value = request.headers.find(name);
  if (!value) {
    return fail("signature.header_missing",
                fmt::format("there is no header {}: is it handed on by what stands before your "
                            "endpoint?",
                            name));
  }
  return std::string(*value);
}

Result<SignedHeaders> read_headers(const GivenRequest& request) {
  SignedHeaders read;
  BAUTA_TRY(read.id, header_of(request, "webhook-id"));
  BAUTA_TRY(const auto timestamp, header_of(request, "webhook-timestamp"));
  BAUTA_TRY(const auto signatures, header_of(request, "webhook-signature"));
  const auto [end, error] =
      std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), read.timestamp);
  if (error != std::errc() || end != timestamp.data() + timestamp.size()) {
    return fail("signature.header_malformed",
                "webhook-timestamp must be whole seconds since 1970, and is " + timestamp);
  }
  std::istringstream words(signatures);
  for (std::string word; words >> word;) read.signatures.push_back(word);
  for (const auto& signature : read.signatures) {
    if (!signature.starts_with("v1,") && !signature.starts_with("v1a,")) {
      return fail("signature.header_malformed",
                  "webhook-signature holds signatures as v1,… or v1a,…, a blank between two");
    }
  }
  return read;
}

Status check_age(std::int64_t timestamp, const SignatureTerms& terms) {
  if (!terms.tolerance) return {};
  const auto signed_at = TimePoint(std::chrono::seconds(timestamp));
  const auto away = std::chrono::abs(terms.now - signed_at);
  if (away <= *terms.tolerance) return {};
  return fail("signature.too_old",
              fmt::format("it was signed {} seconds {}, and {} are allowed: is this a replay, or "
                          "is a clock wrong?",
                          std::chrono::duration_cast<std::chrono::seconds>(away).count(),
                          signed_at < terms.now ? "ago" : "from now", terms.tolerance->count()));
}

bool is_among(const std::vector<std::string>& signatures, std::string_view expected) {
  bool found = false;
  for (const auto& signature : signatures)
    found = equal_in_constant_time(signature, expected) || found;
  return found;
}

bool is_signed(const SignedHeaders& headers, std::string_view key, std::string_view body) {
  return is_among(headers.signatures,
                  sign(SignatureKind::v1, key,
                       {.id = headers.id, .timestamp = headers.timestamp, .body = body}));
}

bool is_signed_publicly(const SignedHeaders& headers, std::string_view public_key,
                        std::string_view body) {
  const auto content = fmt::format("{}.{}.{}", headers.id, headers.timestamp, body);
  const auto octets = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  for (const auto& signature : headers.signatures) {
    if (!signature.starts_with("v1a,")) continue;
    const auto raw = decode_base64(std::string_view(signature).substr(4));
    if (raw && raw->size() == crypto_sign_BYTES &&
        crypto_sign_verify_detached(octets(*raw), octets(content), content.size(),
                                    octets(public_key)) == 0)
      return true;
  }
  return false;
}

Result<std::string> octets_behind(std::string_view shown, std::string_view prefix) {
  const auto octets = decode_base64(shown.substr(prefix.size()));
  if (!octets || octets->empty()) {
    return fail("usage.secret",
                fmt::format("behind {} must stand base64 with its padding, as it was shown when "
                            "the webhook was made",
                            prefix));
  }
  return *octets;
}

/// What others have done wrong before: each is tried, so that one need not be guessed.
std::string likely_mistake(const SignedHeaders& headers, std::string_view secret,
                           std::string_view key, const std::string& body) {
  if (is_signed(headers, key, body + "\n"))
    return "it would match with a line feed at the end of the body: yours was cut off";
  if (body.ends_with('\n') && is_signed(headers, key, body.substr(0, body.size() - 1)))
    return "it would match without the line feed at the end of the body: the body was changed "
           "after it came, or saved with one";
  if (is_signed(headers, secret, body) || is_signed(headers, secret.substr(kShared.size()), body))
    return "it was made with the text of a secret: its base64 must be decoded first";
  const bool has_shared = std::ranges::any_of(
      headers.signatures, [](const auto& one) { return one.starts_with("v1,"); });
  if (!has_shared) return "it is signed with v1a only, which needs the public key whpk_…";
  return "the secret is another webhook's (or it was rotated), or the body is not what came, octet "
         "for octet: it must be checked before it is parsed";
}

/// The other ways to write a URL that one proxy or the other makes of it.
std::vector<std::pair<std::string, std::string>> other_urls(const std::string& url) {
  std::vector<std::pair<std::string, std::string>> others;
  if (url.starts_with("https://"))
    others.emplace_back("http://" + url.substr(8), "http instead of https");
  if (url.starts_with("http://"))
    others.emplace_back("https://" + url.substr(7), "https instead of http");
  if (url.ends_with('/')) others.emplace_back(url.substr(0, url.size() - 1), "no / at its end");
  others.emplace_back(url + "/", "a / at its end");
  const auto query = url.find('?');
  if (query != std::string::npos)
    others.emplace_back(url.substr(0, query), "nothing from the ? on");
  return others;
}

}  // namespace

Result<std::string> octets_of_secret(std::string_view shown) {
  if (!shown.starts_with(kShared))
    return fail("usage.secret", "a webhook's secret begins with whsec_");
  return octets_behind(shown, kShared);
}

Result<std::string> check_webhook_signature(const GivenRequest& request, std::string_view secret,
                                            const SignatureTerms& terms) {
  BAUTA_TRY(const auto headers, read_headers(request));
  if (secret.starts_with(kPublic)) {
    BAUTA_TRY(const auto public_key, octets_behind(secret, kPublic));
    if (public_key.size() != crypto_sign_PUBLICKEYBYTES)
      return fail("usage.secret", "a public key whpk_… has 32 octets");
    if (!is_signed_publicly(headers, public_key, request.body)) {
      return fail("signature.mismatch",
                  "no v1a signature of it is made with this key over this body");
    }
    BAUTA_CHECK(check_age(headers.timestamp, terms));
    return "v1a";
  }
  BAUTA_TRY(const auto key, octets_of_secret(secret));
  if (!is_signed(headers, key, request.body))
    return fail("signature.mismatch", likely_mistake(headers, secret, key, request.body));
  BAUTA_CHECK(check_age(headers.timestamp, terms));
  return "v1";
}

Result<std::string> check_twilio_signature(const GivenRequest& request,
                                           std::string_view auth_token) {
  BAUTA_TRY(const auto signature, header_of(request, "X-Twilio-Signature"));
  const auto content_type = request.headers.find("Content-Type");
  const auto type = std::string(content_type.value_or("application/x-www-form-urlencoded"));
  const auto matches = [&](std::string_view url, std::string_view body) {
    return twilio::is_authentic(auth_token, {.method = request.method,
                                             .url = url,
                                             .content_type = type,
                                             .body = body,
                                             .signature = signature});
  };
  if (matches(request.url, request.body)) return "X-Twilio-Signature";
  for (const auto& [url, what] : other_urls(request.url)) {
    if (matches(url, request.body)) {
      return fail("signature.mismatch",
                  "it was signed over the URL with " + what +
                      ": give the one that Twilio calls ([public] url in Bauta's configuration)");
    }
  }
  if (request.body.ends_with('\n') &&
      matches(request.url, std::string_view(request.body).substr(0, request.body.size() - 1))) {
    return fail("signature.mismatch", "it would match without the line feed at the body's end");
  }
  return fail("signature.mismatch",
              "the auth token is another account's, or the URL or a field is not as Twilio sent "
              "it: the URL must be the one that it called, query and all");
}

}  // namespace bauta
