#include "proxy/carriers/carrier_set.h"

#include <algorithm>
#include <utility>

#include "proxy/carriers/signing.h"
#include "proxy/config/log.h"

namespace bauta {
namespace {

constexpr std::size_t kNameOctetsMax = 40;
constexpr std::size_t kTokenOctetsMin = 16;
constexpr std::size_t kTokenOctetsMax = 128;

/// Names are labels of metrics and parts of paths.
bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

struct OutcomeWords {
  std::string_view outcome;
  std::string_view code;
};

OutcomeWords words_of(const SubmitOutcome& outcome) {
  if (std::holds_alternative<SubmitAccepted>(outcome)) return {"accepted", "-"};
  if (const auto* refused = std::get_if<SubmitRefused>(&outcome)) return {"refused", refused->code};
  if (const auto* later = std::get_if<SubmitLater>(&outcome)) return {"later", later->code};
  return {"unknown", std::get<SubmitUnknown>(outcome).code};
}

}  // namespace

Result<std::unique_ptr<CarrierSet>> CarrierSet::make(std::vector<ConnectionOptions> connections,
                                                     const CarrierTypes& types,
                                                     CarrierParts parts) {
  auto set = std::make_unique<CarrierSet>();
  while (parts.public_url.ends_with('/')) parts.public_url.pop_back();
  for (auto& connection : connections) {
    const auto type = types.find(connection.type);
    if (type == types.end()) {
      return fail("config.bad_value", "connections: " + connection.name + ": there is no type '" +
                                          connection.type + "'");
    }
    auto token = connection.token;
    const double rate = connection.rate_per_second;
    BAUTA_TRY(auto carrier, type->second(std::move(connection), parts));
    BAUTA_CHECK(set->add(std::move(carrier), std::move(token), rate));
  }
  return set;
}

Status CarrierSet::add(std::unique_ptr<Carrier> carrier, std::string token,
                       double rate_per_second) {
  const std::string name = carrier->name();
  if (!is_plain(name) || name.size() > kNameOctetsMax) {
    return fail("config.bad_value",
                "connections: a name is 1 to 40 letters, digits, hyphens and underscores");
  }
  if (!is_plain(token) || token.size() < kTokenOctetsMin || token.size() > kTokenOctetsMax) {
    return fail("config.bad_value", "connections: " + name +
                                        ": token: 16 to 128 letters, digits, hyphens and "
                                        "underscores that nobody can guess");
  }
  auto pace = std::make_unique<Entry::Pace>();
  pace->rate_per_second = rate_per_second;
  if (!entries_
           .emplace(name, Entry{.carrier = std::move(carrier),
                                .token = std::move(token),
                                .pace = std::move(pace),
                                .trouble = std::make_unique<log::Seldom>()})
           .second) {
    return fail("config.bad_value", "connections: the name " + name + " stands there twice");
  }
  return {};
}

void CarrierSet::change_rate(std::string_view connection, double rate_per_second) {
  if (const Entry* entry = find(connection)) entry->pace->rate_per_second = rate_per_second;
}

const CarrierSet::Entry* CarrierSet::find(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : &entry->second;
}

const Carrier* CarrierSet::find_callback(std::string_view name, std::string_view token) const {
  const Entry* entry = find(name);
  if (entry == nullptr || !equal_in_constant_time(entry->token, token)) return nullptr;
  return entry->carrier.get();
}

bool CarrierSet::has(std::string_view connection) const { return find(connection) != nullptr; }

std::vector<std::string> CarrierSet::connections() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

bool CarrierSet::receipts_carry_reference(std::string_view connection) const {
  const Entry* entry = find(connection);
  return entry != nullptr && entry->carrier->receipts_carry_reference();
}

SteadyPoint CarrierSet::take_turn(std::string_view connection, ServiceId service,
                                  std::optional<TurnTicket>& ticket, SteadyPoint now) {
  const Entry* entry = find(connection);
  if (entry == nullptr) return now;
  auto& pace = *entry->pace;
  const double rate = pace.rate_per_second;
  if (rate <= 0 && !ticket) return now;
  const MutexLock lock(pace.mutex);
  return pace.turns.take(service, ticket, now, rate);
}

SteadyPoint CarrierSet::use_turn(std::string_view connection, SteadyPoint now) {
  const Entry* entry = find(connection);
  const double rate = entry == nullptr ? 0 : entry->pace->rate_per_second.load();
  if (rate <= 0) return now;
  const MutexLock lock(entry->pace->mutex);
  return entry->pace->turns.use(now, rate);
}

void CarrierSet::leave_turn(std::string_view connection, TurnTicket ticket) {
  const Entry* entry = find(connection);
  if (entry == nullptr) return;
  const MutexLock lock(entry->pace->mutex);
  entry->pace->turns.leave(ticket);
}

Task<AskOutcome> CarrierSet::ask(std::string connection, SentText sent) {
  const Entry* entry = find(connection);
  if (entry == nullptr) co_return AskedInVain{};
  const auto from = sent.from.str();
  const auto to = sent.to.masked();
  auto outcome = co_await entry->carrier->ask(std::move(sent));
  log::debug("mt asked connection={} from={} to={} outcome={}", connection, from, to,
             ask_outcome_name(outcome));
  co_return outcome;
}

Task<AskOutcome> Carrier::ask(SentText) { co_return AskedInVain{}; }

Task<SubmitOutcome> CarrierSet::submit(std::string connection, OutboundMessage message) {
  const Entry* entry = find(connection);
  if (entry == nullptr) {
    co_return SubmitLater{.code = "carrier.unknown_connection", .retry_after = std::nullopt};
  }
  const auto from = message.from.str();
  const auto to = message.to.masked();
  auto outcome = co_await entry->carrier->submit(std::move(message));
  const auto words = words_of(outcome);
  log::debug("mt submitted connection={} from={} to={} outcome={} code={}", connection, from, to,
             words.outcome, words.code);
  const bool is_trouble = words.outcome == "later" || words.outcome == "unknown";
  if (const auto times = is_trouble ? entry->trouble->happened(log::Seldom::Clock::now()) : 0) {
    log::warn("mt not taken connection={} outcome={} code={} times={}", connection, words.outcome,
              words.code, times);
  }
  co_return outcome;
}

}  // namespace bauta
