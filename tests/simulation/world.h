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
#include "tests/simulation/oracle.h"
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
  };
  /// What its platform and its people know of a session.
  struct Known {
    SessionId id;
    std::size_t service;
    std::vector<Line> lines;
    bool closing = false;
    bool erased = false;
  };
  /// Something that is tried until it is answered.
  struct Attempt {
    std::function<void(const std::shared_ptr<Attempt>&)> once;
    Micros patience{0};
    int tries = 0;
    bool done = false;
  };

  void furnish();
  void arrange_trouble();
  void act();
  void next_act();

  void persist(const std::shared_ptr<Attempt>& attempt);
  void try_again(const std::shared_ptr<Attempt>& attempt);

  void open_session();
  void text_burst();
  void text(const Known& session, std::size_t from);
  void late_text();
  void keyword();
  void hand_in(std::size_t person, const VirtualNumber& number, const std::string& body,
               TextWritten::Word word, bool forged);
  void platform_text();
  void close_session(std::size_t at, bool erase);
  void bring_receipt(DeliveryReceipt receipt, std::function<void()> done);
  void crash();
  void start();
  bool at_rest() const;
  void tell_all();
  Known* any_session(bool open_only);
  std::string new_body();
  template <class... T>
  void note(const char* format, const T&... values);

  Trace trace_;
  Chance chance_;
  Chance store_chance_;
  SeededRandom random_;
  Schedule schedule_;
  SimulatedClock clock_;
  MemoryStore disk_;
  IndexKey index_key_;
  metrics::Instruments& metrics_;
  Oracle oracle_;
  Carriers carriers_;
  StoreTrouble trouble_;
  RelayLimits limits_;
  std::vector<std::uint32_t> partitions_;
  std::map<VirtualNumber, std::string> connections_;

  std::vector<RealAddress> people_;
  std::vector<Service> services_;
  std::vector<Known> sessions_;
  std::unique_ptr<RelayProcess> relay_;

  bool telling_ = false;
  std::size_t acts_left_ = 0;
  std::size_t crash_one_in_ = 0;
  std::size_t pace_ = 0;
  std::size_t under_way_ = 0;
  std::size_t written_ = 0;
  std::size_t marks_ = 0;
  std::size_t provider_ids_ = 0;
  Outcome outcome_;
};

}  // namespace bauta::simulation
