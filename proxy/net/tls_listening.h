#pragma once

#include <memory>
#include <string>

#include "metrics/instruments/instruments.h"
#include "storage/store/mutex.h"
#include "storage/store/result.h"

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming): Boost's name
}

namespace bauta {

/// What a listener proves with who it is, as PEM.
struct TlsFiles {
  /// Its certificate, then those that lead from it to the root.
  std::string certificate_file = {};
  /// The certificate's key, without a passphrase.
  std::string key_file = {};
};

/// A certificate and its key, read and found usable.
using PreparedCertificate = std::shared_ptr<boost::asio::ssl::context>;

/// The certificate of one listener, replaced whole while connections come in: TLS 1.2 and 1.3 with OpenSSL's default ciphers, HTTP/1.1 alone.
/// A connection keeps the one that it began with.  The time at which the certificate expires is a metric.  Thread-safe.
class TlsListening {
 public:
  /// `listener` names the section of the configuration in errors, and is the label of the metrics.  A certificate that has expired is
  /// taken, with a warning: texts that are accepted already are still to be delivered.  `metrics` outlives it.
  /// Codes: tls.certificate_unreadable, tls.key_unreadable, tls.key_mismatch.
  static Result<std::unique_ptr<TlsListening>> open(std::string listener, const TlsFiles& files,
                                                    metrics::Instruments& metrics);

  /// Would open() take them?
  static Status check(const std::string& listener, const TlsFiles& files);

  /// What the files hold now, for take(); nothing changes.  Codes: those of open(), and tls.certificate_expired.
  Result<PreparedCertificate> prepare(const TlsFiles& files) const;
  /// Connections that begin from now on are shown this one.
  void take(PreparedCertificate certificate);

  /// Both: if anything is wrong with the files, the certificate stays as it was.
  Status reload(const TlsFiles& files);

  /// For a connection that begins now; shared with it.
  std::shared_ptr<boost::asio::ssl::context> context() const;

 private:
  TlsListening(std::string listener, metrics::Instruments& metrics);

  const std::string listener_;
  metrics::Instruments& metrics_;
  mutable Mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
