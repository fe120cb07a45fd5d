#pragma once

#include "metrics/instruments/family_maker.h"

namespace bauta::metrics {

/// A text may wait in its lane until its deadline, hours later.
inline const std::vector<double> kRelayBuckets = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5,  1,    2.5,
                                                  5,    10,    30,   60,  300,  1800, 7200, 14400};

/// What texts, their lanes and the connections that they leave by come to.
struct TextFamilies : private FamilyMaker {
  explicit TextFamilies(prometheus::Registry& registry) : FamilyMaker(registry) {}

  Counters<3> texts{
      counters("bauta_texts_total", "Texts by direction, connection and what became of them."),
      {"direction", "connection", "outcome"},
      kSeriesMax,
      Overflow::other};
  Gauges<2> trouble{gauges("bauta_trouble_timestamp_seconds",
                           "When a text last had that outcome at a connection, in seconds since "
                           "1970."),
                    {"connection", "outcome"},
                    kSeriesMax,
                    Overflow::drop};
  prometheus::Histogram& accept =
      histogram("bauta_accept_seconds",
                "From a carrier's request to the durable commit of its text.", kLatencyBuckets);
  prometheus::Histogram& end_to_end = histogram(
      "bauta_end_to_end_seconds",
      "From the commit of an inbound text to the carrier's acceptance of the outbound one.",
      kRelayBuckets);
  Counters<2> segments{
      counters("bauta_segments_total", "SMS that accepted texts took, as a carrier bills them."),
      {"connection", "encoding"},
      kSeriesMax,
      Overflow::other};
  Counters<1> refusals{counters("bauta_refusals_total", "What was refused, by error code."),
                       {"code"},
                       kSeriesMax,
                       Overflow::other};
  Counters<2> asked{
      counters("bauta_asked_total",
               "Questions to carriers about sends whose outcome was unknown, by what they said."),
      {"connection", "outcome"},
      kSeriesMax,
      Overflow::other};
  Counters<1> possible_doubles{
      counters("bauta_possible_doubles_total",
               "Texts sent again although the outcome of a send before was unknown."),
      {"connection"},
      kSeriesMax,
      Overflow::other};
  Counters<2> failovers{
      counters("bauta_failovers_total",
               "Texts handed to another connection of their number than the one before it."),
      {"from", "to"},
      kSeriesMax,
      Overflow::other};
  Gauges<1> breaker_state{gauges("bauta_breaker_state",
                                 "The breaker of a connection: 0 closed, 1 half open (one text "
                                 "tries whether the carrier is back), 2 open (it is down)."),
                          {"connection"},
                          kSeriesMax,
                          Overflow::other};
  Counters<2> breaker_transitions{
      counters("bauta_breaker_transitions_total",
               "How often the breaker of a connection came to be open, half_open or closed."),
      {"connection", "to"},
      kSeriesMax,
      Overflow::other};
  Counters<1> breaker_kept{counters("bauta_breaker_kept_texts_total",
                                    "Texts that a breaker kept from being tried at a connection "
                                    "that was down."),
                           {"connection"},
                           kSeriesMax,
                           Overflow::other};
  Counters<1> unknown_words{counters("bauta_unknown_status_words_total",
                                     "Receipts whose status word is not known to us."),
                            {"connection"},
                            kSeriesMax,
                            Overflow::other};
  Counters<1> dead_letters{counters("bauta_dead_letters_total",
                                    "Deliveries that ended without reaching their recipient."),
                           {"code"},
                           kSeriesMax,
                           Overflow::other};
  prometheus::Counter& crashed_claims =
      counters("bauta_crashed_claims_total",
               "Deliveries found claimed after a start: their outcome is unknown.")
          .Add({});

  prometheus::Gauge& lane_texts = gauges("bauta_lane_texts", "Texts waiting in lanes.").Add({});
  Gauges<1> lane_oldest{
      gauges("bauta_lane_oldest_seconds", "Age of the oldest text waiting, by owner thread."),
      {"owner"},
      kSeriesMax,
      Overflow::drop};
  Gauges<1> waiting_texts{
      gauges("bauta_waiting_texts",
             "Texts that wait for a connection, as the last census found them."),
      {"connection"},
      kSeriesMax,
      Overflow::drop};
  Gauges<1> waiting_oldest{
      gauges("bauta_waiting_oldest_seconds",
             "Age of the oldest text that waits for a connection, as the last census found it."),
      {"connection"},
      kSeriesMax,
      Overflow::drop};
};

}  // namespace bauta::metrics
