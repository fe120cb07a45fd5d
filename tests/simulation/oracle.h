#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/reached.h"

namespace bauta::simulation {

/// A promise that did not hold.
struct Broken {
  int promise = 0;
  std::string what;
};

/// Microseconds since the run's beginning, as the relay's clock shows them.
using Time = std::int64_t;
inline constexpr Time kNever = std::numeric_limits<Time>::max() / 4;

/// What the settings of a service let the oracle expect.
struct Terms {
  Time cooling = 0;
  Time deadline = 0;
  Time retention = kNever;
  enum class Sticky : std::uint8_t { off, prefer, avoid } sticky = Sticky::off;
  /// A STOP closes the line that it was texted to, not the service.
  bool stops_one_line = false;
  bool masks = true;
};

/// What a platform asked for: new lines for people.
struct LinesAsked {
  std::string service;
  std::vector<std::string> people;
  /// Everybody whom the answer concerns; empty: `people`.
  std::vector<std::string> concerned = {};
  Time asked = 0;
};

struct SessionOpened {
  struct Seat {
    std::string person;
    std::string number;
    /// What stands before their texts in a group; "": their place in it.
    std::string label = {};
  };
  std::string id;
  std::string service;
  std::vector<Seat> seats;
  Time asked = 0;
  Time answered = 0;
  std::optional<Time> expires;
  std::optional<Time> idle;
};

/// A session was brought back.
struct SessionReopened {
  std::string id;
  Time asked = 0;
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
  /// A platform's: to these alone; empty: to everybody.
  std::set<std::string> only = {};
  /// From a connection that may not speak for the number: must reach nobody.
  bool forged = false;
  /// Others say the same words: which is whose cannot be told.
  bool common = false;
  enum class Word : std::uint8_t { none, stop, start, help } word = Word::none;
  Time first_try = 0;
};

enum class SubmitAnswer : std::uint8_t { none, accepted, refused, later, unknown };

/// What an API call told of one text's way to one person, when all had come to rest.
struct DeliveryTold {
  std::string session;
  std::string body;
  std::string person;
  std::string state;
  std::string code = {};
  /// When it came into this state.
  Time at = 0;
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
  /// what was judged by it happens.  `after_turn`: from a turn of a number or a connection until the text leaves.  `after_answer`: from
  /// a carrier's answer until it is on the disk.
  struct Latitude {
    Time after_guard = 0;
    Time after_clock = 0;
    Time after_turn = 0;
    Time after_answer = 0;
  };
  Oracle(Latitude latitude, Reached& reached) : latitude_(latitude), reached_(reached) {}

  void latitude_is(Latitude latitude) { latitude_ = latitude; }
  void now_is(Time now) { now_ = now; }
  /// The relay's clock jumped forward, as it should, and nothing happened meanwhile.  Of a leap that it must not follow nobody tells.
  void leapt(Time from, Time by);
  const std::optional<Broken>& broken() const { return broken_; }

  void service_is(const std::string& service, Terms terms) { terms_[service] = terms; }
  /// `connections`: those that may send for it; none: any.
  void number_is(const std::string& number, const std::string& service, const std::string& country,
                 double rate = 1'000, std::set<std::string> connections = {}) {
    numbers_[number] = {.service = service,
                        .country = country,
                        .rate = rate,
                        .connections = std::move(connections)};
  }
  void person_is(const std::string& person, const std::string& country) {
    countries_[person] = country;
  }
  void connection_is(const std::string& connection, double rate) { rates_[connection] = rate; }

  /// A platform begins to ask; it asks until it is answered.
  int lines_asked(LinesAsked asked);
  void lines_refused(int asked, const std::string& code);
  void session_opened(int asked, SessionOpened opened);
  void session_reopened(int asked, SessionReopened reopened);
  /// Only what has ended is refused.  `perhaps`: an earlier try, of which nobody was told, may have reached it since `asked`.
  void session_not_reopened(const std::string& session, Time asked, bool perhaps);
  void member_joined(int asked, const std::string& session, const SessionOpened::Seat& seat,
                     Time since);
  void leave_asked(const std::string& session, std::size_t place);
  /// `left`: else the session had ended before.
  void leave_answered(const std::string& session, std::size_t place, bool left);
  void block_asked(const std::string& session, std::size_t place, bool blocked);
  void block_answered(const std::string& session, std::size_t place);
  void close_asked(const std::string& session);
  void close_answered(const std::string& session);
  void erase_asked(const std::string& session);

  int text_written(TextWritten text);
  /// The relay has answered success for it, for the first time.  `became`: what it said that became of it; "": not known.
  void text_taken(int text, const std::string& became = "");
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
  /// A receipt for it, which says that the recipient has opted out, was answered as one that counts.
  void opt_out_taken(int submission);
  void crashed();

  /// A platform has a dead letter tried again, or dismisses it; each time it asks.
  void retry_asked(const std::string& body, const std::string& person);
  void dismiss_asked(const std::string& body, const std::string& person);

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
    double rate = 1'000;
    std::set<std::string> connections = {};
  };
  struct Block {
    bool blocked;
    Time asked;
    Time answered = kNever;
  };
  /// A person's place in a session: theirs from when they joined until they left.
  struct Place {
    std::string person;
    std::string number;
    std::string label;
    Time joined_asked;
    Time joined_answered;
    Time left_asked = kNever;
    Time left_answered = kNever;
    std::vector<Block> blocks = {};

    bool is(const std::string& who, const std::string& at) const {
      return person == who && number == at;
    }
    bool may_be_blocked(Time from, Time to) const;
    bool is_surely_blocked(Time from, Time to) const;
  };
  /// From its opening, or from when it was brought back, to its next end.
  struct Life {
    Time asked;
    Time answered;
    std::optional<Time> expires;
    std::optional<Time> idle;
    Time active_low;   // last activity: at least then
    Time active_high;  // at most then
    Time close_asked = kNever;
    Time close_answered = kNever;
    /// Nobody knows whether there was one.
    bool perhaps = false;

    Time earliest_end() const;
  };
  struct Session {
    std::string id;
    std::string service;
    std::vector<Place> places;
    std::vector<Life> lives;
    bool erased = false;
    /// Texts that are being handed in, and may be its.
    std::set<int> coming_in = {};

    Life& life() { return lives.back(); }
    const Life& life() const { return lives.back(); }
    bool ever_seats(const std::string& person, const std::string& number) const;
    std::set<std::string> people() const;
    std::size_t places_taken() const;
    /// What must stand before a text of this place that was accepted between the two.
    bool fits_label(std::size_t place, const std::string& label, Time from, Time to) const;
  };
  struct Text {
    TextWritten is;
    Time taken = kNever;
    std::string became = {};
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
    Time opt_out_taken = kNever;
    /// The relay died while it waited for the answer.
    bool cut_off = false;
  };
  struct Asked {
    LinesAsked is;
    bool pending = true;
  };
  /// What tells a text apart: its first word.
  static std::string name(const std::string& body) { return body.substr(0, body.find(' ')); }
  /// Words of a person that others say too ("START"): whom they went to is told apart by who shares a session with who said them.
  bool is_common(const std::string& body) const { return common_.contains(body); }

  void breaks(int promise, std::string what);
  /// `latitude` after `t`, on a clock that may have leapt meanwhile.
  Time after(Time t, Time latitude) const;
  Time before(Time t, Time latitude) const;
  bool crashed_within(Time from, Time to) const;

  Time latest_end_by_clock(const Session& session, const Life& life) const;
  Time latest_end(const Session& session, const Life& life) const;
  /// The last moment at which a text may still be handed over in this life.
  Time latest_hand_over(const Session& session, const Life& life) const;
  bool is_part_of(const Place& place, const Life& life) const;
  Time reusable_low(const Session& session, const Life& life, const Place& place) const;
  Time reusable_high(const Session& session, const Life& life, const Place& place) const;
  bool may_hold(const std::string& person, const std::string& number, Time at) const;
  void begins_to_hold(const Session& session, const Place& place);
  void decide_the_undecided();
  void remember_pair(const Session& session);

  bool may_close(const std::string& person, const std::string& number) const;
  bool is_heard_at(const std::string& word_number, const std::string& number) const;
  bool is_surely_out(const std::string& person, const std::string& number, Time at) const;
  bool is_surely_out_by_carrier(const Submission& submission, Time at) const;
  bool is_out_by_carrier_only(const std::string& person, const std::string& number) const;

  /// nullopt: cannot be told yet, an open session that would allow it has not been answered.
  std::optional<bool> may_be_handed_over(const Submission& submission) const;
  bool may_have_been_accepted(const Session& session, const Place& author, const Text& text) const;
  bool may_receive(const Session& session, const Submission& submission, const Text& text) const;
  bool is_pending_for(const std::string& a, const std::string& b) const;
  void check_misrouted(int submission);
  void check_common(int submission);
  void check_doubled(const Submission& submission);
  void check_connection(const Submission& submission);
  void check_order(const Submission& submission);
  void check_consent(const Submission& submission);
  void check_rate(const std::string& what, double rate);
  void check_revealed(const Submission& submission);
  void check_automatic(const Submission& submission);

  void check_told(const DeliveryTold& told);
  void check_told_end(const DeliveryTold& told, const Text& text);
  void check_poison(const DeliveryTold& told, const Text& text);
  std::ptrdiff_t most_deaths(const std::set<Time>& seen, Time from, Time to) const;
  void check_known(const Text& text, const std::set<std::string>& sessions,
                   const std::set<std::pair<std::string, std::string>>& told);
  bool may_be_forgotten(const Session& session) const;
  /// -1: none, until then.
  Time last_retry(const std::string& what, const std::string& person, Time until) const;
  std::ptrdiff_t retries(const std::string& what, const std::string& person) const;

  Latitude latitude_;
  Reached& reached_;
  Time now_ = 0;
  std::optional<Broken> broken_;
  std::map<std::string, Terms> terms_;
  std::map<std::string, Number> numbers_;
  std::map<std::string, std::string> countries_;
  std::map<std::string, double> rates_;
  std::vector<Asked> asked_;
  std::map<std::string, Session> sessions_;
  std::vector<Text> texts_;
  std::map<std::string, int> by_name_;
  std::set<std::string> common_;
  std::vector<Submission> submissions_;
  std::vector<int> undecided_;
  std::vector<Time> crashes_;
  struct Leap {
    Time from;
    Time by;
  };
  std::vector<Leap> leaps_;
  /// Since the last crash, by number and by connection, without the leaps.
  std::map<std::string, std::deque<Time>> hand_overs_;
  /// Which session took over whose line, of which person: for good.
  std::set<std::vector<std::string>> taken_over_;
  std::map<std::pair<std::string, std::string>, std::vector<Time>> retries_;
  std::set<std::pair<std::string, std::string>> dismissed_;
  /// By service and two people, in both orders: the number that the first last had with the second.
  std::map<std::vector<std::string>, std::string> pairs_;
  /// By person: the numbers that cooled for them when they were refused.
  std::map<std::string, std::set<std::string>> cooled_at_refusal_;
  std::size_t sends_ = 0;
  std::size_t doubles_ = 0;
};

}  // namespace bauta::simulation
