#include <json/value.h>

#include <ranges>
#include <utility>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "proxy/carriers/simulated.h"
#include "proxy/demo/handsets_exchange.h"
#include "proxy/demo/members.h"
#include "proxy/demo/pause.h"
#include "proxy/net/json.h"
#include "proxy/net/problem.h"
#include "proxy/net/rfc3339.h"
#include "routing/text/message_text.h"

/// The handsets as the relay's carrier.
namespace bauta {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReferenceOctetsMax = 128;
constexpr std::size_t kFoundTextsMax = 100;
/// After the answer to a hand-over, so that "normal" receipts come behind it.
constexpr milliseconds kReceiptPause{20};
constexpr milliseconds kEarlyReceiptTimeout{2'000};

std::string receipt(const std::string& id, const std::string& reference, const char* status) {
  Json::Value one;
  one["id"] = id;
  one["reference"] = reference;
  one["status"] = status;
  Json::Value body;
  body["receipts"].append(std::move(one));
  return write_json(body);
}

}  // namespace

Task<HttpResponse> HandsetsExchange::take(HttpRequest request) {
  if (!simulated::is_authentic(options_.secret, request)) co_return not_signed(request);
  const auto members =
      Members::of(request, {"from", "to", "text", "reference", "validity_seconds"});
  if (!members) co_return invalid_request(request, members.error().detail);
  const auto from = VirtualNumber::from_carrier(members->text("from"));
  const auto to = RealAddress::from_carrier(members->text("to"));
  const auto text = MessageText::parse(members->text("text"));
  const auto reference = members->text("reference");
  if (!from || !to || to->channel() != Channel::sms) {
    co_return invalid_request(request, "from and to are telephone numbers");
  }
  if (!text || text->empty())
    co_return invalid_request(request, "text is 1 to 16384 octets of UTF-8");
  if (reference.empty() || reference.size() > kReferenceOctetsMax) {
    co_return invalid_request(request, "reference is 1 to 128 letters and digits");
  }
  const auto validity = members->count("validity_seconds");
  if (validity == 0) co_return invalid_request(request, "validity_seconds is at least 1");

  const auto fate = dice_.roll_text();
  if (fate.answer == TroubleDice::Answer::throttle) {
    ++counters_->texts_throttled;
    auto response = json_response(429, R"({"code":"throttled","detail":"too many at once"})");
    response.headers.set("Retry-After", "1");
    co_return response;
  }
  if (fate.answer == TroubleDice::Answer::refuse) {
    ++counters_->texts_refused;
    co_return json_response(400, R"({"code":"refused","detail":"refused on request"})");
  }
  ++counters_->texts_taken;
  const auto id = next_id("MT");
  taken_.put({.id = id,
              .from = from->str(),
              .to = to->reveal(),
              .text = text->reveal(),
              .at = clock_.now(),
              .lost = fate.lost});
  const auto mode = dice_.trouble().receipts;
  // What is rolled is rolled now, so that it hangs on the order of requests alone.
  const auto sent = dice_.roll_callback();
  const auto ended = dice_.roll_callback();
  if (mode == ReceiptMode::early) {
    if (!co_await relay_->post_once(callback_path_ + "/status", receipt(id, reference, "sent"),
                                    kEarlyReceiptTimeout)) {
      relay_->begin({callback_path_ + "/status", receipt(id, reference, "sent"), sent},
                    &HandsetsCounters::receipts_brought);
    }
  }
  if (fate.lost) ++counters_->texts_lost;
  spawn(show(to->reveal(), {.sequence = 0, .from = from->str(), .text = text->reveal(), .at = {}},
             fate));
  spawn(report(fate, id, reference, mode, sent, ended));
  if (fate.answer == TroubleDice::Answer::hang) {
    ++counters_->texts_hung;
    co_await pause_for(options_.hang);
  }
  co_return json_response(202, R"({"id":")" + id + R"("})");
}

Task<HttpResponse> HandsetsExchange::find(HttpRequest request) {
  if (!simulated::is_authentic(options_.secret, request)) co_return not_signed(request);
  const auto members = Members::of(request, {"from", "text", "not_before"});
  if (!members) co_return invalid_request(request, members.error().detail);
  const auto from = VirtualNumber::from_carrier(members->text("from"));
  const auto not_before = parse_rfc3339(members->text("not_before"));
  if (!from) co_return invalid_request(request, "from is a telephone number");
  if (!not_before) co_return invalid_request(request, "not_before is a time as in RFC 3339");
  const auto found =
      taken_.find(from->str(), members->text("text"), *not_before, kFoundTextsMax + 1);
  Json::Value body;
  body["messages"] = Json::Value(Json::arrayValue);
  body["more"] = found.size() > kFoundTextsMax;
  for (const auto& text : found | std::views::take(kFoundTextsMax)) {
    Json::Value one;
    one["id"] = text.id;
    one["to"] = text.to;
    one["status"] = text.lost ? "undelivered" : "sent";
    body["messages"].append(std::move(one));
  }
  co_return json_response(200, write_json(body));
}

Task<void> HandsetsExchange::show(std::string phone, ReceivedText text,
                                  TroubleDice::TextFate fate) {
  const auto self = shared_from_this();
  if (fate.delay > milliseconds::zero()) co_await pause_for(fate.delay);
  if (fate.lost) co_return;
  text.at = clock_.now();
  inboxes_.put(phone, std::move(text));
  ++counters_->texts_shown;
}

Task<void> HandsetsExchange::report(TroubleDice::TextFate fate, std::string id,
                                    std::string reference, ReceiptMode mode,
                                    TroubleDice::CallbackFate sent,
                                    TroubleDice::CallbackFate ended) {
  const auto self = shared_from_this();
  if (mode == ReceiptMode::never) co_return;
  if (mode == ReceiptMode::normal) {
    co_await pause_for(kReceiptPause);
    Callback callback{callback_path_ + "/status", receipt(id, reference, "sent"), sent};
    if (sent.overtaken) {
      relay_->begin(std::move(callback), &HandsetsCounters::receipts_brought);
    } else {
      co_await relay_->bring(std::move(callback), &HandsetsCounters::receipts_brought);
    }
  }
  if (fate.delay > milliseconds::zero()) co_await pause_for(fate.delay);
  co_await relay_->bring({callback_path_ + "/status",
                          receipt(id, reference, fate.lost ? "undelivered" : "delivered"), ended},
                         &HandsetsCounters::receipts_brought);
}

}  // namespace bauta
