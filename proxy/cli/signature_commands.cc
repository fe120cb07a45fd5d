#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "proxy/cli/local_command.h"
#include "proxy/cli/output.h"
#include "proxy/cli/signature_check.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr std::int64_t kToleranceSeconds = 300;  // Standard Webhooks 1.0.0: "5 minutes"

struct SignatureWords {
  std::vector<std::string> headers;
  std::string headers_file;
  std::string body_file = "-";
  std::string secret_file;
  std::string url;
  std::string method = "POST";
  std::int64_t tolerance_seconds = kToleranceSeconds;
  bool json = false;
};

/// "Name: value"; a line without a colon (of a request's or a response's head) is none.
void add_header(HttpHeaders& headers, std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return;
  auto value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  value = value.substr(0, value.find_last_not_of(" \t\r") + 1);
  headers.add(std::string(line.substr(0, colon)), std::string(value));
}

Result<HttpHeaders> headers_of(const SignatureWords& words) {
  HttpHeaders headers;
  for (const auto& line : words.headers) add_header(headers, line);
  if (words.headers_file.empty()) return headers;
  BAUTA_TRY(const auto lines, read_input(words.headers_file));
  for (std::string_view rest = lines; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    add_header(headers, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return headers;
}

Result<std::string> verified(const SignatureWords& words, std::string_view secret) {
  GivenRequest request{.method = words.method, .url = words.url};
  BAUTA_TRY(request.headers, headers_of(words));
  BAUTA_TRY(request.body, read_input(words.body_file));
  if (request.headers.find("X-Twilio-Signature")) {
    if (words.url.empty())
      return fail("usage.url", "Twilio signs the URL that it called: name it with --url");
    return check_twilio_signature(request, secret);
  }
  SignatureTerms terms{.now = SystemClock().now()};
  if (words.tolerance_seconds > 0) terms.tolerance = std::chrono::seconds(words.tolerance_seconds);
  return check_webhook_signature(request, secret, terms);
}

Status verify(const SignatureWords& words) {
  BAUTA_TRY(const auto secret, secret_of(words.secret_file));
  BAUTA_TRY(const auto kind, verified(words, secret));
  Json::Value told(Json::objectValue);
  told["valid"] = true;
  told["signature"] = kind;
  Output::data(words.json ? write_json(told) + "\n" : "valid: " + kind + "\n");
  return {};
}

}  // namespace

void add_signature_commands(LocalCommands& commands) {
  auto* family = commands.add_family("signature", "The signatures of webhooks and of callbacks");
  const auto verified = commands.add(
      family,
      {.name = "verify",
       .does = "Check the signature of a webhook or of a callback of Twilio's, and say what is "
               "wrong with it",
       .example =
           "bauta signature verify --secret-file whsec.txt --headers headers.txt --body body.json\n"
           "bauta signature verify --secret-file token.txt --header 'X-Twilio-Signature: …' --url "
           "https://relay.example.com/carriers/twilio/token/inbound --body form.txt",
       .notes = "The headers say which it is.  The secret is the webhook's whsec_… (or whpk_…, to "
                "check v1a), of a callback the account's auth token; BAUTA_SIGNING_SECRET "
                "brings it, or a file.  Exits with 1 if the signature is not right."},
      verify);
  auto& words = *verified.options;
  auto* app = verified.app;
  app->add_option("--header", words.headers, "A header as 'Name: value', once for each")
      ->allow_extra_args(false);
  app->add_option("--headers", words.headers_file, "A file with the headers, a line each")
      ->type_name("FILE");
  app->add_option("--body", words.body_file,
                  "A file with the body, octet for octet; - is standard input")
      ->type_name("FILE")
      ->capture_default_str();
  app->add_option("--secret-file", words.secret_file,
                  "Holds the secret, instead of BAUTA_SIGNING_SECRET")
      ->type_name("FILE");
  app->add_option("--url", words.url, "The URL that Twilio called");
  app->add_option("--method", words.method, "How it was called")->capture_default_str();
  app->add_option("--tolerance-seconds", words.tolerance_seconds,
                  "Seconds that a webhook may be old; 0: any age")
      ->capture_default_str();
  app->add_flag("--json", words.json, "Print JSON");
}

}  // namespace bauta
