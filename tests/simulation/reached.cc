#include "tests/simulation/reached.h"

#include <utility>

namespace bauta::simulation {

std::string_view mark_name(Mark mark) {
  switch (mark) {
    case Mark::claim_cut_off_by_a_crash:
      return "claim cut off by a crash";
    case Mark::receipt_before_the_answer:
      return "receipt before the answer";
    case Mark::stop_in_conflict_with_a_claim:
      return "stop in conflict with a claim";
    case Mark::text_on_an_expired_line_not_written_down:
      return "text on an expired line not written down";
    case Mark::cooling_line_taken_over:
      return "cooling line taken over";
    case Mark::preferred_number_given_again:
      return "preferred number given again";
    case Mark::avoided_number_given_as_last:
      return "avoided number given as last";
    case Mark::refusal_over_a_hundred_lines:
      return "refusal over a hundred lines";
    case Mark::reopened:
      return "reopened";
    case Mark::reopen_refused:
      return "reopen refused";
    case Mark::label_before_a_text:
      return "label before a text";
    case Mark::member_left_with_texts_queued:
      return "member left with texts queued";
    case Mark::last_but_one_left:
      return "last but one left";
    case Mark::blocked_member_wrote:
      return "blocked member wrote";
    case Mark::lane_full:
      return "lane full";
    case Mark::turn_of_a_number_waited_for:
      return "turn of a number waited for";
    case Mark::turn_of_a_connection_waited_for:
      return "turn of a connection waited for";
    case Mark::turn_of_a_connection_left:
      return "turn of a connection left";
    case Mark::service_went_before_anothers_texts:
      return "service went before another's texts";
    case Mark::turns_used_late_kept_apart:
      return "turns used late kept apart";
    case Mark::turn_waited_for_over_a_leap:
      return "turn waited for over a leap";
    case Mark::failed_over:
      return "failed over";
    case Mark::breaker_opened:
      return "breaker opened";
    case Mark::breaker_closed_by_an_answer:
      return "breaker closed by an answer";
    case Mark::unknown_found_by_asking:
      return "unknown found by asking";
    case Mark::resent_after_asking_in_vain:
      return "resent after asking in vain";
    case Mark::poison:
      return "poison";
    case Mark::unconfirmed:
      return "unconfirmed";
    case Mark::delivered_after_unconfirmed:
      return "delivered after unconfirmed";
    case Mark::second_delivery_at_the_same_moment:
      return "second delivery at the same moment";
    case Mark::unknown_commit_settled_by_its_witness:
      return "unknown commit settled by its witness";
    case Mark::commit_overloaded:
      return "commit overloaded";
    case Mark::long_stall:
      return "long stall";
    case Mark::idle_end_beaten_by_a_text:
      return "idle end beaten by a text";
    case Mark::close_retried:
      return "close retried";
    case Mark::erased_during_a_send:
      return "erased during a send";
    case Mark::opt_out_by_carrier_of_an_erased_text:
      return "opt out by carrier of an erased text";
    case Mark::opt_out_by_a_receipt:
      return "opt-out by a receipt";
    case Mark::opt_out_by_a_receipt_before_its_answer:
      return "opt-out by a receipt before its answer";
    case Mark::opt_out_by_a_receipt_without_effect:
      return "opt-out by a receipt without effect";
    case Mark::start_lifts_a_carriers_opt_out:
      return "start lifts a carriers opt out";
    case Mark::second_stop:
      return "second stop";
    case Mark::help_while_out:
      return "help while out";
    case Mark::stop_of_one_line_only:
      return "stop of one line only";
    case Mark::late_receipt_for_an_older_attempt:
      return "late receipt for an older attempt";
    case Mark::loop_refused:
      return "loop refused";
    case Mark::repeats_refused:
      return "repeats refused";
    case Mark::address_masked:
      return "address masked";
    case Mark::two_bookings_of_one_person_at_once:
      return "two bookings of one person at once";
    case Mark::exhausted_then_freed_by_cooling:
      return "exhausted then freed by cooling";
    case Mark::dead_letter_retried_and_delivered:
      return "dead letter retried and delivered";
    case Mark::texts_forgotten_after_retention:
      return "texts forgotten after retention";
    case Mark::clock_leapt:
      return "clock leapt";
    case Mark::clock_set_ahead:
      return "clock set ahead";
    case Mark::clock_set_back:
      return "clock set back";
    case Mark::started_in_doubt_of_the_clock:
      return "started in doubt of the clock";
    case Mark::event_taken_whose_answer_was_lost:
      return "event taken whose answer was lost";
    case Mark::event_told_again_after_a_crash:
      return "event told again after a crash";
    case Mark::name_taken_over_from_an_ended_session:
      return "name taken over from an ended session";
  }
  std::unreachable();
}

}  // namespace bauta::simulation
