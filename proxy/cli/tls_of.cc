#include "proxy/cli/tls_of.h"

namespace bauta {
namespace {

std::optional<TlsFiles> files_of(const std::string& certificate_file, const std::string& key_file) {
  if (certificate_file.empty()) return std::nullopt;
  return TlsFiles{.certificate_file = certificate_file, .key_file = key_file};
}

}  // namespace

std::optional<TlsFiles> public_tls_of(const Config& config) {
  return files_of(config.public_tls_certificate_file, config.public_tls_key_file);
}

std::optional<TlsFiles> admin_tls_of(const Config& config) {
  return files_of(config.admin_tls_certificate_file, config.admin_tls_key_file);
}

Status check_certificates(const Config& config) {
  if (const auto files = public_tls_of(config)) BAUTA_CHECK(TlsListening::check("public", *files));
  if (const auto files = admin_tls_of(config)) BAUTA_CHECK(TlsListening::check("admin", *files));
  return {};
}

}  // namespace bauta
