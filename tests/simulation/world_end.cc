#include "routing/inspection/inspection.h"
#include "tests/simulation/world_tools.h"

// In the end: what the relay says of everything.
namespace bauta::simulation {
namespace {

constexpr std::uint32_t kPage = 100;
/// A finding of the inspection is no promise of its own.
constexpr int kNoPromise = 0;

}  // namespace

/// Asks the relay, as a platform would, what became of every text.
void World::tell_all() {
  telling_ = true;
  trouble_ = {};
  relay_.reset();
  start();
  std::vector<DeliveryTold> told;
  std::set<std::string> asked;
  for (const auto& service : services_) tell_service(service, told, asked);
  oracle_.all_told(told, asked);
  if (hook_) tell_endpoint(services_.front().caller);
  if (!oracle_.broken() && !endpoint_.broken()) inspect_the_disk();
}

void World::tell_service(const Service& service, std::vector<DeliveryTold>& told,
                         std::set<std::string>& asked) {
  const auto dead = dead_letters_of(service.caller);
  const auto events = events_of(service.caller);
  for (const auto& session : sessions_) {
    if (session.erased || services_[session.service].caller.service.id != service.caller.service.id)
      continue;
    asked.insert(session.id.str());
    std::string cursor;
    do {
      const auto page = must(
          relay_->ask(relay_->desk().list_messages(service.caller, session.id, kPage, cursor)));
      for (const auto& view : page.data) {
        for (const auto& delivery : view.deliveries) {
          const auto state = std::string(delivery_state_name(delivery.state));
          const auto which = delivery.message.str() + delivery.seat.str();
          if (state == "delivered" && events.contains("message.unconfirmed " + which))
            reached_.mark(Mark::delivered_after_unconfirmed);
          told.push_back({.session = session.id.str(),
                          .body = view.message.text.reveal(),
                          .person = delivery.to.reveal(),
                          .state = state,
                          .code = delivery.error_code,
                          .at = SimulatedClock::micros_of(delivery.updated_at).count(),
                          .resends = delivery.resends,
                          .has_dead_letter = dead.contains(which),
                          .has_event = events.contains("message." + state + " " + which)});
        }
      }
      cursor = page.next_cursor;
    } while (!cursor.empty());
  }
}

/// What happened before there was a webhook is none of its business: the numbers of the scene.
void World::tell_endpoint(const Caller& caller) {
  std::set<Position> events;
  std::string cursor;
  do {
    const auto page = must(relay_->ask(relay_->desk().list_events(caller, kPage, cursor)));
    for (const auto& event : page.data) {
      if (event.type != EventType::number_added) events.insert(event.sequence);
    }
    cursor = page.next_cursor;
  } while (!cursor.empty());
  endpoint_.all_told(events);
}

std::set<std::string> World::dead_letters_of(const Caller& caller) {
  std::set<std::string> dead;
  std::string cursor;
  do {
    const auto page = must(relay_->ask(relay_->desk().list_dead_letters(caller, kPage, cursor)));
    for (const auto& letter : page.data) dead.insert(letter.message.str() + letter.seat.str());
    cursor = page.next_cursor;
  } while (!cursor.empty());
  return dead;
}

std::set<std::string> World::events_of(const Caller& caller) {
  std::set<std::string> events;
  std::string cursor;
  do {
    const auto page = must(relay_->ask(relay_->desk().list_events(caller, kPage, cursor)));
    for (const auto& event : page.data) {
      std::string message;
      std::string to;
      for (const auto& [key, value] : event.data) {
        if (key == "message") message = value;
        if (key == "to") to = value;
      }
      events.insert(fmt::format("{} {}{}", event_type_name(event.type), message, to));
    }
    cursor = page.next_cursor;
  } while (!cursor.empty());
  return events;
}

/// What records say of each other agrees, whatever happened to them.
void World::inspect_the_disk() {
  const auto inspection = must(relay_->ask(inspect(disk_, index_key_)));
  for (const auto& finding : inspection.findings) note("found: {}", describe(finding));
  if (!inspection.is_clean())
    outcome_.broken =
        Broken{.promise = kNoPromise, .what = "on the disk: " + describe(inspection.findings[0])};
}

}  // namespace bauta::simulation
