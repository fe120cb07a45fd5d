#include "proxy/demo/relay_caller.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>
#include <variant>

#include "proxy/carriers/simulated.h"
#include "proxy/demo/pause.h"

namespace bauta {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Task<void> RelayCaller::bring(Callback callback, Counter counter) {
  const auto self = shared_from_this();
  ++counters_->callbacks_waiting;
  if (callback.fate.delay > milliseconds::zero()) co_await pause_for(callback.fate.delay);
  const auto give_up = steady_clock::now() + options_.callback_give_up;
  auto backoff = options_.callback_backoff_first;
  while (true) {
    if (callback.watched) ++callback.watched->tries;
    const bool taken = co_await post_once(callback.path, callback.body, options_.callback_timeout);
    if (taken && !std::exchange(callback.fate.answer_lost, false)) break;
    if (steady_clock::now() > give_up) {
      ++counters_->callbacks_given_up;
      --counters_->callbacks_waiting;
      co_return;
    }
    ++counters_->callbacks_repeated;
    co_await pause_for(backoff);
    backoff = std::min(backoff * 2, options_.callback_backoff_max);
  }
  ++((*counters_).*counter);
  --counters_->callbacks_waiting;
  if (callback.watched) callback.watched->taken_at = clock_.now();
  if (callback.fate.twice) {
    if (callback.watched) ++callback.watched->tries;
    co_await post_once(callback.path, callback.body, options_.callback_timeout);
  }
}

void RelayCaller::begin(Callback callback, Counter counter) {
  spawn(bring(std::move(callback), counter));
}

void RelayCaller::write(const std::string& phone, Callback callback) {
  if (callback.fate.overtaken) {
    begin(std::move(callback), &HandsetsCounters::texts_brought);
    return;
  }
  auto [queue, idle] = outgoing_.try_emplace(phone);
  queue->second.push_back(std::move(callback));
  ++counters_->callbacks_waiting;
  if (idle) spawn(send_in_order(phone));
}

Task<void> RelayCaller::send_in_order(std::string phone) {
  const auto self = shared_from_this();
  while (!outgoing_[phone].empty()) {
    auto callback = std::move(outgoing_[phone].front());
    outgoing_[phone].pop_front();
    --counters_->callbacks_waiting;
    co_await bring(std::move(callback), &HandsetsCounters::texts_brought);
  }
  outgoing_.erase(phone);
}

Task<bool> RelayCaller::post_once(std::string path, std::string body, milliseconds timeout) {
  HttpCall call{.method = "POST",
                .url = options_.relay_url + path,
                .headers = {{"Content-Type", "application/json"}},
                .body = std::move(body),
                .timeout = timeout};
  call.headers.add(std::string(simulated::kSignatureHeader),
                   simulated::signature_of(options_.secret, "POST", path, call.body));
  const auto outcome = co_await client_->call(std::move(call));
  const auto* answer = std::get_if<HttpAnswer>(&outcome);
  co_return answer != nullptr && answer->status >= 200 && answer->status < 300;
}

void RelayCaller::spawn(Task<void> task) {
  boost::asio::co_spawn(executor_, std::move(task), boost::asio::detached);
}

}  // namespace bauta
