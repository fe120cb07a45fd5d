#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bauta::simulation {

/// Rare situations that a run of many seeds must have met, else its silence means little.  Seen from outside: by the world, its store, its
/// carriers and the oracle.
enum class Mark : std::uint8_t {
  claim_cut_off_by_a_crash,
  receipt_before_the_answer,
  stop_in_conflict_with_a_claim,
  text_on_an_expired_line_not_written_down,
  cooling_line_taken_over,
  preferred_number_given_again,
  avoided_number_given_as_last,
  refusal_over_a_hundred_lines,
  reopened,
  reopen_refused,
  label_before_a_text,
  member_left_with_texts_queued,
  last_but_one_left,
  blocked_member_wrote,
  lane_full,
  turn_of_a_number_waited_for,
  turn_of_a_connection_waited_for,
  turn_of_a_connection_left,
  service_went_before_anothers_texts,
  turns_used_late_kept_apart,
  turn_waited_for_over_a_leap,
  failed_over,
  breaker_opened,
  breaker_closed_by_an_answer,
  unknown_found_by_asking,
  resent_after_asking_in_vain,
  poison,
  unconfirmed,
  delivered_after_unconfirmed,
  second_delivery_at_the_same_moment,
  unknown_commit_settled_by_its_witness,
  commit_overloaded,
  long_stall,
  idle_end_beaten_by_a_text,
  close_retried,
  erased_during_a_send,
  opt_out_by_carrier_of_an_erased_text,
  opt_out_by_a_receipt,
  opt_out_by_a_receipt_before_its_answer,
  opt_out_by_a_receipt_without_effect,
  start_lifts_a_carriers_opt_out,
  second_stop,
  help_while_out,
  stop_of_one_line_only,
  late_receipt_for_an_older_attempt,
  loop_refused,
  repeats_refused,
  address_masked,
  two_bookings_of_one_person_at_once,
  exhausted_then_freed_by_cooling,
  dead_letter_retried_and_delivered,
  texts_forgotten_after_retention,
  clock_leapt,
  clock_set_ahead,
  clock_set_back,
  started_in_doubt_of_the_clock,
  name_taken_over_from_an_ended_session,
  event_taken_whose_answer_was_lost,
  event_told_again_after_a_crash
};
inline constexpr std::size_t kMarks =
    static_cast<std::size_t>(Mark::event_told_again_after_a_crash) + 1;
std::string_view mark_name(Mark mark);

/// How often each was met.
class Reached {
 public:
  void mark(Mark mark) { ++times_[static_cast<std::size_t>(mark)]; }
  std::uint64_t times(Mark mark) const { return times_[static_cast<std::size_t>(mark)]; }
  void add(const Reached& other) {
    for (std::size_t at = 0; at < kMarks; ++at) times_[at] += other.times_[at];
  }

 private:
  std::array<std::uint64_t, kMarks> times_{};
};

}  // namespace bauta::simulation
