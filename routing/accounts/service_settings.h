#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pool/address/locality.h"
#include "storage/store/result.h"

namespace bauta {

namespace records {
class Service;
}  // namespace records

/// What becomes of a send whose outcome stayed unknown.
enum class UnknownPolicy : std::uint8_t { resend, dead_letter };
std::string_view unknown_policy_name(UnknownPolicy policy);

/// What becomes of the number that two people had when they meet again.
enum class StickyPolicy : std::uint8_t { off, prefer, avoid };
std::string_view sticky_policy_name(StickyPolicy policy);

/// What a STOP closes: everything of the service, or the line that it was texted to.
enum class ConsentScope : std::uint8_t { service, line };
std::string_view consent_scope_name(ConsentScope scope);

/// A platform's own words for what Bauta says: SystemText's name, language ("en", "de"), text.
struct OwnText {
  std::string name;
  std::string language;
  std::string text;
  friend bool operator==(const OwnText&, const OwnText&) = default;
};

/// Every setting has the same name in the API (`GET/PATCH /api/v1/services/{name}`), with the same unit and range.
struct ServiceSettings {
  /// The name people read in what Bauta itself says; "" leaves it out.  At most 40 characters.
  std::string display_name;
  std::chrono::seconds cooling_seconds{24 * 3600};  // 0 … 90 days
  std::chrono::seconds deadline_seconds{4 * 3600};  // 60 s … 48 h
  UnknownPolicy unknown = UnknownPolicy::resend;
  /// The farthest tier a seat may be served from.
  Tier locality_fallback = Tier::country;
  /// Whether a text on an ended line is answered.
  bool answer_ended = true;
  /// Whether somebody without a conversation is told so.
  bool answer_strangers = false;
  StickyPolicy sticky = StickyPolicy::off;
  ConsentScope consent_scope = ConsentScope::service;
  /// Whether participants' own addresses are masked in what they write to each other.
  bool mask_addresses = true;
  /// Of what Bauta says to people whose own is not known.
  std::string language = "en";
  std::vector<OwnText> texts = {};
  /// The country (ISO 3166-1 alpha-2) whose people the platform may write without a calling code; "": all are written internationally.
  std::string default_region = {};
  /// After the session's end.
  std::chrono::seconds retention_seconds{7 * 24 * 3600};  // 0 … 3650 days

  friend bool operator==(const ServiceSettings&, const ServiceSettings&) = default;
};

void write_settings(records::Service& record, const ServiceSettings& settings);
/// A setting that an older version did not write keeps its default.
Result<ServiceSettings> read_settings(const records::Service& record);

}  // namespace bauta
