#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/config.h"

namespace bauta {

/// The names of keys ("log.level", "connections.twilio.token"; of a connection that came or went "connections.twilio"), never what they say.
struct ConfigChanges {
  /// Taken up while the relay runs.
  std::vector<std::string> live;
  std::vector<std::string> restart;
};

/// What a configuration says, to be compared with another.  Of secrets it holds only a hash, keyed anew in every process.
class ConfigSnapshot {
 public:
  explicit ConfigSnapshot(const Config& config);

  ConfigChanges changes_to(const ConfigSnapshot& next) const;
  /// From now on it says what `next` says wherever a change counts without a restart.
  void take_up_live(const ConfigSnapshot& next);
  /// Of all that it says but the secrets: 16 letters from a to p, the same for the same configuration in every process.
  std::string hash() const;

 private:
  struct Value {
    std::string text;
    bool is_live = false;
    bool is_secret = false;
  };
  void put(std::string key, std::string text, bool is_live, bool is_secret);

  /// By key.
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace bauta
