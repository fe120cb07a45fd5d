#include "proxy/net/tls_listening.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <string_view>
#include <utility>

#include "proxy/config/log.h"

namespace bauta {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using std::chrono::system_clock;

/// RFC 7301, 3.1: a name, after its length.
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// Who asks for HTTP/2 alone is told so (RFC 7301, 3.2) instead of being answered what they cannot read.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_octets,
                    const unsigned char* offered, unsigned offered_octets, void*) {
  unsigned char* found = nullptr;
  const auto outcome = SSL_select_next_proto(&found, chosen_octets, kHttp11.data(), kHttp11.size(),
                                             offered, offered_octets);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

system_clock::time_point expiry_of(ssl::context& context) {
  std::tm time{};
  ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context.native_handle())), &time);
  return system_clock::from_time_t(::timegm(&time));
}

bool has_expired(ssl::context& context) { return expiry_of(context) <= system_clock::now(); }

Result<std::shared_ptr<ssl::context>> load(std::string_view listener, const TlsFiles& files) {
  const auto bad = [&](std::string_view code, std::string_view key, const std::string& file,
                       const error_code& error, std::string_view mend) {
    return fail(code, fmt::format("[{}] {}: {} cannot be used ({}): {}", listener, key, file,
                                  error.message(), mend));
  };
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  // Sessions are resumed by tickets, which the other side keeps: nothing grows here.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);

  error_code error;
  if (context->use_certificate_chain_file(files.certificate_file, error)) {
    return bad("tls.certificate_unreadable", "tls_certificate_file", files.certificate_file, error,
               "it is to hold the certificate and then those of its issuers, in PEM, readable by "
               "whom bauta runs as");
  }
  // Without this OpenSSL asks for a passphrase on the terminal, and waits.
  error = context->set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
  if (!error) error = context->use_private_key_file(files.key_file, ssl::context::pem, error);
  // OpenSSL compares the two as the key comes in, unless they are of different types.
  const bool differs = ERR_GET_LIB(static_cast<unsigned long>(error.value())) == ERR_LIB_X509 ||
                       (!error && SSL_CTX_check_private_key(native) != 1);
  if (differs) {
    ERR_clear_error();
    return fail("tls.key_mismatch",
                fmt::format("[{}] tls_key_file: {} is not the key of the certificate in {}: name "
                            "two that were made together",
                            listener, files.key_file, files.certificate_file));
  }
  if (error) {
    return bad("tls.key_unreadable", "tls_key_file", files.key_file, error,
               "it is to hold the certificate's key in PEM, without a passphrase, readable by whom "
               "bauta runs as");
  }
  return context;
}

}  // namespace

TlsListening::TlsListening(std::string listener, metrics::Instruments& metrics)
    : listener_(std::move(listener)), metrics_(metrics) {}

Result<std::unique_ptr<TlsListening>> TlsListening::open(std::string listener,
                                                         const TlsFiles& files,
                                                         metrics::Instruments& metrics) {
  BAUTA_TRY(auto context, load(listener, files));
  std::unique_ptr<TlsListening> listening(new TlsListening(std::move(listener), metrics));
  if (has_expired(*context))
    log::warn("certificate has expired, clients will refuse it listener={}", listening->listener_);
  listening->take(std::move(context));
  return listening;
}

Status TlsListening::check(const std::string& listener, const TlsFiles& files) {
  BAUTA_CHECK(load(listener, files));
  return {};
}

Result<PreparedCertificate> TlsListening::prepare(const TlsFiles& files) const {
  BAUTA_TRY(auto context, load(listener_, files));
  if (has_expired(*context)) {
    return fail("tls.certificate_expired",
                fmt::format("[{}] tls_certificate_file: the certificate in {} has expired: renew "
                            "it, and send SIGHUP again",
                            listener_, files.certificate_file));
  }
  return context;
}

Status TlsListening::reload(const TlsFiles& files) {
  BAUTA_TRY(auto context, prepare(files));
  take(std::move(context));
  return {};
}

std::shared_ptr<ssl::context> TlsListening::context() const {
  const MutexLock lock(mutex_);
  return context_;
}

void TlsListening::take(std::shared_ptr<ssl::context> context) {
  metrics_.tls_certificate_taken(listener_, expiry_of(*context).time_since_epoch());
  const MutexLock lock(mutex_);
  context_ = std::move(context);
}

}  // namespace bauta
