#include "routing/accounts/service_settings.h"

#include <utility>

#include "routing/accounts/account.pb.h"

namespace bauta {

std::string_view unknown_policy_name(UnknownPolicy policy) {
  switch (policy) {
    case UnknownPolicy::resend:
      return "resend";
    case UnknownPolicy::dead_letter:
      return "dead_letter";
  }
  std::unreachable();
}

std::string_view sticky_policy_name(StickyPolicy policy) {
  switch (policy) {
    case StickyPolicy::off:
      return "off";
    case StickyPolicy::prefer:
      return "prefer";
    case StickyPolicy::avoid:
      return "avoid";
  }
  std::unreachable();
}

std::string_view consent_scope_name(ConsentScope scope) {
  switch (scope) {
    case ConsentScope::service:
      return "service";
    case ConsentScope::line:
      return "line";
  }
  std::unreachable();
}

void write_settings(records::Service& record, const ServiceSettings& settings) {
  record.set_display_name(settings.display_name);
  record.set_cooling_seconds(settings.cooling_seconds.count());
  record.set_deadline_seconds(settings.deadline_seconds.count());
  record.set_unknown(std::string(unknown_policy_name(settings.unknown)));
  record.set_locality_fallback(std::string(tier_name(settings.locality_fallback)));
  record.set_answer_ended(settings.answer_ended);
  record.set_retention_seconds(settings.retention_seconds.count());
  record.set_answer_strangers(settings.answer_strangers);
  record.set_sticky(std::string(sticky_policy_name(settings.sticky)));
  record.set_consent_scope(std::string(consent_scope_name(settings.consent_scope)));
  record.set_mask_addresses(settings.mask_addresses);
  record.set_language(settings.language);
  record.set_default_region(settings.default_region);
  for (const OwnText& text : settings.texts) {
    auto* const own = record.add_texts();
    own->set_name(text.name);
    own->set_language(text.language);
    own->set_text(text.text);
  }
}

Result<ServiceSettings> read_settings(const records::Service& record) {
  ServiceSettings settings;
  settings.display_name = record.display_name();
  if (record.has_cooling_seconds())
    settings.cooling_seconds = std::chrono::seconds(record.cooling_seconds());
  if (record.has_deadline_seconds())
    settings.deadline_seconds = std::chrono::seconds(record.deadline_seconds());
  if (record.unknown() == unknown_policy_name(UnknownPolicy::dead_letter))
    settings.unknown = UnknownPolicy::dead_letter;
  if (record.has_locality_fallback()) {
    BAUTA_TRY(settings.locality_fallback, parse_tier(record.locality_fallback()));
  }
  if (record.has_answer_ended()) settings.answer_ended = record.answer_ended();
  if (record.has_retention_seconds())
    settings.retention_seconds = std::chrono::seconds(record.retention_seconds());
  settings.answer_strangers = record.answer_strangers();
  for (const StickyPolicy policy : {StickyPolicy::prefer, StickyPolicy::avoid}) {
    if (record.sticky() == sticky_policy_name(policy)) settings.sticky = policy;
  }
  if (record.consent_scope() == consent_scope_name(ConsentScope::line))
    settings.consent_scope = ConsentScope::line;
  if (record.has_mask_addresses()) settings.mask_addresses = record.mask_addresses();
  if (record.has_language()) settings.language = record.language();
  settings.default_region = record.default_region();
  for (const auto& own : record.texts())
    settings.texts.push_back({.name = own.name(), .language = own.language(), .text = own.text()});
  return settings;
}

}  // namespace bauta
