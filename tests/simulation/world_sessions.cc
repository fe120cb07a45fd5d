#include <algorithm>

#include "tests/simulation/world_tools.h"

// What platforms do with sessions.
namespace bauta::simulation {
namespace {

/// What an earlier try may still do when a later one has been answered is done by then.
constexpr Micros kGhostsGone = seconds(15);
constexpr int kSessionsOfWhoLeft = 3;
/// A text has been accepted by then.
constexpr Micros kTextSettled = seconds(5);

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (std::size_t from = 0, to = 0; to != std::string::npos; from = to + 1) {
    to = line.find(' ', from);
    words.push_back(line.substr(from, to - from));
  }
  return words;
}

Micros micros_of_millis(const std::string& ms) {
  return SimulatedClock::micros_of(from_millis(std::stoll(ms)));
}

/// What people are called in a group; "": by their place.
std::string label_of(std::size_t person) { return person == 1 ? "Driver" : ""; }

}  // namespace

World::Known* World::any_session(bool open_only) {
  if (sessions_.empty()) return nullptr;
  for (int tries = 0; tries < 6; ++tries) {
    // The newest are spoken in most.
    const auto back = chance_.one_in(2) ? chance_.below(std::min<std::size_t>(3, sessions_.size()))
                                        : chance_.below(sessions_.size());
    auto& session = sessions_[sessions_.size() - 1 - back];
    if (session.set_aside) continue;
    if (!open_only || !session.closing) return &session;
  }
  return nullptr;
}

void World::begin_change(std::size_t at) { sessions_[at].changing = true; }

void World::end_change(std::size_t at, int tries) {
  if (tries == 1) {
    sessions_[at].changing = false;
    return;
  }
  ++under_way_;
  schedule_.in(kGhostsGone, [this, at] {
    --under_way_;
    sessions_[at].changing = false;
  });
}

// ---- Opening -------------------------------------------------------------------------------------

void World::open_some_session() {
  Wish wish{.service = chance_.below(services_.size()),
            .people = {},
            .ttl = {},
            .idle = {},
            .unique_name = "",
            .set_aside = false,
            .then = {}};
  wish.people = services_[wish.service].people;
  for (std::size_t at = wish.people.size(); at > 1; --at)
    std::swap(wish.people[at - 1], wish.people[chance_.below(at)]);
  const std::size_t most = chance_.one_in(8) ? wish.people.size() : chance_.one_in(6) ? 3 : 2;
  wish.people.resize(std::min(wish.people.size(), most));
  if (chance_.one_in(2)) wish.ttl = seconds(chance_.between(60, 3'600));
  if (chance_.one_in(3)) wish.idle = seconds(chance_.between(60, 1'800));
  open(std::move(wish));
}

void World::open(Wish wish) {
  auto& service = services_[wish.service];
  OpenSession request{.participants = {},
                      .unique_name = wish.unique_name,
                      .ttl = wish.ttl,
                      .idle_ttl = wish.idle,
                      .metadata = {}};
  LinesAsked lines{
      .service = service.caller.service.id.str(), .people = {}, .asked = schedule_.now().count()};
  for (const auto person : wish.people) {
    request.participants.push_back({.address = people_[person],
                                    .label = label_of(person),
                                    .language = chance_.one_in(4) ? "de" : "",
                                    .number = {},
                                    .locality = {}});
    lines.people.push_back(people_[person].reveal());
  }
  lines.concerned = lines.people;
  const int id = oracle_.lines_asked(lines);
  note("open {} of {}, ttl {}, idle {}", id, fmt::join(lines.people, " "),
       wish.ttl.value_or(seconds(0)).count(), wish.idle.value_or(seconds(0)).count());
  const IdempotencyMark mark{.key = fmt::format("open {}", ++marks_), .body_hash = "same"};
  until_told<Result<std::string>>(
      milliseconds(chance_.between(300, 8'000)),
      [this, in = wish.service, request, mark](auto done) {
        relay_->open(services_[in].caller, request, mark, std::move(done));
      },
      [this, id, lines, wish](const Result<std::string>& answer, int) {
        if (answer) return opened(id, lines, wish, *answer);
        note("open {} refused: {}", id, answer.error().code);
        ++outcome_.refusals;
        oracle_.lines_refused(id, std::string(answer.error().code));
      });
}

void World::opened(int id, const LinesAsked& lines, const Wish& wish, const std::string& answer) {
  note("opened {}: {}", id, answer);
  ++outcome_.sessions;
  constexpr std::size_t kBeforeSeats = 3;
  const auto words = words_of(answer);
  BAUTA_ASSERT(words.size() == kBeforeSeats + 2 * wish.people.size());
  Known known{.id = must(SessionId::parse(words[0])),
              .service = wish.service,
              .lines = {},
              .expires = {},
              .set_aside = wish.set_aside};
  SessionOpened opened{.id = words[0],
                       .service = lines.service,
                       .seats = {},
                       .asked = lines.asked,
                       .answered = schedule_.now().count(),
                       .expires = {},
                       .idle = {}};
  if (words[2] != "-") {
    known.expires = micros_of_millis(words[2]);
    opened.expires = known.expires->count();
  }
  if (wish.idle) opened.idle = *wish.idle / Micros(1);
  for (std::size_t at = 0; at < wish.people.size(); ++at) {
    const auto person = wish.people[at];
    const auto& number = words[kBeforeSeats + 2 * at + 1];
    known.lines.push_back({.person = person,
                           .number = must(VirtualNumber::from_carrier(number)),
                           .seat = must(SeatId::parse(words[kBeforeSeats + 2 * at]))});
    opened.seats.push_back(
        {.person = people_[person].reveal(), .number = number, .label = label_of(person)});
  }
  oracle_.session_opened(id, std::move(opened));
  sessions_.push_back(std::move(known));
  if (wish.then) wish.then(sessions_.size() - 1, micros_of_millis(words[1]));
}

/// A text just before its session's idle clock is over, and at the same moment somebody who wants the name of the session that ended.
void World::race_for_the_idle_end() {
  Wish wish{.service = chance_.below(services_.size()),
            .people = {},
            .ttl = {},
            .idle = seconds(chance_.between(60, 90)),
            .unique_name = fmt::format("name {}", ++names_),
            .set_aside = true,
            .then = {}};
  const auto one = chance_.below(people_.size());
  wish.people = {one, (one + 1) % people_.size()};
  Wish heir = wish;
  heir.then = [this](std::size_t, Micros) {
    reached_.mark(Mark::name_taken_over_from_an_ended_session);
  };
  wish.then = [this, heir, idle = *wish.idle](std::size_t at, Micros) {
    text(sessions_[at], 0);
    ++under_way_;
    schedule_.in(kTextSettled, [this, at, heir, idle] {
      --under_way_;
      if (!relay_) return;
      relay_->call<Result<SessionView>>(
          relay_->desk().show_session(services_[sessions_[at].service].caller, sessions_[at].id),
          [this, at, heir, idle](const Result<SessionView>& view) {
            if (view && view->last_activity)
              meet_at(SimulatedClock::micros_of(*view->last_activity) + idle, at, heir);
          });
    });
  };
  open(std::move(wish));
}

void World::meet_at(Micros end, std::size_t at, Wish heir) {
  if (end <= schedule_.now()) return;
  ++under_way_;
  schedule_.at(end - Micros(chance_.between(4'000, 13'000)), [this, at] {
    --under_way_;
    text(sessions_[at], 1);
  });
  ++under_way_;
  schedule_.at(end + Micros(chance_.between(0, 5'000)), [this, heir = std::move(heir)] {
    --under_way_;
    open(heir);
  });
}

// ---- Ending, and bringing back -------------------------------------------------------------------

void World::close_session(std::size_t at, bool erase) {
  auto& session = sessions_[at];
  session.closing = true;
  session.erased = session.erased || erase;
  begin_change(at);
  const auto name = session.id.str();
  note("{} {}", erase ? "erase" : "close", name);
  if (erase)
    oracle_.erase_asked(name);
  else
    oracle_.close_asked(name);
  until_told<Status>(
      milliseconds(chance_.between(300, 8'000)),
      [this, at, erase](std::function<void(Status)> done) {
        const auto& caller = services_[sessions_[at].service].caller;
        if (erase)
          return relay_->call<Status>(relay_->desk().erase_session(caller, sessions_[at].id),
                                      std::move(done));
        ChangeSession change;
        change.close = true;
        relay_->call<Result<SessionView>>(
            relay_->desk().change_session(caller, sessions_[at].id, std::move(change)),
            [done = std::move(done)](const Result<SessionView>& view) {
              done(view ? Status() : std::unexpected(view.error()));
            });
      },
      [this, at, name](const Status& answer, int tries) {
        note("closed {}: {}", name, answer ? "" : answer.error().code);
        if (tries > 1) reached_.mark(Mark::close_retried);
        oracle_.close_answered(name);
        end_change(at, tries);
      });
}

void World::erase_during_a_send(std::size_t at) {
  text(sessions_[at], chance_.below(sessions_[at].lines.size()));
  if (chance_.one_in(3)) carriers_.say_opted_out(schedule_.now() + milliseconds(300));
  begin_change(at);
  ++under_way_;
  schedule_.in(Micros(chance_.between(20'000, 500'000)), [this, at] {
    --under_way_;
    close_session(at, true);
  });
}

void World::reopen() {
  auto* const session = any_session(false);
  if (session == nullptr || session->changing || session->erased) return;
  const auto at = static_cast<std::size_t>(session - sessions_.data());
  const auto asked = schedule_.now();
  ChangeSession change;
  change.reopen = true;
  if (!chance_.one_in(4))
    change.expires_at = SimulatedClock::at(asked + seconds(chance_.between(60, 3'600)));
  LinesAsked lines{.service = services_[session->service].caller.service.id.str(),
                   .people = {},
                   .asked = asked.count()};
  for (const auto& line : session->lines) lines.people.push_back(people_[line.person].reveal());
  const int id = oracle_.lines_asked(lines);
  const auto name = session->id.str();
  begin_change(at);
  note("reopen {} {} until {}", id, name, change.expires_at ? to_millis(**change.expires_at) : 0);
  until_told<Result<SessionView>>(
      milliseconds(chance_.between(300, 8'000)),
      [this, at, change](auto done) {
        relay_->call<Result<SessionView>>(
            relay_->desk().change_session(services_[sessions_[at].service].caller, sessions_[at].id,
                                          change),
            std::move(done));
      },
      [this, at, id, asked, name](const Result<SessionView>& view, int tries) {
        end_change(at, tries);
        SessionReopened reopened{.id = name, .asked = asked.count(), .expires = {}, .idle = {}};
        if (!view) {
          note("reopen {} refused: {}", id, view.error().code);
          reached_.mark(Mark::reopen_refused);
          oracle_.session_not_reopened(name, asked.count(), tries > 1);
          return oracle_.lines_refused(id, std::string(view.error().code));
        }
        note("reopened {}", id);
        auto& known = sessions_[at];
        known.closing = false;
        if (view->session.expires_at)
          known.expires = SimulatedClock::micros_of(*view->session.expires_at);
        if (known.expires) reopened.expires = known.expires->count();
        if (view->session.idle_ttl) reopened.idle = *view->session.idle_ttl / Micros(1);
        oracle_.session_reopened(id, std::move(reopened));
      });
}

// ---- Who takes part ------------------------------------------------------------------------------

void World::change_roster() {
  auto* const session = any_session(true);
  if (session == nullptr || session->changing) return;
  const auto at = static_cast<std::size_t>(session - sessions_.data());
  const auto line = chance_.below(session->lines.size());
  const auto drawn = chance_.below(10);
  if (drawn < 4) {
    join(at);
  } else if (session->lines[line].left) {
    return;
  } else if (drawn < 8) {
    // Texts on their way to who leaves.
    if (chance_.one_in(2)) text(*session, (line + 1) % session->lines.size());
    leave(at, line);
  } else {
    block(at, line);
  }
}

void World::join(std::size_t at) {
  const auto& session = sessions_[at];
  const auto person = chance_.pick(services_[session.service].people);
  LinesAsked lines{.service = services_[session.service].caller.service.id.str(),
                   .people = {people_[person].reveal()},
                   .asked = schedule_.now().count()};
  lines.concerned = lines.people;
  for (const auto& line : session.lines) lines.concerned.push_back(people_[line.person].reveal());
  const int id = oracle_.lines_asked(lines);
  const auto name = session.id.str();
  begin_change(at);
  note("join {} of {} to {}", id, people_[person].reveal(), name);
  const IdempotencyMark mark{.key = fmt::format("join {}", ++marks_), .body_hash = "same"};
  const OpenSession::Participant who{.address = people_[person],
                                     .label = label_of(person),
                                     .language = "",
                                     .number = {},
                                     .locality = {}};
  until_told<Result<std::string>>(
      milliseconds(chance_.between(300, 8'000)),
      [this, at, who, mark](auto done) {
        relay_->join(services_[sessions_[at].service].caller, sessions_[at].id, who, mark,
                     std::move(done));
      },
      [this, at, id, person, name, since = lines.asked](const Result<std::string>& answer,
                                                        int tries) {
        end_change(at, tries);
        if (!answer) {
          note("join {} refused: {}", id, answer.error().code);
          return oracle_.lines_refused(id, std::string(answer.error().code));
        }
        note("joined {}: {}", id, *answer);
        const auto words = words_of(*answer);
        sessions_[at].lines.push_back({.person = person,
                                       .number = must(VirtualNumber::from_carrier(words[1])),
                                       .seat = must(SeatId::parse(words[0]))});
        oracle_.member_joined(
            id, name,
            {.person = people_[person].reveal(), .number = words[1], .label = label_of(person)},
            since);
      });
}

void World::leave(std::size_t at, std::size_t line) {
  const auto name = sessions_[at].id.str();
  begin_change(at);
  note("{} leaves {}", people_[sessions_[at].lines[line].person].reveal(), name);
  oracle_.leave_asked(name, line);
  until_told<Status>(
      milliseconds(chance_.between(300, 8'000)),
      [this, at, line](auto done) {
        const auto& session = sessions_[at];
        relay_->call<Status>(
            relay_->desk().remove_participant(services_[session.service].caller, session.id,
                                              session.lines[line].seat),
            std::move(done));
      },
      [this, at, line, name](const Status& answer, int tries) {
        end_change(at, tries);
        note("left {}: {}", name, answer ? "" : answer.error().code);
        oracle_.leave_answered(name, line, answer.has_value());
        auto& session = sessions_[at];
        session.lines[line].left = answer.has_value();
        const auto there = std::ranges::count(session.lines, false, &Line::left);
        if (there < 2 || !answer) session.closing = true;
        if (answer && chance_.one_in(2)) meet_others(session.service, session.lines[line].person);
      });
}

/// Who left has a line to spare, which others may get once it has cooled, while the session goes on.
void World::meet_others(std::size_t service, std::size_t person) {
  Micros wait{0};
  for (int sessions = 0; sessions < kSessionsOfWhoLeft; ++sessions) {
    wait += seconds(chance_.between(5, 600));
    ++under_way_;
    schedule_.in(wait, [this, service, person] {
      --under_way_;
      const auto other = (person + 1 + chance_.below(people_.size() - 1)) % people_.size();
      open({.service = service,
            .people = {person, other},
            .ttl = {},
            .idle = {},
            .unique_name = "",
            .set_aside = false,
            .then = {}});
    });
  }
}

void World::block(std::size_t at, std::size_t line) {
  const auto name = sessions_[at].id.str();
  const bool blocked = !sessions_[at].lines[line].blocked;
  begin_change(at);
  note("{} {} in {}", blocked ? "block" : "let in",
       people_[sessions_[at].lines[line].person].reveal(), name);
  oracle_.block_asked(name, line, blocked);
  until_told<Result<SeatView>>(
      milliseconds(chance_.between(300, 8'000)),
      [this, at, line, blocked](auto done) {
        const auto& session = sessions_[at];
        ChangeSeat change;
        change.blocked = blocked;
        relay_->call<Result<SeatView>>(
            relay_->desk().change_participant(services_[session.service].caller, session.id,
                                              session.lines[line].seat, change),
            std::move(done));
      },
      [this, at, line, blocked, name](const Result<SeatView>& answer, int tries) {
        end_change(at, tries);
        note("done in {}: {}", name, answer ? "" : answer.error().code);
        if (!answer) return;
        sessions_[at].lines[line].blocked = blocked;
        oracle_.block_answered(name, line);
      });
}

}  // namespace bauta::simulation
