#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "storage/seal/index_key.h"
#include "storage/store/records.h"

namespace bauta {

enum class ConsentState : std::uint8_t { opted_in, opted_out };
/// Who said so.
enum class ConsentSource : std::uint8_t { person, carrier, platform };

struct Consent {
  ConsentState state = ConsentState::opted_in;
  ConsentSource source = ConsentSource::person;
  TimePoint since{};
};

/// Who a word of consent is about: one telephone, whichever of its national spellings it goes by, so that a STOP that a carrier wrote in one
/// counts for a seat that a platform wrote in another.  For most people the hash is the one of their routes.
struct Consenter {
  ServiceId service;
  PersonHash person;
};
Consenter consenter(const IndexKey& index_key, ServiceId service, const RealAddress& address);

/// A person's word in a service, and at one line of it, with the versions that a claim expects (present or absent).
struct ConsentView {
  std::optional<Stored<Consent>> everywhere;
  std::optional<Stored<Consent>> line;

  /// Nothing goes to this person at this line (promise 6).
  bool is_out() const;
};

/// Who may be texted.  Survives sessions; keys hold hashes only.  Thread-safe, reads no clock.
/// Keys: `con/<svc>/<person>`, `con/<svc>/<person>/<V>`.
class Ledger {
 public:
  explicit Ledger(Store& store) : store_(store) {}

  static Key key_of(const Consenter& who);
  static Key line_key_of(const Consenter& who, const VirtualNumber& number);
  Task<Result<ConsentView>> look_up(Consenter who, VirtualNumber number) const;
  static Result<Stored<Consent>> decode(const Record& record);

  /// Adds to `commit` the person's word for the whole service; expects what `view` saw.
  static void record(Commit& commit, const Consenter& who, const ConsentView& view,
                     const Consent& consent);
  /// The same for one line.
  static void record_line(Commit& commit, const Consenter& who, const VirtualNumber& number,
                          const ConsentView& view, const Consent& consent);

 private:
  Store& store_;
};

}  // namespace bauta
