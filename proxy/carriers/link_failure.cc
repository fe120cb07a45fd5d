#include "proxy/carriers/link_failure.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace bauta {
namespace {

/// What says nothing of the carrier: calls beyond what we take on, that we made wrongly, or while we stop.
constexpr std::array<std::string_view, 5> kOurOwn = {
    "http.bad_call", "http.closed", "http.overloaded", "http.timeout", "http.wait_timeout"};

bool is_of_the_link(const Error& error) {
  return std::ranges::find(kOurOwn, error.code) == kOurOwn.end();
}

}  // namespace

SubmitLater not_reached(const HttpNotSent& not_sent) {
  return {.code = std::string(not_sent.error.code),
          .retry_after = std::nullopt,
          .link_failed = is_of_the_link(not_sent.error)};
}

SubmitUnknown not_answered(const HttpUnknown& unknown) {
  return {.code = std::string(unknown.error.code), .link_failed = is_of_the_link(unknown.error)};
}

}  // namespace bauta
