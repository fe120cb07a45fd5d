#pragma once

#include <string>

#include "proxy/config/config.h"
#include "storage/store/clock.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

class RelayEngine;
class RelaySandbox;

/// What a store holds once `bauta init` has been there.
struct FirstKey {
  /// "bauta_live_…", shown once.
  std::string secret;
  /// "bauta_test_…", for the sandbox, shown once; "": there is none.
  std::string test_secret = {};
};

/// `bauta init`: makes the store of `config` with account and service `default` and a key with every scope; the same in the sandbox, if
/// there is one.  Account and service are found again if they are there.  Codes: those of the store and the seal.
Result<FirstKey> make_first_key(const Config& config);

/// `bauta dev`: the same in a relay that is open already, on `executor`, whose thread is another one.  `sandbox`: nullptr: there is none.
/// Codes: those of the store.
Result<FirstKey> make_first_key(const Executor& executor, RelayEngine& engine,
                                RelaySandbox* sandbox, TimePoint now);

}  // namespace bauta
