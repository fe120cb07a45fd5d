#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "storage/seal/secret.h"
#include "storage/store/random.h"
#include "storage/store/result.h"

namespace bauta {

/// Where the master key may come from, in this order; each may be absent.
struct MasterKeySource {
  /// A file of the operator's choice.  Empty: none.
  std::string file;
  /// The name of a systemd credential: a file in $CREDENTIALS_DIRECTORY (LoadCredential=, or better LoadCredentialEncrypted=).
  std::string credential = "bauta-master-key";
  /// An environment variable.
  std::string variable = "BAUTA_MASTER_KEY";
};

/// The one secret that an operator keeps: it wraps the key ring.  32 random octets, written as 64 hexadecimal digits or as base64.
class MasterKey {
 public:
  static constexpr std::size_t kOctets = 32;

  /// Codes: seal.master_key_malformed.
  static Result<MasterKey> parse(std::string_view text);
  /// The variable is cleared whatever comes of it, also where /proc shows it.  Called before there are other threads.
  /// Codes: seal.master_key_missing (no source has one), seal.master_key_exposed (others than its owner may read the file),
  /// seal.master_key_unreadable, seal.master_key_malformed.
  static Result<MasterKey> load(const MasterKeySource& source);
  /// A new one, as base64: what an operator puts into the file.  To be wiped.
  static std::string generate(Random& random);

  const Secret& secret() const { return secret_; }
  /// For a second store under the same key.
  MasterKey copy() const { return MasterKey(Secret::copy(secret_.octets())); }

 private:
  explicit MasterKey(Secret secret) : secret_(std::move(secret)) {}
  Secret secret_;
};

}  // namespace bauta
