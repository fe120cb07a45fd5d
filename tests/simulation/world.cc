#include "tests/simulation/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "storage/store/assert.h"

namespace bauta::simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A claim's answer, and the reads that may stand between a commit and what follows from it.
constexpr Time kAfterGuard = (UnsureStore::kAnswerMax + 6 * UnsureStore::kReadMax).count();
/// Three tries of: reads, the fsync under way, the own one.
constexpr Time kAfterClock = 3 * (2 * UnsureStore::kFsyncMax + 10 * UnsureStore::kReadMax).count();
/// A carrier's answer is kept in memory until the store takes it, which is tried every second.
constexpr Time kAfterAnswer = 60'000'000;

/// Longer than it takes to find what a lost hint did not tell.
constexpr Micros kQuiet = seconds(30);
/// How long the relay may take to come to rest once everybody does.
constexpr Micros kRestMax = hours(12);
constexpr std::uint64_t kStepsMax = 3'000'000;

std::array<std::byte, IndexKey::kOctets> key_octets() {
  std::array<std::byte, IndexKey::kOctets> octets{};
  octets.fill(std::byte{7});
  return octets;
}

template <class T>
T must(Result<T> result) {
  BAUTA_ASSERT(result);
  return *std::move(result);
}

}  // namespace

template <class... T>
void World::note(const char* format, const T&... values) {
  trace_.line(fmt::format("{:>12} ", schedule_.now().count()) +
              fmt::format(fmt::runtime(format), values...));
}

World::World(std::uint64_t seed, metrics::Instruments& metrics, bool print)
    : trace_(print),
      chance_(seed, 1),
      store_chance_(seed, 2),
      random_(seed),
      clock_(schedule_),
      disk_(clock_),
      index_key_(key_octets()),
      metrics_(metrics),
      oracle_(
          {.after_guard = kAfterGuard, .after_clock = kAfterClock, .after_answer = kAfterAnswer}),
      carriers_(schedule_, Chance(seed, 3), trace_, oracle_,
                [this](DeliveryReceipt receipt, std::function<void()> done) {
                  bring_receipt(std::move(receipt), std::move(done));
                }) {}

// ---- The scene -----------------------------------------------------------------------------------

/// Few people and fewer numbers, so that they meet again and again.
void World::furnish() {
  const std::size_t people = static_cast<std::size_t>(chance_.between(3, 7));
  for (std::size_t at = 0; at < people; ++at) {
    const bool british = chance_.one_in(5);
    const auto address =
        british ? fmt::format("+4479460009{:02}", at) : fmt::format("+120255501{:02}", at);
    people_.push_back(must(RealAddress::from_carrier(address)));
    oracle_.person_is(address, british ? "GB" : "US");
  }
  start();
  const std::size_t services = chance_.one_in(3) ? 2 : 1;
  for (std::size_t at = 0; at < services; ++at) {
    auto made = must(relay_->ask(relay_->desk().accounts().ensure_account_with_service(
        "acme", fmt::format("service-{}", at), clock_.now(), random_)));
    auto settings = made.settings;
    settings.cooling_seconds = seconds(chance_.pick(std::vector{0, 60, 600, 3'600, 24 * 3'600}));
    settings.deadline_seconds = seconds(chance_.pick(std::vector{60, 300, 1'800, 4 * 3'600}));
    settings.unknown = chance_.one_in(3) ? UnknownPolicy::dead_letter : UnknownPolicy::resend;
    settings.answer_ended = !chance_.one_in(3);
    auto stored = must(relay_->ask(relay_->desk().accounts().find_service(made.id)));
    made = *must(relay_->ask(relay_->desk().accounts().change_service(*stored, settings)));
    oracle_.service_is(made.id.str(), {.cooling = settings.cooling_seconds / Micros(1),
                                       .deadline = settings.deadline_seconds / Micros(1)});
    Service service;
    note("service {}: cooling {} s, deadline {} s", at, settings.cooling_seconds.count(),
         settings.deadline_seconds.count());
    service.caller.key.account = made.account;
    service.caller.key.scopes = all_scopes();
    service.caller.service = made;
    const auto american = static_cast<std::size_t>(chance_.between(1, 6));
    const auto british = static_cast<std::size_t>(chance_.between(0, 2));
    for (std::size_t n = 0; n < american + british; ++n) {
      const bool is_british = n >= american;
      const auto text =
          is_british ? fmt::format("+442079460{}{:02}", at + 1, n)
                     : fmt::format("+1{}55501{}{}", chance_.one_in(2) ? 202 : 212, 5 + at, n);
      const auto number = must(VirtualNumber::from_carrier(text));
      const std::string connection = chance_.one_in(2) ? "alpha" : "beta";
      connections_.emplace(number, connection);
      NewNumber added{
          .number = number, .connection = connection, .fallbacks = {}, .reach = {}, .tags = {}};
      must(relay_->ask(relay_->desk().add_number(service.caller, std::move(added), std::nullopt)));
      service.numbers.push_back(number);
      partitions_.push_back(partition_of(number));
      oracle_.number_is(number.str(), made.id.str(), is_british ? "GB" : "US");
      note("number {} of {}", number.str(), at);
    }
    for (std::size_t person = 0; person < people; ++person) service.people.push_back(person);
    services_.push_back(std::move(service));
  }
  std::ranges::sort(partitions_);
  const auto repeated = std::ranges::unique(partitions_);
  partitions_.erase(repeated.begin(), repeated.end());
  relay_.reset();
}

/// What will go wrong, and how often: some runs know no trouble, some much of one kind.
void World::arrange_trouble() {
  Carriers::Temper temper;
  if (!chance_.one_in(5)) {
    temper = {.refused = chance_.below(8),
              .later = chance_.below(20),
              .unknown = chance_.below(25),
              .opted_out = chance_.below(40),
              .slow = chance_.below(30),
              .no_receipt = chance_.below(40),
              .bad_receipt = chance_.below(20),
              .repeated_receipt = chance_.below(50),
              .early_receipt = chance_.below(50)};
  }
  carriers_.be(temper);
  if (chance_.one_in(2)) {
    trouble_ = {.unknown_one_in = chance_.one_in(2) ? 30 + chance_.below(200) : 0,
                .overloaded_one_in = chance_.one_in(2) ? 30 + chance_.below(200) : 0,
                .unreadable_one_in = chance_.one_in(2) ? 100 + chance_.below(500) : 0,
                .stall_one_in = chance_.one_in(2) ? 20 + chance_.below(100) : 0};
  }
  crash_one_in_ = chance_.one_in(4) ? 0 : 6 + chance_.below(30);
  acts_left_ = 60 + chance_.below(120);
  pace_ = chance_.below(3);
}

void World::start() {
  relay_ = std::make_unique<RelayProcess>(Surroundings{.schedule = schedule_,
                                                       .clock = clock_,
                                                       .disk = disk_,
                                                       .chance = store_chance_,
                                                       .random = random_,
                                                       .trace = trace_,
                                                       .carriers = carriers_,
                                                       .metrics = metrics_,
                                                       .index_key = index_key_,
                                                       .trouble = trouble_,
                                                       .limits = limits_},
                                          partitions_);
}

Outcome World::run() {
  furnish();
  arrange_trouble();
  start();
  next_act();
  std::optional<Micros> resting_since;
  Micros quiet_since{0};
  while (!oracle_.broken() && outcome_.steps < kStepsMax) {
    if (relay_) relay_->poll();
    if (acts_left_ > 0 || under_way_ > 0 || !at_rest()) quiet_since = schedule_.now();
    if (schedule_.now() > quiet_since + kQuiet) break;
    if (acts_left_ == 0 && !resting_since) {
      resting_since = schedule_.now();
      carriers_.be({});
      note("everybody comes to rest");
    }
    if (resting_since && schedule_.now() > *resting_since + kRestMax) {
      outcome_.broken =
          Broken{.promise = 3, .what = "texts still wait 12 hours after the last was written"};
      break;
    }
    if (schedule_.empty()) break;
    schedule_.step();
    oracle_.now_is(schedule_.now().count());
    ++outcome_.steps;
  }
  if (outcome_.steps >= kStepsMax)
    outcome_.broken = Broken{.promise = 3, .what = "it never comes to rest"};
  if (!outcome_.broken && !oracle_.broken()) tell_all();
  if (oracle_.broken()) outcome_.broken = oracle_.broken();
  outcome_.at = schedule_.now();
  relay_.reset();
  outcome_.hash = trace_.hash();
  outcome_.last_lines = trace_.last();
  outcome_.texts = oracle_.texts();
  outcome_.sends = oracle_.sends();
  outcome_.doubles = oracle_.doubles();
  return std::move(outcome_);
}

bool World::at_rest() const { return relay_ && relay_->texts_waiting() == 0; }

// ---- What happens --------------------------------------------------------------------------------

void World::next_act() {
  Micros wait{0};
  const auto drawn = chance_.below(100);
  if (drawn < 60)
    wait = milliseconds(chance_.between(1, 800));
  else if (drawn < 90 || pace_ == 0)
    wait = milliseconds(chance_.between(500, 60'000));
  else if (drawn < 98 || pace_ == 1)
    wait = seconds(chance_.between(60, 1'800));
  else
    wait = seconds(chance_.between(1'800, std::int64_t{30} * 3'600));
  schedule_.in(wait, [this] { act(); });
}

void World::act() {
  --acts_left_;
  if (relay_ && crash_one_in_ > 0 && chance_.one_in(crash_one_in_)) crash();
  if (relay_ && chance_.one_in(12)) relay_->sweep();
  const auto drawn = chance_.below(100);
  if (drawn < 18 || sessions_.empty()) {
    open_session();
  } else if (drawn < 64) {
    text_burst();
  } else if (drawn < 71) {
    late_text();
  } else if (drawn < 76) {
    platform_text();
  } else if (drawn < 82) {
    keyword();
  } else if (drawn < 96) {
    if (auto* session = any_session(true)) {
      const auto at = static_cast<std::size_t>(session - sessions_.data());
      if (chance_.one_in(2)) text(*session, chance_.below(session->lines.size()));
      close_session(at, chance_.one_in(10));
    }
  } else {
    const auto* connection = chance_.one_in(2) ? "alpha" : "beta";
    carriers_.throttle(connection, schedule_.now() + seconds(chance_.between(1, 120)));
    note("{} throttles", connection);
  }
  if (acts_left_ > 0) next_act();
}

/// A crash in the midst of things: a little later than whatever is being done now.
void World::crash() {
  schedule_.in(Micros(chance_.between(0, chance_.one_in(2) ? 20'000 : 400'000)), [this] {
    if (!relay_ || telling_) return;
    note("crash");
    ++outcome_.crashes;
    oracle_.crashed();
    outcome_.commits += relay_->commits();
    relay_.reset();
    schedule_.in(milliseconds(chance_.between(50, chance_.one_in(5) ? 120'000 : 5'000)), [this] {
      note("start");
      start();
    });
  });
}

void World::persist(const std::shared_ptr<Attempt>& attempt) {
  ++under_way_;
  try_again(attempt);
}

/// Who gets no answer in time tries again, whether or not the first try is still under way.
void World::try_again(const std::shared_ptr<Attempt>& attempt) {
  if (attempt->done) return;
  const int tries = ++attempt->tries;
  if (relay_) attempt->once(attempt);
  const auto patience =
      relay_ ? attempt->patience : Micros(milliseconds(chance_.between(300, 5'000)));
  schedule_.in(patience, [this, attempt, tries] {
    if (!attempt->done && attempt->tries == tries) try_again(attempt);
  });
}

World::Known* World::any_session(bool open_only) {
  if (sessions_.empty()) return nullptr;
  for (int tries = 0; tries < 6; ++tries) {
    // The newest are spoken in most.
    const auto back = chance_.one_in(2) ? chance_.below(std::min<std::size_t>(3, sessions_.size()))
                                        : chance_.below(sessions_.size());
    auto& session = sessions_[sessions_.size() - 1 - back];
    if (!open_only || !session.closing) return &session;
  }
  return nullptr;
}

std::string World::new_body() {
  static const std::array<const char*, 6> kWords = {"on my way",    "at the door", "thank you",
                                                    "five minutes", "grüße",       "🚲 see you"};
  return fmt::format("t{} {}", ++written_, kWords[chance_.below(kWords.size())]);
}

void World::open_session() {
  const auto in = chance_.below(services_.size());
  auto& service = services_[in];
  std::vector<std::size_t> people = service.people;
  for (std::size_t at = people.size(); at > 1; --at)
    std::swap(people[at - 1], people[chance_.below(at)]);
  people.resize(std::min<std::size_t>(people.size(), chance_.one_in(60) ? 3 : 2));

  OpenSession request;
  SessionAsked asked{
      .service = service.caller.service.id.str(), .people = {}, .asked = schedule_.now().count()};
  for (const auto person : people) {
    request.participants.push_back(
        {.address = people_[person], .label = "", .language = "", .number = {}, .locality = {}});
    asked.people.push_back(people_[person].reveal());
  }
  if (chance_.one_in(2)) request.ttl = seconds(chance_.between(60, 3'600));
  if (chance_.one_in(3)) request.idle_ttl = seconds(chance_.between(60, 1'800));
  const auto idle = request.idle_ttl;
  const int id = oracle_.session_asked(asked);
  note("open {} of {}", id, fmt::join(asked.people, " "));

  auto attempt = std::make_shared<Attempt>();
  attempt->patience = milliseconds(chance_.between(300, 8'000));
  const IdempotencyMark mark{.key = fmt::format("open {}", ++marks_), .body_hash = "same"};
  attempt->once = [this, in, people, request, mark, id, asked,
                   idle](const std::shared_ptr<Attempt>& self) {
    relay_->open(
        services_[in].caller, request, mark,
        [this, self, in, people, id, asked, idle](Result<std::string> answer) {
          if (self->done) return;
          if (!answer) {
            note("open {} refused: {}", id, answer.error().code);
            if (answer.error().code.starts_with("storage.") ||
                answer.error().code.starts_with("idempotency.")) {
              schedule_.in(milliseconds(chance_.between(200, 2'000)),
                           [this, self] { try_again(self); });
              return;
            }
            self->done = true;
            --under_way_;
            ++outcome_.refusals;
            oracle_.session_refused(id, std::string(answer.error().code));
            return;
          }
          self->done = true;
          --under_way_;
          ++outcome_.sessions;
          note("opened {}: {}", id, *answer);
          Known known{.id = {}, .service = in, .lines = {}};
          SessionOpened opened{.id = {},
                               .service = asked.service,
                               .seats = {},
                               .asked = asked.asked,
                               .answered = schedule_.now().count(),
                               .expires = {},
                               .idle = {}};
          std::vector<std::string> words;
          for (std::size_t from = 0, to = 0; to != std::string::npos; from = to + 1) {
            to = answer->find(' ', from);
            words.push_back(answer->substr(from, to - from));
          }
          BAUTA_ASSERT(words.size() == 2 + people.size());
          opened.id = words[0];
          known.id = must(SessionId::parse(words[0]));
          if (words[1] != "-")
            opened.expires = SimulatedClock::micros_of(from_millis(std::stoll(words[1]))).count();
          if (idle) opened.idle = *idle / Micros(1);
          for (std::size_t at = 0; at < people.size(); ++at) {
            known.lines.push_back({people[at], must(VirtualNumber::from_carrier(words[2 + at]))});
            opened.seats.push_back({people_[people[at]].reveal(), words[2 + at]});
          }
          oracle_.session_opened(id, std::move(opened));
          sessions_.push_back(std::move(known));
        });
  };
  persist(attempt);
}

void World::text_burst() {
  auto* session = any_session(!chance_.one_in(8));
  if (session == nullptr) return;
  const auto at = static_cast<std::size_t>(session - sessions_.data());
  Micros wait{0};
  for (std::int64_t texts = chance_.between(1, 4); texts > 0; --texts) {
    ++under_way_;
    schedule_.in(wait, [this, at, from = chance_.below(session->lines.size())] {
      --under_way_;
      text(sessions_[at], from);
    });
    wait += milliseconds(chance_.between(0, 2'000));
  }
}

void World::text(const Known& session, std::size_t from) {
  const auto& line = session.lines[from];
  hand_in(line.person, line.number, new_body(), TextWritten::Word::none, chance_.one_in(40));
}

/// To a number that once was somebody, or never.
void World::late_text() {
  const auto& service = chance_.pick(services_);
  hand_in(chance_.pick(service.people), chance_.pick(service.numbers), new_body(),
          TextWritten::Word::none, false);
}

void World::keyword() {
  const bool stop = chance_.one_in(2);
  const auto word = stop ? TextWritten::Word::stop : TextWritten::Word::start;
  const std::string body = stop ? "STOP" : "START";
  const auto* session = any_session(false);
  if (session != nullptr && chance_.one_in(2)) {
    const auto& line = chance_.pick(session->lines);
    hand_in(line.person, line.number, body, word, false);
  } else {
    const auto& service = chance_.pick(services_);
    hand_in(chance_.pick(service.people), chance_.pick(service.numbers), body, word, false);
  }
}

/// As a carrier does: until it is answered with success, and now and then once more.
void World::hand_in(std::size_t person, const VirtualNumber& number, const std::string& body,
                    TextWritten::Word word, bool forged) {
  std::string service;
  for (const auto& one : services_) {
    if (std::ranges::count(one.numbers, number) > 0) service = one.caller.service.id.str();
  }
  std::string connection = connections_.at(number);
  if (forged) connection = connection == "alpha" ? "beta" : "alpha";
  const int id = oracle_.text_written({.body = body,
                                       .service = service,
                                       .session = "",
                                       .person = people_[person].reveal(),
                                       .number = number.str(),
                                       .forged = forged,
                                       .word = word,
                                       .first_try = schedule_.now().count()});
  note("mo {} from {} to {}: {}{}", id, people_[person].reveal(), number.str(), body,
       forged ? " (forged)" : "");
  const InboundMessage mo{.connection = connection,
                          .provider_id = fmt::format("mo-{}", ++provider_ids_),
                          .from = people_[person],
                          .to = number,
                          .text = must(MessageText::parse(body))};
  auto attempt = std::make_shared<Attempt>();
  attempt->patience = milliseconds(chance_.between(100, 6'000));
  attempt->once = [this, mo, id](const std::shared_ptr<Attempt>& self) {
    relay_->bring(mo, [this, self, id, mo](Result<InboundOutcome> answer) {
      if (self->done) return;
      if (!answer) {
        note("mo {} failed: {}", id, answer.error().code);
        schedule_.in(milliseconds(chance_.between(100, 3'000)), [this, self] { try_again(self); });
        return;
      }
      note("mo {} taken: {}", id, inbound_outcome_name(*answer));
      self->done = true;
      --under_way_;
      oracle_.text_taken(id);
      if (chance_.one_in(10)) {  // a carrier that did not hear it
        schedule_.in(milliseconds(chance_.between(1, 60'000)), [this, mo] {
          if (relay_) relay_->bring(mo, [](Result<InboundOutcome>) {});
        });
      }
    });
  };
  persist(attempt);
  if (chance_.one_in(12)) {  // twice at once
    schedule_.in(Micros(chance_.between(0, 5'000)), [this, mo] {
      if (relay_) relay_->bring(mo, [](Result<InboundOutcome>) {});
    });
  }
}

void World::platform_text() {
  const auto* session = any_session(!chance_.one_in(6));
  if (session == nullptr) return;
  const auto in = session->service;
  const auto body = new_body();
  const SendText request{.session = session->id, .text = must(MessageText::parse(body)), .to = {}};
  const int id = oracle_.text_written({.body = body,
                                       .service = services_[in].caller.service.id.str(),
                                       .session = session->id.str(),
                                       .person = "",
                                       .number = "",
                                       .first_try = schedule_.now().count()});
  note("platform says {} in {}", body, session->id.str());
  const IdempotencyMark mark{.key = fmt::format("say {}", ++marks_), .body_hash = "same"};
  auto attempt = std::make_shared<Attempt>();
  attempt->patience = milliseconds(chance_.between(300, 8'000));
  attempt->once = [this, in, request, mark, id](const std::shared_ptr<Attempt>& self) {
    relay_->say(services_[in].caller, request, mark, [this, self, id](Result<std::string> answer) {
      if (self->done) return;
      if (!answer && (answer.error().code.starts_with("storage.") ||
                      answer.error().code.starts_with("idempotency."))) {
        schedule_.in(milliseconds(chance_.between(200, 2'000)), [this, self] { try_again(self); });
        return;
      }
      note("platform text {}: {}", id, answer ? "taken" : answer.error().code);
      self->done = true;
      --under_way_;
      if (answer)
        oracle_.text_taken(id);
      else
        oracle_.text_turned_away(id);
    });
  };
  persist(attempt);
}

void World::close_session(std::size_t at, bool erase) {
  auto& session = sessions_[at];
  session.closing = true;
  session.erased = session.erased || erase;
  const auto name = session.id.str();
  note("{} {}", erase ? "erase" : "close", name);
  if (erase)
    oracle_.erase_asked(name);
  else
    oracle_.close_asked(name);
  auto attempt = std::make_shared<Attempt>();
  attempt->patience = milliseconds(chance_.between(300, 8'000));
  attempt->once = [this, at, erase, name](const std::shared_ptr<Attempt>& self) {
    const auto done = [this, self, name](Status answer) {
      if (self->done) return;
      if (!answer && answer.error().code.starts_with("storage.")) {
        schedule_.in(milliseconds(chance_.between(200, 2'000)), [this, self] { try_again(self); });
        return;
      }
      note("closed {}: {}", name, answer ? "" : answer.error().code);
      self->done = true;
      --under_way_;
      oracle_.close_answered(name);
    };
    const auto& caller = services_[sessions_[at].service].caller;
    if (erase)
      relay_->erase(caller, sessions_[at].id, done);
    else
      relay_->close(caller, sessions_[at].id, done);
  };
  persist(attempt);
}

/// Carriers try a receipt a few times, no more.
void World::bring_receipt(DeliveryReceipt receipt, std::function<void()> done) {
  if (telling_) return;  // what was asked for must not change while it is told
  auto attempt = std::make_shared<Attempt>();
  attempt->patience = milliseconds(chance_.between(500, 10'000));
  attempt->once = [this, receipt = std::move(receipt),
                   done = std::move(done)](const std::shared_ptr<Attempt>& self) {
    if (self->tries > 8) {
      self->done = true;
      --under_way_;
      return;
    }
    relay_->bring(receipt, [this, self, done](Result<ReceiptOutcome> answer) {
      if (self->done) return;
      if (!answer) return;  // again when patience is over
      self->done = true;
      --under_way_;
      if (*answer != ReceiptOutcome::forged_reference) done();
    });
  };
  persist(attempt);
}

// ---- In the end ----------------------------------------------------------------------------------

/// Asks the relay, as a platform would, what became of every text.
void World::tell_all() {
  telling_ = true;
  trouble_ = {};
  relay_.reset();
  start();
  std::vector<DeliveryTold> told;
  std::set<std::string> asked;
  for (const auto& service : services_) {
    std::set<std::string> dead;
    std::string cursor;
    do {
      const auto page =
          must(relay_->ask(relay_->desk().list_dead_letters(service.caller, 100, cursor)));
      for (const auto& letter : page.data) dead.insert(letter.message.str() + letter.seat.str());
      cursor = page.next_cursor;
    } while (!cursor.empty());
    std::set<std::string> events;
    do {
      const auto page = must(relay_->ask(relay_->desk().list_events(service.caller, 100, cursor)));
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
    for (const auto& session : sessions_) {
      if (session.erased ||
          services_[session.service].caller.service.id != service.caller.service.id)
        continue;
      asked.insert(session.id.str());
      do {
        const auto page = must(
            relay_->ask(relay_->desk().list_messages(service.caller, session.id, 100, cursor)));
        for (const auto& view : page.data) {
          for (const auto& delivery : view.deliveries) {
            const auto state = std::string(delivery_state_name(delivery.state));
            const auto which = delivery.message.str() + delivery.seat.str();
            told.push_back({.session = session.id.str(),
                            .body = view.message.text.reveal(),
                            .person = delivery.to.reveal(),
                            .state = state,
                            .resends = delivery.resends,
                            .has_dead_letter = dead.contains(which),
                            .has_event = events.contains("message." + state + " " + which)});
          }
        }
        cursor = page.next_cursor;
      } while (!cursor.empty());
    }
  }
  oracle_.all_told(told, asked);
}

}  // namespace bauta::simulation
