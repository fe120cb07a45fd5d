#include "proxy/demo/handsets_exchange.h"

#include <json/value.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "proxy/carriers/simulated.h"
#include "proxy/demo/members.h"
#include "proxy/demo/page_guard.h"
#include "proxy/demo/pause.h"
#include "proxy/net/json.h"
#include "proxy/net/problem.h"

namespace bauta {

HttpResponse not_signed(const HttpRequest& request) {
  return problem(401, {.code = "carrier.bad_signature", .detail = "not signed with our secret"},
                 request);
}

HandsetsExchange::HandsetsExchange(Executor executor, HandsetsOptions options,
                                   std::unique_ptr<HttpClient> client)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      callback_path_("/carriers/" + options_.connection + "/" + options_.token),
      dice_(Trouble{.seed = options_.seed}),
      inboxes_(options_.texts_max),
      relay_(std::make_shared<RelayCaller>(executor_, options_, std::move(client), counters_)) {}

Router HandsetsExchange::router() {
  Router router;
  add(router, "POST", "/messages", &HandsetsExchange::take);
  add(router, "POST", "/messages/find", &HandsetsExchange::find);
  add(router, "POST", "/handsets/text", &HandsetsExchange::text);
  add(router, "POST", "/handsets/inbox", &HandsetsExchange::inbox);
  add(router, "GET", "/handsets/stats", &HandsetsExchange::stats);
  add(router, "POST", "/trouble", &HandsetsExchange::trouble);
  add(router, "GET", "/trouble", &HandsetsExchange::show_trouble);
  add(router, "POST", "/stop", &HandsetsExchange::stop);
  return router;
}

PagePhones HandsetsExchange::for_page() {
  const auto self = shared_from_this();  // shared by the page
  return {.write = [self](const std::string& from, const std::string& to,
                          const std::string& text) { return self->watch(from, to, text); },
          .inbox = [self](const std::string& phone) { return self->inboxes_.read(phone, 0); },
          .trouble = [self] { return self->dice_.trouble(); },
          .make_trouble = [self](Trouble trouble) { self->dice_ = TroubleDice(trouble); }};
}

void HandsetsExchange::add(Router& router, std::string_view method, const std::string& path,
                           Handler handler) {
  router.add(method, path,
             [self = shared_from_this(), handler](HttpRequest request) -> Task<HttpResponse> {
               return guarded(self, handler, std::move(request));
             });
}

Task<HttpResponse> HandsetsExchange::guarded(std::shared_ptr<HandsetsExchange> self,
                                             Handler handler, HttpRequest request) {
  if (is_of_another_site(request))
    co_return problem(403, {.code = "request.foreign", .detail = "of another site"}, request);
  co_return co_await (self.get()->*handler)(std::move(request));
}

Task<HttpResponse> HandsetsExchange::stats(HttpRequest /*request*/) {
  const auto number = [](std::uint64_t count) { return Json::Value(Json::UInt64{count}); };
  Json::Value body;
  body["connection"] = options_.connection;
  body["speaks_for"] = handsets_mark(options_);
  body["phones"] = number(inboxes_.phones());
  body["texts_taken"] = number(counters_->texts_taken);
  body["texts_refused"] = number(counters_->texts_refused);
  body["texts_throttled"] = number(counters_->texts_throttled);
  body["texts_hung"] = number(counters_->texts_hung);
  body["texts_lost"] = number(counters_->texts_lost);
  body["texts_shown"] = number(counters_->texts_shown);
  body["texts_written"] = number(counters_->texts_written);
  body["texts_brought"] = number(counters_->texts_brought);
  body["receipts_brought"] = number(counters_->receipts_brought);
  body["callbacks_repeated"] = number(counters_->callbacks_repeated);
  body["callbacks_given_up"] = number(counters_->callbacks_given_up);
  body["callbacks_waiting"] = number(counters_->callbacks_waiting);
  co_return json_response(200, write_json(body));
}

Task<HttpResponse> HandsetsExchange::trouble(HttpRequest request) {
  const auto body = read_strict_json(request.body);
  if (!body) co_return invalid_request(request, "the body is no JSON object");
  const auto trouble = parse_trouble(*body);
  if (!trouble) co_return invalid_request(request, trouble.error().detail);
  dice_ = TroubleDice(*trouble);
  co_return json_response(200, write_json(trouble_json(*trouble)));
}

Task<HttpResponse> HandsetsExchange::show_trouble(HttpRequest /*request*/) {
  co_return json_response(200, write_json(trouble_json(dice_.trouble())));
}

Task<HttpResponse> HandsetsExchange::stop(HttpRequest request) {
  if (!simulated::is_authentic(options_.secret, request)) co_return not_signed(request);
  spawn(stop_soon());
  co_return HttpResponse{.status = 204};
}

Task<void> HandsetsExchange::stop_soon() {
  const auto self = shared_from_this();
  co_await pause_for(std::chrono::milliseconds{50});  // the answer goes out first
  if (on_stop) on_stop();
}

void HandsetsExchange::spawn(Task<void> task) {
  boost::asio::co_spawn(executor_, std::move(task), boost::asio::detached);
}

std::string HandsetsExchange::next_id(std::string_view kind) {
  return std::string(kind) + std::to_string(to_millis(started_)) + "n" + std::to_string(++last_id_);
}

}  // namespace bauta
