#pragma once

#include "metrics/instruments/family_maker.h"

namespace bauta::metrics {

/// What goes over HTTP: webhooks outward, requests and TLS inward.
struct HttpFamilies : private FamilyMaker {
  explicit HttpFamilies(prometheus::Registry& registry) : FamilyMaker(registry) {
    for (const auto outcome :
         {"delivered", "refused", "gone", "unreachable", "timeout", "address_refused"})
      webhook_attempts.find({outcome});
    for (const auto reason : {"failing", "gone"}) webhooks_disabled.find({reason});
  }

  Counters<1> webhook_attempts{
      counters("bauta_webhook_deliveries_total",
               "Attempts to deliver an event to a webhook, by what came of them."),
      {"outcome"},
      kSeriesMax,
      Overflow::other};
  prometheus::Histogram& webhook_seconds =
      histogram("bauta_webhook_delivery_seconds",
                "Time that an attempt to deliver an event to a webhook took.", kLatencyBuckets);
  Counters<1> webhooks_disabled{
      counters("bauta_webhooks_disabled_total",
               "Webhooks that were disabled because nothing got through, by why."),
      {"reason"},
      kSeriesMax,
      Overflow::other};
  Gauges<2> webhooks{gauges("bauta_webhooks", "Webhooks by owner thread and status."),
                     {"owner", "status"},
                     kSeriesMax,
                     Overflow::drop};
  Gauges<1> webhook_oldest{
      gauges("bauta_webhook_oldest_seconds",
             "Age of the oldest event that an active webhook has not delivered, by owner thread."),
      {"owner"},
      kSeriesMax,
      Overflow::drop};

  Counters<4> http_requests{counters("bauta_http_requests_total", "HTTP requests answered."),
                            {"listener", "route", "method", "status"},
                            kSeriesMax,
                            Overflow::other};
  Histograms<2> http_seconds{
      histograms("bauta_http_request_seconds",
                 "Time from the head of a request to its answer being written."),
      {"listener", "route"},
      kSeriesMax,
      Overflow::other,
      kLatencyBuckets};
  Gauges<1> http_connections{gauges("bauta_http_connections", "HTTP connections that are open."),
                             {"listener"},
                             kSeriesMax,
                             Overflow::other};
  Counters<2> http_rejected{
      counters("bauta_http_rejected_total", "HTTP requests rejected before their route was known."),
      {"listener", "reason"},
      kSeriesMax,
      Overflow::other};
  Gauges<1> tls_certificate_expiry{
      gauges("bauta_tls_certificate_expiry_timestamp_seconds",
             "When the certificate that a listener shows expires, in seconds since 1970."),
      {"listener"},
      kSeriesMax,
      Overflow::drop};
  Counters<2> tls_reloads{
      counters("bauta_tls_reloads_total", "Certificates read anew on SIGHUP, by outcome."),
      {"listener", "outcome"},
      kSeriesMax,
      Overflow::other};
};

}  // namespace bauta::metrics
