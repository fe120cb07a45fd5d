#pragma once

#include "metrics/instruments/instruments.h"
#include "storage/journal/journal.h"

namespace bauta {

/// What the journal does, counted; a disk that fails, and one that is well again, are logged once.
class CountJournal final : public JournalObserver {
 public:
  /// Outlives it.
  explicit CountJournal(metrics::Instruments& metrics) : metrics_(metrics) {}

  void written(std::size_t entries) override;
  void failing(const std::optional<Error>& why) override;

 private:
  metrics::Instruments& metrics_;
  bool is_failing_ = false;
};

}  // namespace bauta
