#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "proxy/net/address_guard.h"
#include "proxy/net/router.h"
#include "proxy/sandbox/sandbox_carrier.h"
#include "proxy/sandbox/sandbox_clock.h"
#include "routing/desk/desk.h"
#include "routing/webhooks/endpoint_port.h"
#include "storage/store/clock.h"
#include "storage/store/random.h"

namespace bauta {

/// What a request may hold.  Every fault names the limit that it exceeds.  Characters are Unicode's, not octets.
struct ApiLimits {
  std::size_t body_bytes_max = std::size_t{256} * 1024;
  /// Of POST /api/v1/numbers, which takes many at once.
  std::size_t numbers_body_bytes_max = std::size_t{1} << 20;
  /// Objects and arrays inside one another; what the API asks for is 4 deep.
  std::size_t json_depth_max = 16;

  std::uint32_t page_default = 50;
  std::uint32_t page_max = 100;
  std::size_t idempotency_key_max = 255;
  /// Where a body brings one; docs/compatibility.md promises that none gets longer.
  std::size_t cursor_chars_max = 512;
  /// Of a 429 or a 503 that knows no better.
  std::chrono::seconds retry_after{1};

  std::size_t participants_max = 50;
  std::size_t label_chars_max = 64;
  std::size_t language_chars_max = 35;  // RFC 5646, 4.4.1
  std::size_t unique_name_chars_max = 191;
  std::size_t area_chars_max = 64;
  std::chrono::seconds ttl_max = std::chrono::days{366};
  std::chrono::seconds idle_ttl_max = std::chrono::days{366};
  std::size_t metadata_entries_max = 50;
  std::size_t metadata_name_chars_max = 40;
  std::size_t metadata_value_chars_max = 500;

  std::size_t numbers_a_call_max = 1'000;
  std::size_t connection_chars_max = 64;
  std::size_t fallbacks_max = 10;
  std::size_t capabilities_max = 10;
  std::size_t capability_chars_max = 16;
  std::size_t reach_max = 250;
  double rate_per_second_min = 0.01;
  double rate_per_second_max = 1'000;
  std::size_t tags_max = 20;
  std::size_t tag_chars_max = 64;

  std::size_t webhooks_max = 20;
  std::size_t webhook_types_max = 50;
  std::size_t url_chars_max = 2'048;
  /// How long a secret may go on signing after its rotation.
  std::chrono::seconds rotation_overlap_max = std::chrono::hours{24};
  /// Streams of events, of all services and of one.
  std::size_t event_streams_max = 256;
  std::size_t event_streams_service_max = 16;
  /// A stream that has nothing to say says so.
  std::chrono::milliseconds event_heartbeat = std::chrono::seconds{15};

  std::size_t key_label_chars_max = 64;
  std::size_t display_name_chars_max = 40;
  std::size_t texts_languages_max = 20;
  std::size_t own_text_chars_max = 480;
};

/// Where webhooks lead.
struct ApiEndpoints {
  EndpointPort& port;
  /// Which URLs may be named at all.
  AddressGuard guard = {};
  /// By what calls are stamped, so that who verifies them sees the time of his own clock; nullptr: by the API's.
  const Clock* stamps = nullptr;
};

/// What keys that begin with bauta_test_ are led to: a relay of its own, and what it has besides.  Each outlives the router.
struct ApiSandbox {
  Desk& desk;
  SandboxClock& clock;
  SandboxCarrier& carrier;
  Store& store;
  Random& random;
  ApiEndpoints endpoints;
  /// Does what has come due by its clock; false: it had not ended when the time for that was over.
  std::function<Task<Result<bool>>()> catch_up;
};

/// Adds the routes below /api/v1 (docs/openapi.yaml) and /errors/{code} to `router`.  What is given outlives the router.
void mount_api(Router& router, Desk& desk, const Clock& clock, Random& random,
               ApiEndpoints endpoints, ApiLimits limits = {},
               std::optional<ApiSandbox> sandbox = {});

}  // namespace bauta
