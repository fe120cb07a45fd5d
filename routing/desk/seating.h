#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "routing/desk/calls.h"
#include "routing/desk/pool_levels.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Adds to the event that tells of these seats whose number no phone that texts has, by the numbering plan: a hint, its metadata is older than
/// area codes.
void add_warnings(Event& event, const std::vector<Seat>& seats);

/// Gives people their seats: who may have one, which number it gets, and what the commit that seats them expects and writes.
class Seating {
 public:
  using Participant = OpenSession::Participant;
  using Passages = std::vector<Turnstile<PersonHash>::Passage>;
  /// A seat, and what its commit must expect so that it is still to be had.
  struct Seated {
    Seat seat;
    SeatChoice choice;
    /// With it the person holds so much of a locality that the service is told.
    std::optional<PoolLow> low = {};
  };

  Seating(Workbench& bench, PoolLevels& levels) : bench_(bench), levels_(levels) {}

  /// Every faulty address at once.  `pointers`: of the participants' addresses in the request.
  /// Codes: participants.same_address, address.*.
  Task<Status> check(std::vector<Participant> participants,
                     std::vector<std::string> pointers) const;

  /// Lets bookings of the same people wait for each other.  Codes: storage.overloaded.
  Task<Result<Passages>> enter(ServiceId service, std::vector<Participant> participants);

  /// `others`: whom they will talk with; of exactly one the service's stickiness speaks.  A refusal is proven: before one is given, lines of
  /// sessions whose time is over are taken back (promise 7).  Codes: as Allocator::choose.
  Task<Result<Seated>> seat(Stored<Service> service, Participant participant,
                            std::vector<PersonHash> others, TimePoint now);

  /// Adds to `commit` that they have their seats in `session`, which names them.
  void write(Commit& commit, const Session& session, const std::vector<Seated>& seated,
             TimePoint now) const;
  /// That commit was made.
  void written(ServiceId service, const std::vector<Seated>& seated, TimePoint now);

 private:
  Task<Result<SeatRequest>> describe(Stored<Service> service, Participant participant,
                                     std::vector<PersonHash> others) const;
  Task<Status> add_stickiness(SeatRequest& request, StickyPolicy policy,
                              PersonHash companion) const;
  Task<Result<bool>> are_alone_in(ServiceId service, SessionId session,
                                  std::set<PersonHash> people) const;
  Task<Result<bool>> write_down_ends(Stored<Service> service, PersonHash person, TimePoint now);
  Task<void> tell_refusal(ServiceId service, Error refusal, TimePoint now);

  Workbench& bench_;
  PoolLevels& levels_;
};

}  // namespace bauta
