#include <algorithm>
#include <initializer_list>
#include <string>

#include "metrics/instruments/instrument_families.h"
#include "metrics/instruments/instruments.h"

namespace bauta::metrics {
namespace {

std::string_view method_label(std::string_view method) {
  static constexpr std::initializer_list<std::string_view> kKnown = {
      "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return std::ranges::find(kKnown, method) != kKnown.end() ? method : kOtherLabel;
}

}  // namespace

void Instruments::webhook_attempted(std::string_view outcome, std::chrono::duration<double> took) {
  count(families_->http.webhook_attempts, {outcome});
  families_->http.webhook_seconds.Observe(took.count());
}
void Instruments::webhook_disabled(std::string_view reason) {
  count(families_->http.webhooks_disabled, {reason});
}
void Instruments::webhooks(std::string_view owner, std::string_view status, std::uint64_t count) {
  set(families_->http.webhooks, {owner, status}, static_cast<double>(count));
}
void Instruments::webhook_oldest(std::string_view owner, std::chrono::duration<double> age) {
  set(families_->http.webhook_oldest, {owner}, age.count());
}

void Instruments::http_request(std::string_view listener, std::string_view route,
                               std::string_view method, unsigned status,
                               std::chrono::duration<double> took) {
  count(families_->http.http_requests,
        {listener, route, method_label(method), std::to_string(status)});
  if (auto* seconds = families_->http.http_seconds.find({listener, route}))
    seconds->Observe(took.count());
}
void Instruments::http_connections_changed(std::string_view listener, std::int64_t by) {
  if (auto* gauge = families_->http.http_connections.find({listener})) change(*gauge, by);
}
void Instruments::http_rejected(std::string_view listener, std::string_view reason) {
  count(families_->http.http_rejected, {listener, reason});
}

void Instruments::tls_certificate_taken(std::string_view listener,
                                        std::chrono::duration<double> expires) {
  set(families_->http.tls_certificate_expiry, {listener}, expires.count());
  for (const auto outcome : {"reloaded", "refused"})
    families_->http.tls_reloads.find({listener, outcome});
}
void Instruments::tls_reload(std::string_view listener, std::string_view outcome) {
  count(families_->http.tls_reloads, {listener, outcome});
}

}  // namespace bauta::metrics
