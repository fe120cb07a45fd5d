#include "storage/rocksdb/expiry_filter.h"

#include <optional>
#include <string>

#include "storage/rocksdb/frame.h"

namespace bauta {
namespace {

/// One compaction's: called on one thread, with the keys in their order.
class ExpiryFilter final : public rocksdb::CompactionFilter {
 public:
  ExpiryFilter(TimePoint expired_before, const Positions& positions)
      : expired_before_(expired_before), positions_(positions) {}

  const char* Name() const override { return "bauta.expiry"; }

  Decision FilterV2(int, const rocksdb::Slice& key, ValueType type, const rocksdb::Slice& value,
                    std::string*, std::string*) const override {
    if (type != ValueType::kValue) return Decision::kKeep;
    const auto frame = Frame::decode(value.ToStringView());
    if (!frame || !frame->is_expired(expired_before_)) return Decision::kKeep;
    if (frame->appended && !has_successor(key.ToStringView())) return Decision::kKeep;
    return Decision::kRemove;
  }

 private:
  /// Whether a newer entry of the same log is durable.  Whatever is not certain is kept.
  bool has_successor(std::string_view key) const {
    const auto entry = entry_key(key);
    if (!entry) return false;
    if (!last_ || prefix_ != entry->prefix) {
      prefix_ = entry->prefix;
      last_ = positions_.last_durable(prefix_).value_or(0);
    }
    return entry->position < *last_;
  }

  TimePoint expired_before_;
  const Positions& positions_;
  /// The log that was asked about last; its newest entry may have become newer since, never older.
  mutable std::string prefix_;
  mutable std::optional<Position> last_;
};

class ExpiryFilterFactory final : public rocksdb::CompactionFilterFactory {
 public:
  ExpiryFilterFactory(const Clock& clock, Duration slack, const Positions& positions)
      : clock_(clock), slack_(slack), positions_(positions) {}

  const char* Name() const override { return "bauta.expiry"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<ExpiryFilter>(clock_.now() - slack_, positions_);
  }

 private:
  const Clock& clock_;
  const Duration slack_;
  const Positions& positions_;
};

}  // namespace

std::shared_ptr<rocksdb::CompactionFilterFactory> expiry_filter(const Clock& clock, Duration slack,
                                                                const Positions& positions) {
  return std::make_shared<ExpiryFilterFactory>(clock, slack, positions);
}

}  // namespace bauta
