#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace bauta {

/// A certificate and its key, made for one test.
struct TestCertificate {
  std::shared_ptr<EVP_PKEY> key;  // shared by copies
  std::shared_ptr<X509> certificate;

  void write_pem(const std::string& path) const {
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
  }
  /// With a passphrase, if there is one.
  void write_key(const std::string& path, const char* passphrase = nullptr) const {
    std::FILE* file = std::fopen(path.c_str(), "w");
    const auto* const cipher = passphrase == nullptr ? nullptr : EVP_aes_256_cbc();
    PEM_write_PrivateKey(file, key.get(), cipher, nullptr, 0, nullptr,
                         const_cast<char*>(passphrase));  // NOLINT: OpenSSL only reads it
    std::fclose(file);
  }
};

/// For `name` ("DNS:localhost", "IP:127.0.0.1"), signed by `issuer`, or by itself if there is none; good for `lifetime` from now on.
inline TestCertificate make_certificate(const std::string& name,
                                        const TestCertificate* issuer = nullptr,
                                        std::chrono::seconds lifetime = std::chrono::hours(1)) {
  TestCertificate made{.key = {EVP_EC_gen("P-256"), EVP_PKEY_free},
                       .certificate = {X509_new(), X509_free}};
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), lifetime.count());
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* const signer = issuer == nullptr ? certificate : issuer->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, signer, certificate, nullptr, nullptr, 0);
  const auto extend = [&](int kind, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(NID_subject_alt_name, name);
  X509_sign(certificate, issuer == nullptr ? made.key.get() : issuer->key.get(), EVP_sha256());
  return made;
}

/// The server's end of TLS over a socket that it does not own; blocks.
class TlsPeer {
 public:
  TlsPeer(int fd, const TestCertificate& certificate)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    SSL_CTX_use_certificate(context_.get(), certificate.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), certificate.key.get());
    ssl_ = {SSL_new(context_.get()), SSL_free};
    SSL_set_fd(ssl_.get(), fd);
  }
  bool shake_hands() { return SSL_accept(ssl_.get()) == 1; }
  std::string read() {
    char octets[4096];
    const int count = SSL_read(ssl_.get(), octets, sizeof octets);
    return count <= 0 ? std::string() : std::string(octets, static_cast<std::size_t>(count));
  }
  bool send(const std::string& octets) {
    return SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size())) ==
           static_cast<int>(octets.size());
  }
  void say_goodbye() { SSL_shutdown(ssl_.get()); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

}  // namespace bauta
