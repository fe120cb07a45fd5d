#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/cli/client.h"

namespace bauta {

struct TriggerOptions {
  std::string type = {};
  /// The simulated carrier's phones.
  std::string handsets = "http://127.0.0.1:8079";
  /// The connection that numbers must be of, so that nothing of this reaches a real phone; "": simulated, or with a test key sandbox.
  std::string connection = {};
};

/// The types of events that can be made to happen, in their order: with any key, or `with_test_key` those that take one.
std::vector<std::string> triggered_types(bool with_test_key);

/// Makes an event of that type happen, as people and platforms would: in a session of its own between fictional people, which is gone after ten minutes, on
/// numbers of the simulated carrier only.  The event, as the API lists it.
/// Codes: trigger.not_simulated (numbers of another connection), trigger.sandbox_only (it takes a test key), trigger.no_event (it did not come in time), and those of the calls that it makes.
Result<Reply> trigger(Client& client, const TriggerOptions& options);

}  // namespace bauta
