#include "pool/allocation/refusal.h"

#include <chrono>
#include <string_view>
#include <utility>

namespace bauta {
namespace {

std::string_view name_of(Bar bar) {
  switch (bar) {
    case Bar::draining:
      return "draining";
    case Bar::reserved:
      return "reserved";
    case Bar::capability:
      return "without the capability";
    case Bar::reach:
      return "that cannot text their country";
    case Bar::closed:
      return "closed by their STOP";
    case Bar::none:
      break;
  }
  std::unreachable();
}

std::string duration_text(Duration duration) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(duration).count();
  if (minutes < 60) return std::to_string(minutes) + " min";
  return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

std::string place_text(const Locality& locality, Tier widest) {
  if (widest == Tier::any) return "the whole pool";
  std::string text = locality.country.empty() ? "an unknown country" : locality.country;
  if (widest == Tier::country) return text;
  if (widest == Tier::region && !locality.region.empty()) return text + ", " + locality.region;
  return text + (locality.area_code.empty() ? ", which has no area codes there"
                                            : ", area code " + locality.area_code);
}

/// How those that may serve them are taken.
std::string taken_text(const Tally& tally, TimePoint now) {
  if (tally.held() == 0) return "none there may serve them";
  std::string text = "of the " + std::to_string(tally.held()) + " that may serve them, they use " +
                     std::to_string(tally.live);
  if (tally.cooling > 0) {
    text += " and " + std::to_string(tally.cooling) + " " + (tally.cooling == 1 ? "is" : "are") +
            " cooling, the first for another " + duration_text(*tally.first_reusable_at - now);
  }
  return text;
}

std::string barred_text(const Tally& tally) {
  std::string text;
  for (const auto& [bar, numbers] : tally.barred) {
    text += (text.empty() ? " (besides: " : ", ") + std::to_string(numbers) + " " +
            std::string(name_of(bar));
  }
  return text.empty() ? text : text + ")";
}

}  // namespace

std::unexpected<Error> exhausted(const Asker& asker, const Tally& tally) {
  // One seat was asked for, so one number more is what it takes.
  std::string detail = "no number for " + asker.address.masked() + " is free in " +
                       place_text(asker.wanted, asker.widest) + ": " +
                       taken_text(tally, asker.now) + barred_text(tally) +
                       "; add at least 1 number there";
  if (asker.address.channel() == Channel::sms && !asker.country.empty())
    detail += " that can text phones in " + asker.country;
  if (asker.widest != Tier::any) detail += ", or let the service look farther away";
  return std::unexpected(Error{.code = "pool.exhausted",
                               .detail = std::move(detail),
                               .faults = {},
                               .members = {{"country", asker.wanted.country},
                                           {"area_code", asker.wanted.area_code},
                                           {"needed", "1"}}});
}

std::unexpected<Error> not_in_pool() {
  // The number is not repeated: what is none of ours may be somebody's own (promise 2).
  return fail(
      "number.not_in_pool",
      "the virtual_number asked for is no number of this service; add it first, or leave it out");
}

std::unexpected<Error> not_eligible(const Asker& asker, const VirtualNumber& number, Bar bar) {
  const auto because = [&](std::string why) {
    return fail("number.not_eligible", number.str() + " " + std::move(why));
  };
  switch (bar) {
    case Bar::draining:
      return because("is draining and takes no new seats");
    case Bar::capability:
      return because("has no capability " + asker.capability);
    case Bar::reach:
      return because("cannot text phones in " +
                     (asker.country.empty() ? "an unknown country" : asker.country) + ", where " +
                     asker.address.masked() + " is; see its reach");
    case Bar::closed:
      return because("was closed by " + asker.address.masked() + " with STOP");
    case Bar::reserved:
    case Bar::none:
      break;
  }
  std::unreachable();
}

std::unexpected<Error> in_use(const Asker& asker, const VirtualNumber& number,
                              std::optional<TimePoint> reusable_at) {
  const std::string until =
      reusable_at ? "is cooling for another " + duration_text(*reusable_at - asker.now)
                  : "is in use";
  return fail("number.in_use_by_address",
              number.str() + " " + until + " for " + asker.address.masked() +
                  ": a person has one conversation at a time on a number; leave "
                  "virtual_number out to get another one");
}

}  // namespace bauta
