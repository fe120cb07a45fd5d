#include "proxy/carriers/carrier.h"
#include "proxy/carriers/simulated.h"
#include "proxy/carriers/twilio.h"

namespace bauta {

CarrierTypes http_carrier_types() {
  return {
      {"simulated", make_simulated_carrier},
      {"twilio", make_twilio_carrier},
  };
}

}  // namespace bauta
