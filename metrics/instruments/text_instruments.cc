#include <algorithm>
#include <initializer_list>

#include "metrics/instruments/instrument_families.h"
#include "metrics/instruments/instruments.h"

namespace bauta::metrics {
namespace {

/// Of what became of a text that was sent: what somebody should look at when it does not end.
bool is_trouble(std::string_view outcome) {
  static constexpr std::initializer_list<std::string_view> kTrouble = {
      "refused", "later", "unknown", "undelivered", "failed"};
  return std::ranges::find(kTrouble, outcome) != kTrouble.end();
}

}  // namespace

void Instruments::text_in(std::string_view connection, std::string_view outcome) {
  count(families_->text.texts, {"inbound", connection, outcome});
}
void Instruments::text_out(std::string_view connection, std::string_view outcome) {
  count(families_->text.texts, {"outbound", connection, outcome});
  if (!is_trouble(outcome)) return;
  if (auto* gauge = families_->text.trouble.find({connection, outcome})) gauge->SetToCurrentTime();
}
void Instruments::accepted_after(std::chrono::duration<double> took) {
  families_->text.accept.Observe(took.count());
}
void Instruments::relayed_after(std::chrono::duration<double> took) {
  families_->text.end_to_end.Observe(took.count());
}
void Instruments::segments_out(std::string_view connection, std::string_view encoding,
                               std::uint32_t segments) {
  if (auto* counter = families_->text.segments.find({connection, encoding}))
    counter->Increment(segments);
}
void Instruments::refused(std::string_view code) { count(families_->text.refusals, {code}); }
void Instruments::asked(std::string_view connection, std::string_view outcome) {
  count(families_->text.asked, {connection, outcome});
}
void Instruments::possible_double(std::string_view connection) {
  count(families_->text.possible_doubles, {connection});
}
void Instruments::failed_over(std::string_view from, std::string_view to) {
  count(families_->text.failovers, {from, to});
}
void Instruments::breaker(std::string_view connection, std::string_view to, int state) {
  set(families_->text.breaker_state, {connection}, state);
  count(families_->text.breaker_transitions, {connection, to});
}
void Instruments::breaker_kept(std::string_view connection) {
  count(families_->text.breaker_kept, {connection});
}
void Instruments::unknown_status_word(std::string_view connection) {
  count(families_->text.unknown_words, {connection});
}
void Instruments::dead_letter(std::string_view code) {
  count(families_->text.dead_letters, {code});
}
void Instruments::crashed_claim() { families_->text.crashed_claims.Increment(); }

void Instruments::lane_texts_changed(std::int64_t by) { change(families_->text.lane_texts, by); }
void Instruments::lane_oldest(std::string_view owner, std::chrono::duration<double> age) {
  set(families_->text.lane_oldest, {owner}, age.count());
}
void Instruments::waiting(std::string_view connection, std::uint64_t texts,
                          std::chrono::duration<double> oldest) {
  set(families_->text.waiting_texts, {connection}, static_cast<double>(texts));
  set(families_->text.waiting_oldest, {connection}, oldest.count());
}

}  // namespace bauta::metrics
