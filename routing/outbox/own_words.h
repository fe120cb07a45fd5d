#pragma once

#include <string>
#include <utility>

#include "routing/accounts/services.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"
#include "routing/sessions/session.h"
#include "routing/text/system_texts.h"

namespace bauta {

/// Whom Bauta says something to, and on which line.
struct Listener {
  RealAddress to;
  PersonHash person;
  VirtualNumber from;
  /// A tag of RFC 5646; "": not known.
  std::string language;
};
Listener listener_at(const Seat& seat);

/// The words for `what`: the platform's own before Bauta's, in the listener's language, else in that of their country, else in the service's.
MessageText words_for(const ServiceSettings& settings, SystemText what, const Listener& listener);

/// What Bauta says to people, as messages of no session that wait in the person's lane like any other.  Thread-safe, keeps nothing.
class OwnWords {
 public:
  explicit OwnWords(RelayParts parts) : parts_(std::move(parts)) {}

  /// `despite_stop`: the confirmation of a STOP and the answer to HELP, which go to somebody who is out.
  struct Saying {
    Service service;
    Listener listener;
    SystemText what = SystemText::conversation_ended;
    bool despite_stop = false;
    TimePoint now;
  };
  void say(Commit& commit, const Saying& saying) const;
  /// The same, unless this pair had an automatic answer within limits.automatic_answer: answers must not answer answers.
  Task<Status> say_once_a_day(Commit& commit, Saying saying) const;

 private:
  RelayParts parts_;
};

}  // namespace bauta
