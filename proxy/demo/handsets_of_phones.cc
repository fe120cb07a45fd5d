#include <json/value.h>

#include <utility>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "proxy/demo/handsets_exchange.h"
#include "proxy/demo/members.h"
#include "proxy/net/json.h"
#include "proxy/net/problem.h"
#include "proxy/net/rfc3339.h"
#include "routing/text/message_text.h"

/// The handsets as phones that somebody plays.
namespace bauta {
namespace {

constexpr std::size_t kInboxTextsMax = 1'000;

}  // namespace

Task<HttpResponse> HandsetsExchange::text(HttpRequest request) {
  const auto members = Members::of(request, {"from", "to", "text", "media_count"});
  if (!members) co_return invalid_request(request, members.error().detail);
  const auto written = compose({.from = members->text("from"),
                                .to = members->text("to"),
                                .text = members->text("text"),
                                .media_count = members->count("media_count")});
  if (written) co_return json_response(202, R"({"id":")" + *written + R"("})");
  if (written.error().code != "overloaded") {
    co_return invalid_request(request, written.error().detail);
  }
  auto response = problem(503, written.error(), request);
  response.headers.set("Retry-After", "1");
  co_return response;
}

Result<std::string> HandsetsExchange::compose(Draft draft) {
  const auto from = RealAddress::from_carrier(draft.from);
  const auto to = VirtualNumber::from_carrier(draft.to);
  const auto text = MessageText::parse(draft.text);
  if (!from || !to) return fail("request.invalid", "from and to are telephone numbers");
  if (!text) return fail("request.invalid", "text is at most 16384 octets of UTF-8");
  if (text->empty() && draft.media_count == 0) return fail("request.invalid", "text is missing");
  if (counters_->callbacks_waiting >= options_.callbacks_waiting_max) {
    return fail("overloaded", "too many texts wait for the relay");
  }
  auto id = next_id("MO");
  Json::Value one;
  one["id"] = id;
  one["from"] = from->reveal();
  one["to"] = to->str();
  one["text"] = text->reveal();
  if (draft.media_count > 0) {
    one["media_count"] = static_cast<Json::UInt64>(draft.media_count);
  }
  Json::Value body;
  body["messages"].append(std::move(one));
  ++counters_->texts_written;
  relay_->write(from->reveal(), {callback_path_ + "/inbound", write_json(body),
                                 dice_.roll_callback(), std::move(draft.watched)});
  return id;
}

Result<std::shared_ptr<const WrittenText>> HandsetsExchange::watch(const std::string& from,
                                                                   const std::string& to,
                                                                   const std::string& text) {
  const auto watched = std::make_shared<WrittenText>(
      WrittenText{.id = "", .text = text, .at = clock_.now(), .taken_at = {}, .tries = 0});
  BAUTA_TRY(watched->id,
            compose({.from = from, .to = to, .text = text, .media_count = 0, .watched = watched}));
  return watched;
}

Task<HttpResponse> HandsetsExchange::inbox(HttpRequest request) {
  const auto members = Members::of(request, {"address", "after"});
  if (!members) co_return invalid_request(request, members.error().detail);
  const auto address = RealAddress::from_carrier(members->text("address"));
  if (!address) co_return invalid_request(request, "address is a telephone number");
  Json::Value body;
  body["texts"] = Json::Value(Json::arrayValue);
  for (auto& text : inboxes_.read(address->reveal(), members->count("after"))) {
    if (body["texts"].size() == kInboxTextsMax) break;
    Json::Value one;
    one["sequence"] = static_cast<Json::UInt64>(text.sequence);
    one["from"] = text.from;
    one["text"] = text.text;
    one["at"] = format_rfc3339(text.at);
    body["texts"].append(std::move(one));
  }
  co_return json_response(200, write_json(body));
}

}  // namespace bauta
