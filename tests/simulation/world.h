#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/memory/memory_store.h"
#include "tests/simulation/carriers.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/endpoint.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/reached.h"
#include "tests/simulation/relay_clock.h"
#include "tests/simulation/relay_process.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/trace.h"

namespace bauta::simulation {

/// What one run came to.
struct Outcome {
  std::optional<Broken> broken;
  /// Of simulated time, and of events.
  Micros at{0};
  std::uint64_t steps = 0;
  std::uint64_t hash = 0;
  std::deque<std::string> last_lines;
  std::size_t texts = 0;
  std::size_t sends = 0;
  std::size_t doubles = 0;
  std::size_t refusals = 0;
  std::size_t crashes = 0;
  std::size_t sessions = 0;
  std::uint64_t commits = 0;
  Reached reached;
};

/// One run: people, platforms, carriers, a disk, and the relay in between, all from one seed.
class World {
 public:
  World(std::uint64_t seed, metrics::Instruments& metrics, bool print);
  Outcome run();
  /// For who is interrupted: the last lines.
  const Trace& trace() const { return trace_; }

 private:
  struct Service {
    Caller caller;
    std::vector<VirtualNumber> numbers;
    std::vector<std::size_t> people;
  };
  struct Line {
    std::size_t person;
    VirtualNumber number;
    SeatId seat;
    bool left = false;
    bool blocked = false;
  };
  /// What its platform and its people know of a session.
  struct Known {
    SessionId id;
    std::size_t service;
    std::vector<Line> lines;
    std::optional<Micros> expires;
    bool closing = false;
    bool erased = false;
    /// One call at a time changes it: what an earlier one does late must not be taken for a later one's.
    bool changing = false;
    /// Kept for one thing alone.
    bool set_aside = false;
  };
  /// A session that is to be opened.
  struct Wish {
    std::size_t service;
    std::vector<std::size_t> people;
    std::optional<std::chrono::seconds> ttl;
    std::optional<std::chrono::seconds> idle;
    std::string unique_name;
    bool set_aside = false;
    /// With the session's place in `sessions_`, and when it was made.
    std::function<void(std::size_t, Micros)> then;
  };
  struct Mo {
    RealAddress from;
    VirtualNumber to;
    std::string body;
    TextWritten::Word word = TextWritten::Word::none;
    bool forged = false;
    bool common = false;
  };
  /// Something that is tried until it is answered.
  struct Attempt {
    std::function<void(const std::shared_ptr<Attempt>&)> once;
    Micros patience{0};
    int tries = 0;
    bool done = false;
  };

  // world_scene.cc
  void furnish();
  void furnish_service(std::size_t at);
  void furnish_hook();
  void furnish_number(Service& service, const std::string& text, const std::string& country);
  void arrange_trouble();

  // world.cc: what happens when
  void act();
  void do_something();
  void act_among_sessions(std::size_t drawn);
  void next_act();
  void crash(Micros within);
  void start();
  void sweep();
  bool at_rest() const;

  void persist(const std::shared_ptr<Attempt>& attempt);
  void try_again(const std::shared_ptr<Attempt>& attempt);
  /// Asks until there is an answer that will not change by asking again; `told` is called once, with how often it was asked.
  template <class R>
  void until_told(Micros patience, std::function<void(std::function<void(R)>)> once,
                  std::function<void(R, int)> told);
  template <class... T>
  void note(const char* format, const T&... values);

  // world_clock.cc
  void leap(Micros by);
  void set_clock_wrong();
  void set_clock_right();
  void keep_clock();
  void begin_clock();

  // world_sessions.cc
  void open_some_session();
  void open(Wish wish);
  void opened(int asked, const LinesAsked& lines, const Wish& wish, const std::string& answer);
  void close_session(std::size_t at, bool erase);
  void erase_during_a_send(std::size_t at);
  void reopen();
  void change_roster();
  void join(std::size_t at);
  void leave(std::size_t at, std::size_t line);
  void meet_others(std::size_t service, std::size_t person);
  void block(std::size_t at, std::size_t line);
  void race_for_the_idle_end();
  void meet_at(Micros end, std::size_t at, Wish heir);
  void begin_change(std::size_t at);
  void end_change(std::size_t at, int tries);
  Known* any_session(bool open_only);

  // world_texts.cc
  void text_burst();
  void text(const Known& session, std::size_t from);
  void late_text();
  void keyword();
  void race_for_consent();
  void chatter();
  void rush_before_a_leap();
  void loop();
  void killer();
  void hand_in(Mo mo);
  void taken(int id, const Mo& mo, InboundOutcome outcome);
  void platform_text();
  void look_at_dead_letters();
  void bring_receipt(DeliveryReceipt receipt, std::function<void(ReceiptOutcome)> done);
  std::string new_body();

  // world_end.cc
  void tell_all();
  void tell_service(const Service& service, std::vector<DeliveryTold>& told,
                    std::set<std::string>& asked);
  std::set<std::string> events_of(const Caller& caller);
  void tell_endpoint(const Caller& caller);
  std::set<std::string> dead_letters_of(const Caller& caller);
  void inspect_the_disk();

  Trace trace_;
  Reached reached_;
  Chance chance_;
  Chance store_chance_;
  SeededRandom random_;
  Schedule schedule_;
  SimulatedClock wall_;
  RelayClock clock_;
  MemoryStore disk_;
  IndexKey index_key_;
  metrics::Instruments& metrics_;
  Oracle oracle_;
  Carriers carriers_;
  Endpoint endpoint_;
  std::optional<std::pair<ServiceId, WebhookId>> hook_;
  StoreTrouble trouble_;
  RelayLimits limits_;
  std::vector<std::uint32_t> partitions_;
  std::map<VirtualNumber, std::string> connections_;

  std::vector<RealAddress> people_;
  std::vector<Service> services_;
  std::vector<Known> sessions_;
  std::unique_ptr<RelayProcess> relay_;

  /// One person talks with everybody, over more than a hundred numbers.
  bool has_a_hub_ = false;
  bool telling_ = false;
  std::size_t acts_left_ = 0;
  std::size_t crash_one_in_ = 0;
  std::size_t pace_ = 0;
  std::size_t under_way_ = 0;
  std::size_t written_ = 0;
  std::size_t marks_ = 0;
  std::size_t names_ = 0;
  std::size_t provider_ids_ = 0;
  /// The relay knows that the wall clock is wrong, and nobody has set it right since.
  bool is_clock_doubted_ = false;
  Micros clock_kept_at_{0};
  Micros last_sweep_{0};
  Micros quiet_since_{0};
  Outcome outcome_;
};

}  // namespace bauta::simulation
