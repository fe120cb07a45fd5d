#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/store/random.h"
#include "storage/store/result.h"

namespace bauta {

/// Standard Webhooks 1.0.0 (standardwebhooks.com): HMAC-SHA256 with a shared secret, or Ed25519, of which the platform holds the public half only.
enum class SignatureKind : std::uint8_t { v1, v1a };
std::string_view signature_kind_name(SignatureKind kind);  // "v1", "v1a": on disk, in the API
Result<SignatureKind> parse_signature_kind(std::string_view name);

/// 32 octets: the key of the HMAC, or the seed of the key pair.
std::string new_signing_key(Random& random);
/// "whsec_…": what a platform verifies `v1` with.
std::string shown_secret(std::string_view signing_key);
/// "whpk_…": what it verifies `v1a` with.
std::string shown_public_key(std::string_view signing_key);

/// What a signature is over, and says.
struct SignedMessage {
  /// The same for every attempt: who saw it before throws the later ones away.
  std::string_view id;
  /// Of this attempt, in seconds since 1970.
  std::int64_t timestamp = 0;
  std::string_view body;
};
/// "v1,…" or "v1a,…": one of those that the header `webhook-signature` holds, a blank between them.
std::string sign(SignatureKind kind, std::string_view signing_key, const SignedMessage& message);

}  // namespace bauta
