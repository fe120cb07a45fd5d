#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "pool/allocation/pairs.h"
#include "pool/allocation/routes.h"
#include "proxy/config/config.h"
#include "routing/desk/desk.h"
#include "routing/sessions/session.h"
#include "tests/bench/commands.h"
#include "tests/bench/disk.h"
#include "tests/bench/people.h"
#include "tests/conformance/ground/run.h"

namespace bauta::bench {
namespace {

constexpr unsigned kThreads = 2;
/// So that many commits share an fsync.
constexpr std::size_t kAtOnce = 64;
/// Each is ten records.
constexpr std::uint64_t kSessionsPerCommit = 90;
/// A limit that no benchmark meets: it is the relay that is measured, and not its patience.
constexpr double kRate = 1'000;

struct Opening {
  Store& store;
  const IndexKey& index_key;
  Random& random;
  TimePoint now;
  Desk& desk;
  Caller caller;
  std::uint64_t sessions;
  std::vector<std::string> lines;
  std::atomic<std::uint64_t> next_number = 0;
  std::atomic<std::uint64_t> next_session = 0;
};

Task<void> add_numbers(Opening& opening) {
  for (;;) {
    const auto n = opening.next_number++;
    if (n >= kAmericanNumbers + kBritishNumbers) co_return;
    const auto number =
        n < kAmericanNumbers ? american_number(n) : british_number(n - kAmericanNumbers);
    sure(co_await opening.desk.add_number(
        opening.caller, {.number = number, .connection = "twilio", .rate_per_second = kRate}, {}));
  }
}

Seat seat_of(Opening& opening, RealAddress address, VirtualNumber number) {
  const auto person = opening.index_key.person(opening.caller.service.id,
                                               channel_name(address.channel()), address.reveal());
  return {.id = SeatId::make(to_millis(opening.now), opening.random),
          .address = std::move(address),
          .person = person,
          .number = std::move(number),
          .match = Tier::country,
          .label = {},
          .language = {}};
}

/// A person's k-th session is at the k-th number from one of their own: no two of theirs at the same.  As a first text leaves it: those that
/// are sent later are like any other.
Session session_of(Opening& opening, std::uint64_t n) {
  const auto host = n % kAmericans;
  const auto guest = n % kBritons;
  Session session;
  session.id = SessionId::make(to_millis(opening.now), opening.random);
  session.service = opening.caller.service.id;
  session.status = SessionStatus::in_progress;
  session.created_at = opening.now;
  session.seats.push_back(seat_of(opening, american(host),
                                  american_number((7 * host + n / kAmericans) % kAmericanNumbers)));
  session.seats.push_back(seat_of(opening, briton(guest),
                                  british_number((7 * guest + n / kBritons) % kBritishNumbers)));
  return session;
}

/// What the desk would commit, with the same encoders, and without asking which numbers are free: there are a million to be opened.
void write(Commit& commit, const Session& session) {
  constexpr std::chrono::days kForgetPairAfter{400};
  Sessions::write(commit, session, kAbsent);
  for (const auto& seat : session.seats) {
    const auto& other = session.seats[seat.id == session.seats.front().id ? 1 : 0];
    RouteTable::take(commit,
                     {.service = session.service,
                      .address = seat.address,
                      .person = seat.person,
                      .number = seat.number,
                      .session = session.id,
                      .seat = seat.id},
                     kAbsent);
    Sessions::list_under(commit, session, seat.person);
    PairTable::remember(
        commit, {.service = session.service, .person = seat.person, .companion = other.person},
        seat.number, session.created_at + kForgetPairAfter);
  }
}

Task<void> open_sessions(Opening& opening) {
  for (;;) {
    const auto begin = opening.next_session.fetch_add(kSessionsPerCommit);
    if (begin >= opening.sessions) co_return;
    Commit commit;
    for (auto n = begin; n < std::min(opening.sessions, begin + kSessionsPerCommit); ++n) {
      const auto session = session_of(opening, n);
      write(commit, session);
      for (const auto& seat : session.seats)
        opening.lines[n] += fmt::format("{} {}\n", seat.address.reveal(), seat.number.str());
    }
    const auto outcome = co_await opening.store.commit(std::move(commit));
    if (!std::holds_alternative<Committed>(outcome))
      give_up({.code = "bench.not_committed", .detail = std::to_string(outcome.index())});
  }
}

template <class Work>
void all_at_once(Opening& opening, const Work& work) {
  Crew crew(kThreads);
  for (std::size_t at = 0; at < kAtOnce; ++at) crew.spawn(at, work(opening));
  crew.run();
}

Task<Result<Caller>> default_caller(Accounts& accounts, TimePoint now, Random& random) {
  BAUTA_CO_TRY(auto service,
               co_await accounts.ensure_with_service("default", "default", now, random));
  ApiKey key;
  key.account = service.account;
  key.scopes = all_scopes();
  co_return Caller{.key = std::move(key), .service = std::move(service)};
}

}  // namespace

int make_world(const std::filesystem::path& config_file, std::uint64_t sessions,
               const std::filesystem::path& lines) {
  const auto config = sure(load_config(config_file));
  Disk disk(config.storage_path, config.master_key_file.value_or(""));
  metrics::Instruments metrics("", "");
  Desk desk({.store = disk.store(),
             .index_key = disk.index_key(),
             .clock = disk.clock(),
             .random = disk.random(),
             .metrics = metrics,
             .limits = {}},
            [](std::string_view name) { return name == "twilio"; });
  Opening opening{
      .store = disk.store(),
      .index_key = disk.index_key(),
      .random = disk.random(),
      .now = disk.clock().now(),
      .desk = desk,
      .caller = sure(run(default_caller(desk.accounts(), disk.clock().now(), disk.random()))),
      .sessions = sessions,
      .lines = std::vector<std::string>(sessions)};
  all_at_once(opening, add_numbers);
  all_at_once(opening, open_sessions);
  disk.settle();

  std::ofstream out(lines);
  for (const auto& line : opening.lines) out << line;
  out.close();
  return out.good() ? 0 : 1;
}

}  // namespace bauta::bench
