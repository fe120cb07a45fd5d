#include "proxy/doctor/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <ctime>
#include <memory>

namespace bauta {

std::optional<CertificateLook> look_at_certificate(const std::string& file,
                                                   const std::string& host) {
  const std::unique_ptr<BIO, int (*)(BIO*)> in(BIO_new_file(file.c_str(), "r"), BIO_free);
  if (!in) {
    ERR_clear_error();
    return std::nullopt;
  }
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), X509_free);
  // What it says of a bad file would be taken for the next connection's trouble.
  ERR_clear_error();
  std::tm time{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1)
    return std::nullopt;
  const bool named =
      X509_check_host(certificate.get(), host.data(), host.size(), 0, nullptr) == 1 ||
      X509_check_ip_asc(certificate.get(), host.c_str(), 0) == 1;
  return CertificateLook{.expires = from_millis(std::int64_t{::timegm(&time)} * 1'000),
                         .names_host = named};
}

Diagnosis judge_certificate(const std::string& setting, const std::string& file,
                            const std::optional<CertificateLook>& look, const std::string& host,
                            TimePoint now) {
  constexpr std::chrono::days kSoon{14};
  if (!look) {
    return is_failing(setting, fmt::format("{} holds no certificate that can be read", file),
                      "name a certificate in PEM, followed by its issuers'");
  }
  const auto days = std::chrono::floor<std::chrono::days>(look->expires - now).count();
  if (look->expires <= now) {
    return is_failing(setting, fmt::format("the certificate in {} has expired", file),
                      "renew it, and send the relay SIGHUP");
  }
  if (!host.empty() && !look->names_host) {
    return is_failing(setting, fmt::format("the certificate in {} does not name {}", file, host),
                      "take one for the host of [public] url");
  }
  if (look->expires - now < kSoon) {
    return is_doubtful(setting, fmt::format("the certificate in {} expires in {} days", file, days),
                       "renew it, and send the relay SIGHUP");
  }
  return is_ok(setting, fmt::format("the certificate in {} is good for {} days", file, days));
}

}  // namespace bauta
