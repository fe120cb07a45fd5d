#pragma once

#include <string>

#include "proxy/config/config.h"
#include "proxy/doctor/diagnosis.h"

namespace bauta {

struct StoreVisit {
  Findings findings;
  /// Another process has the store: a relay, which is to be asked.
  bool is_held = false;
  /// Nobody has it: a relay that answers somewhere is another's.  Neither: it cannot be told.
  bool is_free = false;
};

/// Opens the store of a relay that does not run, without writing to it, and its key ring with the master key.
StoreVisit visit_store(const Config& config);

/// What the relay of `config` says of itself on its admin listener, if its store is held, so that somebody must be there.
Findings ask_relay(const Config& config, const StoreVisit& store);

/// Does whoever listens at `listen` answer as a relay does?
bool is_relay_at(const Config& config, const std::string& listen, bool is_https);

}  // namespace bauta
