#pragma once

#include <string>

#include "proxy/net/http_client.h"
#include "storage/store/result.h"

namespace bauta {

/// Where the demonstration finds what it plays with.
struct DemoPlaces {
  std::string relay_url;
  std::string handsets_url;
  std::string key;
};

/// A host in Washington and a guest in London, who write to each other through numbers of the pool.
struct DemoPeople {
  static constexpr const char* kHost = "+12025550142";
  static constexpr const char* kGuest = "+442079460142";
  std::string host_number;   // what the host texts
  std::string guest_number;  // what the guest texts
  std::string session;
};

/// Numbers of the simulated carrier are added to the pool; those that are there already stay as they are.  Codes: demo.failed, demo.unreachable.
Task<Status> add_demo_numbers(HttpClient& client, DemoPlaces places);

/// Opens the session between the two, or finds the one that an earlier run opened, and plays their conversation through the handsets, drawn
/// on standard output as it goes if that is a terminal, else once at its end.  Codes: demo.failed, demo.unreachable.
Task<Result<DemoPeople>> play_demo(HttpClient& client, DemoPlaces places);

/// What to type to begin with.
std::string dev_curl_lines(const DemoPlaces& places);
/// The same with `bauta`.
std::string dev_command_lines(const DemoPlaces& places);
/// What to type to go on by hand.
std::string demo_curl_lines(const DemoPlaces& places, const DemoPeople& people);

}  // namespace bauta
