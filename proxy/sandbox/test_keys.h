#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "routing/desk/desk.h"
#include "storage/store/random.h"

namespace bauta {

// What a secret begins with says which of the two relays of a process it is for.  Each store knows its keys as "bauta_live_…": the sandbox's are
// shown with the other word, and taken with it alone.
inline constexpr std::string_view kLiveKeyPrefix = "bauta_live_";
inline constexpr std::string_view kTestKeyPrefix = "bauta_test_";

inline bool is_test_key(std::string_view secret) { return secret.starts_with(kTestKeyPrefix); }
/// As it is shown.
std::string test_key_of(std::string_view stored_secret);
/// As the sandbox's store knows it; "": it is no test key.
std::string stored_key_of(std::string_view test_key);

struct NewTestKey {
  /// Of the sandbox.
  std::string account;
  std::string service;
  /// Does the key reach this service alone?
  bool only_service = false;
  ApiKey key;
  /// Further writes of the commit that makes the key.
  std::function<void(Commit&, const ApiKey&)> also = {};
};
/// Makes a key of the sandbox, and what it stands on if it is not there: account, service, and numbers for it.  The secret is as it is shown.
/// Codes: service.name_invalid, storage.*.
Task<Result<NewApiKey>> make_test_key(Desk& desk, Random& random, NewTestKey wanted);

}  // namespace bauta
