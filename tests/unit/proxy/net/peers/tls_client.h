#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include "tests/unit/proxy/net/peers/test_certificates.h"

namespace bauta {

/// The client's end of TLS over a socket that it does not own; blocks, but not for long; trusts whom it meets, and says
/// what it met.
class TlsClient {
 public:
  struct Options {
    int version_max = TLS1_3_VERSION;
    /// "\x08http/1.1"; "": no ALPN.
    std::string protocols = {};
  };
  TlsClient(int fd, const Options& options)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    // An old version needs ciphers that OpenSSL refuses by default.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), options.version_max);
    if (!options.protocols.empty()) {
      SSL_CTX_set_alpn_protos(context_.get(),
                              reinterpret_cast<const unsigned char*>(options.protocols.data()),
                              static_cast<unsigned>(options.protocols.size()));
    }
    ssl_ = {SSL_new(context_.get()), SSL_free};
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own writes ask for it
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_set_fd(ssl_.get(), fd);
  }
  bool shake_hands() { return SSL_connect(ssl_.get()) == 1; }
  bool send(std::string_view octets) {
    return SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size())) ==
           static_cast<int>(octets.size());
  }
  /// All that came up to and with `end`; what came if the connection ends before.
  std::string read_until(std::string_view end) {
    while (!read_.contains(end) && read_more()) {
    }
    const auto at = read_.find(end);
    return take(at == std::string::npos ? read_.size() : at + end.size());
  }
  std::string read_to_end() {
    while (read_more()) {
    }
    return take(read_.size());
  }
  /// Did the other end say goodbye, rather than vanish?
  bool saw_goodbye() { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  std::string protocol() {
    const unsigned char* name = nullptr;
    unsigned octets = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &octets);
    return {reinterpret_cast<const char*>(name), octets};
  }
  std::string version() { return SSL_get_version(ssl_.get()); }
  bool met(const TestCertificate& certificate) {
    const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl_.get()),
                                                            X509_free);
    return shown != nullptr && X509_cmp(shown.get(), certificate.certificate.get()) == 0;
  }

 private:
  bool read_more() {
    char octets[4096];
    const int count = SSL_read(ssl_.get(), octets, sizeof octets);
    if (count <= 0) return false;
    read_.append(octets, static_cast<std::size_t>(count));
    return true;
  }
  std::string take(std::size_t count) {
    std::string taken = read_.substr(0, count);
    read_.erase(0, count);
    return taken;
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  std::string read_;
};

}  // namespace bauta
