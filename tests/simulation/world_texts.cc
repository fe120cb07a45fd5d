#include <algorithm>
#include <array>

#include "tests/simulation/world_tools.h"

// What people and platforms write, and what carriers say of it.
namespace bauta::simulation {
namespace {

/// More than may come through within a minute.
constexpr int kChatter = 13;
/// Sessions in which people write at the same moment.
constexpr int kRush = 4;

}  // namespace

std::string World::new_body() {
  static const std::array<const char*, 6> kWords = {"on my way",    "at the door", "thank you",
                                                    "five minutes", "grüße",       "🚲 see you"};
  return fmt::format("t{} {}", ++written_, kWords[chance_.below(kWords.size())]);
}

// ---- People --------------------------------------------------------------------------------------

void World::text_burst() {
  auto* session = any_session(!chance_.one_in(8));
  if (session == nullptr) return;
  const auto at = static_cast<std::size_t>(session - sessions_.data());
  Micros wait{0};
  const std::int64_t most = limits_.lane_texts_max < 10 ? 8 : 4;
  for (std::int64_t texts = chance_.between(1, most); texts > 0; --texts) {
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
  Mo mo{.from = people_[line.person],
        .to = line.number,
        .body = new_body(),
        .forged = chance_.one_in(40)};
  if (chance_.one_in(15))
    mo.body += " call " + people_[chance_.pick(session.lines).person].reveal();
  hand_in(std::move(mo));
}

/// To a number that once was somebody, or never.
void World::late_text() {
  const auto& service = chance_.pick(services_);
  hand_in({.from = people_[chance_.pick(service.people)],
           .to = chance_.pick(service.numbers),
           .body = new_body()});
}

void World::keyword() {
  struct Said {
    const char* body;
    TextWritten::Word word;
  };
  static const std::array<Said, 5> kWords = {{{"STOP", TextWritten::Word::stop},
                                              {"STOP", TextWritten::Word::stop},
                                              {"START", TextWritten::Word::start},
                                              {"START", TextWritten::Word::start},
                                              {"HELP", TextWritten::Word::help}}};
  const auto& said = kWords[chance_.below(kWords.size())];
  const auto* session = any_session(false);
  if (session != nullptr && !chance_.one_in(3)) {
    const auto& line = chance_.pick(session->lines);
    hand_in(
        {.from = people_[line.person], .to = line.number, .body = said.body, .word = said.word});
    // Once more, or what else one tries then.
    if (said.word == TextWritten::Word::stop && chance_.one_in(3)) {
      const bool help = chance_.one_in(2);
      hand_in({.from = people_[line.person],
               .to = line.number,
               .body = help ? "HELP" : "STOP",
               .word = help ? TextWritten::Word::help : TextWritten::Word::stop});
    }
  } else {
    const auto& service = chance_.pick(services_);
    hand_in({.from = people_[chance_.pick(service.people)],
             .to = chance_.pick(service.numbers),
             .body = said.body,
             .word = said.word});
  }
}

/// Somebody says STOP while a text is on its way to them; and mostly START a little later.
void World::race_for_consent() {
  const auto* session = any_session(true);
  if (session == nullptr) return;
  const auto from = chance_.below(session->lines.size());
  const auto& line = session->lines[(from + 1) % session->lines.size()];
  text(*session, from);
  const auto say = [this, line](const char* body, TextWritten::Word word, Micros after) {
    ++under_way_;
    schedule_.in(after, [this, line, body, word] {
      --under_way_;
      hand_in({.from = people_[line.person], .to = line.number, .body = body, .word = word});
    });
  };
  const Micros stop(chance_.between(0, 90'000));
  say("STOP", TextWritten::Word::stop, stop);
  if (!chance_.one_in(4))
    say("START", TextWritten::Word::start, stop + milliseconds(chance_.between(1, 20'000)));
}

/// A machine that says the same again and again.
void World::chatter() {
  const auto* session = any_session(true);
  if (session == nullptr) return;
  const auto line = chance_.pick(session->lines);
  Micros wait{0};
  for (int texts = 0; texts < kChatter; ++texts) {
    ++under_way_;
    schedule_.in(wait, [this, line] {
      --under_way_;
      hand_in(
          {.from = people_[line.person], .to = line.number, .body = "I am away", .common = true});
    });
    wait += milliseconds(chance_.between(100, 2'500));
  }
}

/// Everybody writes at once, so that texts wait for their numbers' turns; and then somebody sets the clock.
void World::rush_before_a_leap() {
  for (int at = 0; at < kRush; ++at) {
    const auto* session = any_session(true);
    if (session == nullptr) return;
    for (std::size_t from = 0; from < session->lines.size(); ++from) text(*session, from);
  }
  ++under_way_;
  schedule_.in(milliseconds(chance_.between(50, 3'000)), [this] {
    --under_way_;
    leap(seconds(chance_.between(1, 30)));
  });
}

/// One of our own numbers texts another.
void World::loop() {
  const auto& service = chance_.pick(services_);
  const auto from = must(RealAddress::from_carrier(chance_.pick(service.numbers).str()));
  hand_in({.from = from, .to = chance_.pick(service.numbers), .body = new_body()});
}

/// A text that ends the process that hands it over.
void World::killer() {
  const auto* session = any_session(true);
  if (session == nullptr) return;
  const auto& line = chance_.pick(session->lines);
  hand_in(
      {.from = people_[line.person], .to = line.number, .body = fmt::format("t{} 💥", ++written_)});
}

/// As a carrier does: until it is answered with success, and now and then once more.
void World::hand_in(Mo mo) {
  std::string service;
  for (const auto& one : services_) {
    if (std::ranges::count(one.numbers, mo.to) > 0) service = one.caller.service.id.str();
  }
  std::string connection = connections_.at(mo.to);
  if (mo.forged) connection = connection == "alpha" ? "beta" : "alpha";
  const int id = oracle_.text_written({.body = mo.body,
                                       .service = service,
                                       .session = "",
                                       .person = mo.from.reveal(),
                                       .number = mo.to.str(),
                                       .only = {},
                                       .forged = mo.forged,
                                       .common = mo.common,
                                       .word = mo.word,
                                       .first_try = schedule_.now().count()});
  note("mo {} from {} to {}: {}{}", id, mo.from.reveal(), mo.to.str(), mo.body,
       mo.forged ? " (forged)" : "");
  const InboundMessage message{.connection = connection,
                               .provider_id = fmt::format("mo-{}", ++provider_ids_),
                               .from = mo.from,
                               .to = mo.to,
                               .text = must(MessageText::parse(mo.body))};
  auto first_answered = std::make_shared<bool>(false);  // shared by what is handed in twice
  until_told<Result<InboundOutcome>>(
      milliseconds(chance_.between(100, 6'000)),
      [this, message](auto done) { relay_->bring(message, std::move(done)); },
      [this, id, message, mo, first_answered](const Result<InboundOutcome>& outcome, int) {
        if (!outcome) return note("mo {} is not taken: {}", id, outcome.error().code);
        *first_answered = true;
        taken(id, mo, *outcome);
        if (!chance_.one_in(10)) return;  // a carrier that did not hear it
        schedule_.in(milliseconds(chance_.between(1, 60'000)), [this, message] {
          if (relay_) relay_->bring(message, [](const Result<InboundOutcome>&) {});
        });
      });
  if (!chance_.one_in(12)) return;  // twice at once
  schedule_.in(Micros(chance_.between(0, 5'000)), [this, message, first_answered] {
    if (!relay_) return;
    const bool at_once = !*first_answered;
    relay_->bring(message, [this, at_once](const Result<InboundOutcome>& outcome) {
      if (at_once && outcome && *outcome == InboundOutcome::duplicate)
        reached_.mark(Mark::second_delivery_at_the_same_moment);
    });
  });
}

void World::taken(int id, const Mo& mo, InboundOutcome outcome) {
  note("mo {} taken: {}", id, inbound_outcome_name(outcome));
  if (outcome == InboundOutcome::refused) {
    if (connections_.contains(must(VirtualNumber::from_carrier(mo.from.reveal()))))
      reached_.mark(Mark::loop_refused);
    if (mo.common) reached_.mark(Mark::repeats_refused);
    for (const auto& session : sessions_) {
      for (const auto& line : session.lines) {
        if (line.blocked && line.number == mo.to && people_[line.person] == mo.from && !mo.forged)
          reached_.mark(Mark::blocked_member_wrote);
      }
    }
  }
  if (outcome == InboundOutcome::ended) {
    for (const auto& session : sessions_) {
      if (session.closing || !session.expires || *session.expires <= last_sweep_ ||
          *session.expires > schedule_.now())
        continue;
      for (const auto& line : session.lines) {
        if (line.number == mo.to && people_[line.person] == mo.from)
          reached_.mark(Mark::text_on_an_expired_line_not_written_down);
      }
    }
  }
  oracle_.text_taken(id, std::string(inbound_outcome_name(outcome)));
}

// ---- Platforms -----------------------------------------------------------------------------------

void World::platform_text() {
  const auto* session = any_session(!chance_.one_in(6));
  if (session == nullptr) return;
  const auto in = session->service;
  const auto body = new_body();
  SendText request{.session = session->id, .text = must(MessageText::parse(body)), .to = {}};
  TextWritten text{.body = body,
                   .service = services_[in].caller.service.id.str(),
                   .session = session->id.str(),
                   .person = "",
                   .number = "",
                   .first_try = schedule_.now().count()};
  if (chance_.one_in(3)) {
    const auto& line = chance_.pick(session->lines);
    request.to = {line.seat};
    text.only = {people_[line.person].reveal()};
  }
  const int id = oracle_.text_written(std::move(text));
  note("platform says {} in {}", body, session->id.str());
  const IdempotencyMark mark{.key = fmt::format("say {}", ++marks_), .body_hash = "same"};
  until_told<Result<std::string>>(
      milliseconds(chance_.between(300, 8'000)),
      [this, in, request, mark](auto done) {
        relay_->say(services_[in].caller, request, mark, std::move(done));
      },
      [this, id](const Result<std::string>& answer, int) {
        note("platform text {}: {}", id, answer ? "taken" : answer.error().code);
        if (answer)
          oracle_.text_taken(id);
        else
          oracle_.text_turned_away(id);
      });
}

/// Has one tried again, or dismisses it.
void World::look_at_dead_letters() {
  if (!relay_) return;
  const auto in = chance_.below(services_.size());
  using Letters = Result<std::vector<RelayProcess::Letter>>;
  relay_->call<Letters>(relay_->letters(services_[in].caller), [this, in](const Letters& letters) {
    if (!letters || letters->empty() || telling_) return;
    const auto chosen = chance_.pick(*letters);
    const bool retry = !chance_.one_in(4);
    note("{} dead letter {} to {}: {}", retry ? "retry" : "dismiss", chosen.body, chosen.person,
         chosen.letter.code);
    until_told<Status>(
        milliseconds(chance_.between(300, 8'000)),
        [this, in, chosen, retry](std::function<void(Status)> done) {
          const auto& caller = services_[in].caller;
          const auto& letter = chosen.letter;
          if (!retry) {
            oracle_.dismiss_asked(chosen.body, chosen.person);
            return relay_->call<Status>(
                relay_->desk().dismiss_dead_letter(caller, letter.message, letter.seat),
                std::move(done));
          }
          oracle_.retry_asked(chosen.body, chosen.person);
          relay_->call<Result<Delivery>>(
              relay_->desk().retry_dead_letter(caller, letter.message, letter.seat),
              [done = std::move(done)](const Result<Delivery>& again) {
                done(again ? Status() : std::unexpected(again.error()));
              });
        },
        [this](const Status& answer, int) {
          note("dead letter: {}", answer ? "done" : answer.error().code);
        });
  });
}

// ---- Carriers ------------------------------------------------------------------------------------

/// Carriers try a receipt a few times, no more.
void World::bring_receipt(DeliveryReceipt receipt, std::function<void(ReceiptOutcome)> done) {
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
      done(*answer);
    });
  };
  persist(attempt);
}

}  // namespace bauta::simulation
