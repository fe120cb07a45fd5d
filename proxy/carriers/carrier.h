#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/carriers/http_clients.h"
#include "proxy/config/config.h"
#include "proxy/net/http.h"
#include "routing/messages/inbound.h"
#include "routing/outbox/carrier_port.h"
#include "storage/store/clock.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// Which fields of it a type asks for, the type's own file says.
using ConnectionOptions = ConnectionConfig;

/// What every connection is given to work with; each outlives it.
struct CarrierParts {
  HttpClients& clients;
  Clock& clock;
  /// [public] url, without a slash at its end: callback URLs are built, and signatures computed, over it.
  std::string public_url;
};

/// What a callback brought: each element on its own, since one that cannot be read must not cost its neighbours, and the answer that tells
/// the carrier that all of it is safe.
template <class T>
struct CallbackBatch {
  std::vector<Result<T>> elements;
  HttpResponse success;
};

/// One configured connection to a carrier: how its callbacks are authenticated and read, and how a text is handed over.  Knows nothing of routing's
/// decisions; a new kind is one file and a line in carrier_types.cc.  Thread-safe: called from every thread.
class Carrier {
 public:
  explicit Carrier(std::string name) : name_(std::move(name)) {}
  virtual ~Carrier() = default;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  const std::string& name() const { return name_; }
  virtual bool receipts_carry_reference() const = 0;

  /// Authentic, or an error; nothing of a request that is not authentic is looked at.
  /// Codes: carrier.bad_signature (403), carrier.wrong_account (403), carrier.malformed, carrier.unsupported_channel (400; also of an element).
  virtual Result<CallbackBatch<InboundMessage>> read_inbound(const HttpRequest& request) const = 0;
  virtual Result<CallbackBatch<DeliveryReceipt>> read_status(const HttpRequest& request) const = 0;

  /// What became of a submit without an answer, where a carrier can be asked; by default it cannot.  As submit() in its promises.
  virtual Task<AskOutcome> ask(SentText sent);

  /// Ends within the connection's own time limits, always; resumes on the caller's executor.
  virtual Task<SubmitOutcome> submit(OutboundMessage message) = 0;

 private:
  std::string name_;
};

/// Makes a connection of one type.  Codes: config.bad_value (its detail names the key).
using CarrierFactory =
    std::function<Result<std::unique_ptr<Carrier>>(ConnectionOptions, CarrierParts)>;
/// By the name that `type` has in the configuration.
using CarrierTypes = std::map<std::string, CarrierFactory, std::less<>>;

/// Those that speak HTTP.
CarrierTypes http_carrier_types();

}  // namespace bauta
