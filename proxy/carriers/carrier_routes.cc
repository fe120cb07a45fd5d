#include "proxy/carriers/carrier_routes.h"

#include <chrono>
#include <memory>
#include <utility>

#include "proxy/config/log.h"
#include "proxy/config/seldom.h"
#include "proxy/net/problem.h"

namespace bauta {
namespace {

/// How long a carrier is asked to wait when the store could not commit.
constexpr std::string_view kRetryAfterSeconds = "2";

unsigned status_of(const Error& error) {
  const bool forbidden =
      error.code == "carrier.bad_signature" || error.code == "carrier.wrong_account";
  return forbidden ? 403 : 400;
}

std::string_view rejection_word(const Error& error) {
  return status_of(error) == 403 ? "bad_signature" : "malformed";
}

std::string_view word_of(ReceiptOutcome outcome) {
  switch (outcome) {
    case ReceiptOutcome::applied:
      return "applied";
    case ReceiptOutcome::repeated:
      return "repeated";
    case ReceiptOutcome::unknown_word:
      return "unknown_word";
    case ReceiptOutcome::forged_reference:
      return "forged_reference";
    case ReceiptOutcome::held_for_its_send:
      return "held_for_its_send";
  }
  return "";
}

HttpResponse not_now(const HttpRequest& request, const Error& error) {
  auto response = problem(503, error, request);
  response.headers.set("Retry-After", std::string(kRetryAfterSeconds));
  return response;
}

/// Shared by the handlers of all four routes.
class Callbacks {
 public:
  Callbacks(const CarrierSet& carriers, CallbackTargets targets, metrics::Instruments& metrics)
      : carriers_(carriers), targets_(std::move(targets)), metrics_(metrics) {}

  Task<HttpResponse> inbound(HttpRequest request) const {
    const auto started = std::chrono::steady_clock::now();
    const Carrier* carrier = carrier_of(request);
    if (carrier == nullptr) co_return Router::rejection(Router::NotFound{}, request);
    auto batch = carrier->read_inbound(request);
    if (!batch) co_return reject_inbound(*carrier, request, batch.error());

    std::size_t accepted = 0;
    std::optional<Error> fault;
    std::optional<Error> failure;
    for (auto& element : batch->elements) {
      if (!element) {
        count_rejected(*carrier, element.error());
        fault = element.error();
        continue;
      }
      const auto outcome = co_await accept(std::move(*element));
      if (!outcome) {
        failure = outcome.error();
        break;  // what follows comes again with it, behind it
      }
      ++accepted;
    }
    if (failure) co_return not_now(request, *failure);
    if (fault && accepted == 0) co_return problem(status_of(*fault), *fault, request);
    metrics_.accepted_after(std::chrono::steady_clock::now() - started);
    co_return std::move(batch->success);
  }

  Task<HttpResponse> status(HttpRequest request) const {
    const Carrier* carrier = carrier_of(request);
    if (carrier == nullptr) co_return Router::rejection(Router::NotFound{}, request);
    auto batch = carrier->read_status(request);
    if (!batch) {
      reject_receipt(*carrier, batch.error());
      co_return problem(status_of(batch.error()), batch.error(), request);
    }

    std::size_t applied = 0;
    std::optional<Error> fault;
    std::optional<Error> failure;
    for (auto& element : batch->elements) {
      if (!element) {
        reject_receipt(*carrier, element.error());
        fault = element.error();
        continue;
      }
      const auto outcome = co_await apply(std::move(*element));
      if (outcome) {
        ++applied;
      } else {
        failure = outcome.error();
      }
    }
    if (failure) co_return not_now(request, *failure);
    if (fault && applied == 0) co_return problem(status_of(*fault), *fault, request);
    co_return std::move(batch->success);
  }

 private:
  const Carrier* carrier_of(const HttpRequest& request) const {
    return carriers_.find_callback(request.path_parameter("name"), request.path_parameter("token"));
  }

  HttpResponse reject_inbound(const Carrier& carrier, const HttpRequest& request,
                              const Error& error) const {
    count_rejected(carrier, error);
    return problem(status_of(error), error, request);
  }

  void count_rejected(const Carrier& carrier, const Error& error) const {
    metrics_.text_in(carrier.name(), rejection_word(error));
    metrics_.refused(error.code);
    log::debug("mo rejected connection={} code={}", carrier.name(), error.code);
    say_rejected(carrier, error);
  }
  void reject_receipt(const Carrier& carrier, const Error& error) const {
    metrics_.refused(error.code);
    log::debug("dlr rejected connection={} code={}", carrier.name(), error.code);
    say_rejected(carrier, error);
  }
  /// Most often it is the configuration, here or at the carrier: a wrong secret, or another public URL than is called.
  void say_rejected(const Carrier& carrier, const Error& error) const {
    if (const auto times = callbacks_rejected_.happened(log::Seldom::Clock::now()))
      log::warn("callback rejected connection={} code={} times={}", carrier.name(), error.code,
                times);
  }

  Task<Result<InboundOutcome>> accept(InboundMessage mo) const {
    const auto connection = mo.connection;
    const auto from = mo.from.masked();
    const auto to = mo.to.str();
    auto outcome = co_await targets_.accept(std::move(mo));
    if (outcome) {
      metrics_.text_in(connection, inbound_outcome_name(*outcome));
      log::debug("mo accepted connection={} from={} to={} outcome={}", connection, from, to,
                 inbound_outcome_name(*outcome));
      if (const auto times = texts_put_off_.ended(log::Seldom::Clock::now()))
        log::warn("mo put off times={}, taken again", times);
    } else {
      log::debug("mo put off connection={} to={} code={}", connection, to, outcome.error().code);
      if (const auto times = texts_put_off_.happened(log::Seldom::Clock::now()))
        log::warn("mo put off connection={} code={} times={}", connection, outcome.error().code,
                  times);
    }
    co_return outcome;
  }

  Task<Result<ReceiptOutcome>> apply(DeliveryReceipt receipt) const {
    const auto connection = receipt.connection;
    auto outcome = co_await targets_.apply(std::move(receipt));
    if (outcome) {
      log::debug("dlr applied connection={} outcome={}", connection, word_of(*outcome));
      if (const auto times = receipts_put_off_.ended(log::Seldom::Clock::now()))
        log::warn("dlr put off times={}, taken again", times);
    } else {
      log::debug("dlr put off connection={} code={}", connection, outcome.error().code);
      if (const auto times = receipts_put_off_.happened(log::Seldom::Clock::now()))
        log::warn("dlr put off connection={} code={} times={}", connection, outcome.error().code,
                  times);
    }
    co_return outcome;
  }

  const CarrierSet& carriers_;
  const CallbackTargets targets_;
  metrics::Instruments& metrics_;
  // All connections and codes together: what puts one off, as a full disk, puts off all.
  mutable log::Seldom texts_put_off_;
  mutable log::Seldom receipts_put_off_;
  mutable log::Seldom callbacks_rejected_;
};

}  // namespace

void mount_carrier_routes(Router& router, const CarrierSet& carriers, CallbackTargets targets,
                          metrics::Instruments& metrics) {
  // Shared by the four handlers.
  const auto callbacks = std::make_shared<const Callbacks>(carriers, std::move(targets), metrics);
  for (const auto* method : {"GET", "POST"}) {
    router.add(method, "/carriers/{name}/{token}/inbound",
               [callbacks](HttpRequest request) { return callbacks->inbound(std::move(request)); });
    router.add(method, "/carriers/{name}/{token}/status",
               [callbacks](HttpRequest request) { return callbacks->status(std::move(request)); });
  }
}

}  // namespace bauta
