#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

#include "proxy/carriers/twilio.h"
#include "proxy/carriers/twilio_signature.h"
#include "proxy/config/config.h"
#include "proxy/net/form.h"
#include "tests/bench/commands.h"
#include "tests/bench/disk.h"
#include "tests/conformance/ground/seeded_random.h"

namespace bauta::bench {
namespace {

struct Line {
  std::string from;
  std::string to;
};

std::vector<Line> read_lines(const std::filesystem::path& file) {
  std::vector<Line> lines;
  std::ifstream in(file);
  Line line;
  while (in >> line.from >> line.to) lines.push_back(line);
  return lines;
}

/// What Twilio sends with an SMS, in its order.  The words begin with the text's number, so that it is known again at the carrier.
Form form_of(const Line& line, std::uint64_t n, const std::string& account_sid,
             SeededRandom& random) {
  const auto sid = fmt::format("SM{:016x}{:016x}", random.draw(), n);
  return {{"ToCountry", "US"},
          {"ToState", ""},
          {"SmsMessageSid", sid},
          {"NumMedia", "0"},
          {"ToCity", ""},
          {"FromZip", ""},
          {"SmsSid", sid},
          {"FromState", ""},
          {"SmsStatus", "received"},
          {"FromCity", ""},
          {"Body", fmt::format("{} I am at the door, which bell is it?", n)},
          {"FromCountry", "US"},
          {"To", line.to},
          {"ToZip", ""},
          {"NumSegments", "1"},
          {"MessageSid", sid},
          {"AccountSid", account_sid},
          {"From", line.from},
          {"ApiVersion", "2010-04-01"}};
}

std::string request_of(const Form& form, const Config& config) {
  const auto& connection = config.connections.at(0);
  const auto path = fmt::format("/carriers/{}/{}/inbound", connection.name, connection.token);
  const auto body = encode_form(form);
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: relay.example.com\r\n"
      "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {}\r\n"
      "X-Twilio-Signature: {}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
      "I-Twilio-Idempotency-Token: 00000000-0000-4000-8000-000000000000\r\n\r\n{}",
      path, body.size(),
      twilio::signature_of(connection.auth_token, config.public_url + path, form), body);
}

}  // namespace

int write_texts(const std::filesystem::path& config_file, const std::filesystem::path& lines_file,
                std::uint64_t count, unsigned parts, const std::filesystem::path& out) {
  const auto config = sure(load_config(config_file));
  const auto lines = read_lines(lines_file);
  if (lines.empty()) return 1;
  SeededRandom random(1);
  std::vector<std::ofstream> files;
  for (unsigned part = 0; part < parts; ++part)
    files.emplace_back(out.string() + "." + std::to_string(part), std::ios::binary);
  for (std::uint64_t n = 0; n < count; ++n) {
    const auto& line = lines[random.below(lines.size())];
    const auto request =
        request_of(form_of(line, n, config.connections.at(0).account_sid, random), config);
    files[n % parts] << fmt::format("{:06}", request.size()) << request;
  }
  for (auto& file : files) {
    file.close();
    if (!file.good()) return 1;
  }
  return 0;
}

}  // namespace bauta::bench
