#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bauta::simulation {

/// A promise that did not hold.
struct Broken {
  int promise = 0;
  std::string what;
};

/// Microseconds since the run's beginning.
using Time = std::int64_t;
inline constexpr Time kNever = std::numeric_limits<Time>::max() / 4;

/// What the settings of a service let the oracle expect.
struct Terms {
  Time cooling = 0;
  Time deadline = 0;
};

/// What a platform asked for.
struct SessionAsked {
  std::string service;
  std::vector<std::string> people;
  Time asked = 0;
};

struct SessionOpened {
  struct Seat {
    std::string person;
    std::string number;
  };
  std::string id;
  std::string service;
  std::vector<Seat> seats;
  Time asked = 0;
  Time answered = 0;
  std::optional<Time> expires;
  std::optional<Time> idle;
};

/// A text of a person, as their carrier hands it in; or of a platform, to a session.
struct TextWritten {
  std::string body;
  std::string service;
  /// A platform's text.
  std::string session;
  /// A person's, texting a number.
  std::string person;
  std::string number;
  /// From a connection that may not speak for the number: must reach nobody.
  bool forged = false;
  enum class Word : std::uint8_t { none, stop, start } word = Word::none;
  Time first_try = 0;
};

enum class SubmitAnswer : std::uint8_t { none, accepted, refused, later, unknown };

/// What an API call told of one text's way to one person, when all had come to rest.
struct DeliveryTold {
  std::string session;
  std::string body;
  std::string person;
  std::string state;
  std::uint32_t resends = 0;
  bool has_dead_letter = false;
  bool has_event = false;
};

/// Knows what the outside world saw: what platforms asked and were answered, what carriers handed in and were answered, what was handed to
/// carriers, and when; nothing of how Bauta works.  From that it judges the promises of docs/promises.md by brute force, after every
/// step.  Shares no code with the relay.
///
/// What it grants is what is documented: a text whose claim was durable before a STOP or a close may still leave; clocks are read before
/// a commit; the idle clock may end a session up to min(10 s, a tenth) early; a lane's latest deadline is rounded up by up to 10 minutes.
class Oracle {
 public:
  /// `after_guard`: the longest from the answer to a commit until what it allowed happens.  `after_clock`: from reading the clock until
  /// what was judged by it happens.  `after_answer`: from a carrier's answer until it is on the disk.
  struct Latitude {
    Time after_guard = 0;
    Time after_clock = 0;
    Time after_answer = 0;
  };
  explicit Oracle(Latitude latitude) : latitude_(latitude) {}

  void now_is(Time now) { now_ = now; }
  const std::optional<Broken>& broken() const { return broken_; }

  void service_is(const std::string& service, Terms terms) { terms_[service] = terms; }
  void number_is(const std::string& number, const std::string& service,
                 const std::string& country) {
    numbers_[number] = {.service = service, .country = country};
  }
  void person_is(const std::string& person, const std::string& country) {
    countries_[person] = country;
  }

  /// A platform begins to ask; it asks until it is answered.
  int session_asked(SessionAsked asked);
  void session_refused(int asked, const std::string& code);
  void session_opened(int asked, SessionOpened opened);
  void close_asked(const std::string& session);
  void close_answered(const std::string& session);
  void erase_asked(const std::string& session);

  int text_written(TextWritten text);
  /// The relay has answered success for it, for the first time.
  void text_taken(int text);
  /// For a platform's text: an answer that is no success ends the matter.
  void text_turned_away(int text);

  /// The relay hands `sent` to a carrier.
  int handed_over(const std::string& connection, const std::string& from, const std::string& to,
                  const std::string& sent, Time deadline);
  /// The carrier has it, whatever the relay was answered.
  void carrier_has(int submission);
  void carrier_answered(int submission, SubmitAnswer answer, bool opted_out);
  /// A receipt for it was answered with success; it named our reference.
  void receipt_taken(int submission);
  void crashed() { crashes_.push_back(now_); }

  /// Everything has come to rest: nothing may be missing.  `sessions`: those whose texts were told.
  void all_told(const std::vector<DeliveryTold>& told, const std::set<std::string>& sessions);

  /// For the report.
  std::size_t texts() const { return texts_.size(); }
  std::size_t sends() const { return sends_; }
  std::size_t doubles() const { return doubles_; }

 private:
  struct Number {
    std::string service;
    std::string country;
  };
  struct Session {
    SessionOpened is;
    Time active_low = 0;   // last activity: at least then
    Time active_high = 0;  // at most then
    Time close_asked = kNever;
    Time close_answered = kNever;
    bool erased = false;
    /// Texts that are being handed in, and may be its.
    std::set<int> coming_in = {};

    bool seats(const std::string& person, const std::string& number) const;
    std::set<std::string> people() const;
    /// What must stand before this person's texts in it.
    std::string label_of(const std::string& person) const;
    Time earliest_end() const;
  };
  struct Text {
    TextWritten is;
    Time taken = kNever;
  };
  struct Submission {
    int text = -1;  // none of a person's or platform's: a text of Bauta's own
    std::string connection;
    std::string from;
    std::string to;
    /// What a group is told before the text: whose it is.
    std::string label;
    std::string body;
    Time started = 0;
    Time deadline = 0;
    bool carrier_has = false;
    SubmitAnswer answer = SubmitAnswer::none;
    Time answered = kNever;
    bool opted_out = false;
    Time receipt_taken = kNever;
  };
  struct Open {
    SessionAsked is;
    bool pending = true;
  };

  void breaks(int promise, std::string what);
  Time latest_end_by_clock(const Session& session) const;
  Time latest_end(const Session& session) const;
  /// The last moment at which a text of this session may still be handed over.
  Time latest_hand_over(const Session& session) const;
  bool crashed_within(Time from, Time to) const;
  Time reusable_low(const Session& session, const SessionOpened::Seat& seat) const;
  Time reusable_high(const Session& session, const SessionOpened::Seat& seat) const;
  bool is_surely_out(const std::string& service, const std::string& person, Time at) const;
  /// nullopt: cannot be told yet, an open session that would allow it has not been answered.
  std::optional<bool> may_be_handed_over(const Submission& submission) const;
  void check_misrouted(int submission);
  void check_doubled(const Submission& submission);
  void check_order(const Submission& submission);
  void check_consent(const Submission& submission);

  Latitude latitude_;
  Time now_ = 0;
  std::optional<Broken> broken_;
  std::map<std::string, Terms> terms_;
  std::map<std::string, Number> numbers_;
  std::map<std::string, std::string> countries_;
  std::vector<Open> opens_;
  std::map<std::string, Session> sessions_;
  std::vector<Text> texts_;
  std::map<std::string, int> by_body_;
  std::vector<Submission> submissions_;
  std::vector<int> undecided_;
  std::vector<Time> crashes_;
  std::size_t sends_ = 0;
  std::size_t doubles_ = 0;
};

}  // namespace bauta::simulation
