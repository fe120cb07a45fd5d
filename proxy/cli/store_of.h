#pragma once

#include <functional>
#include <memory>

#include "metrics/instruments/instruments.h"
#include "proxy/config/config.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/sealed_store.h"
#include "storage/seal/system_random.h"
#include "storage/store/clock.h"
#include "storage/store/store.h"

namespace bauta {

/// The store that a configuration names, opened and sealed.
class OpenStore {
 public:
  /// `on_failure`: the engine can promise nothing any more.  Clock and metrics outlive the store.
  static Result<std::unique_ptr<OpenStore>> open(const Config& config, bool accept_loss,
                                                 const Clock& clock, metrics::Instruments& metrics,
                                                 std::function<void(const Error&)> on_failure);
  ~OpenStore();

  Store& store();
  const IndexKey& index_key() const;
  Random& random();
  /// The disk has no space left for commits: looks now, and keeps the gauges.
  bool is_full();
  /// Everything acknowledged is on the disk when this returns; nothing is taken any more.
  void close();

 private:
  struct Parts;
  explicit OpenStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bauta
