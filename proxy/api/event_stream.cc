#include "proxy/api/event_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "proxy/config/log.h"
#include "proxy/delivery/event_json.h"

namespace bauta::api {
namespace {

namespace asio = boost::asio;

constexpr std::uint32_t kPage = 100;
/// What a client is asked to wait before it connects again.
constexpr std::string_view kRetry = "retry: 3000\n";
constexpr std::string_view kHeartbeat = ": still here\n\n";

std::optional<Position> position_of(std::string_view text) {
  Position position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return position;
}

/// An id without data moves on what the client will call its last event, and tells its reader nothing.
std::string id_line(Position position) { return "id: " + std::to_string(position) + "\n"; }

EventStream::Start reset(Position after, std::string_view reason,
                         std::optional<Position> next_sequence) {
  Json::Value data(Json::objectValue);
  data["reason"] = string_of(reason);
  data["next_sequence"] =
      next_sequence ? Json::Value(static_cast<Json::UInt64>(*next_sequence)) : Json::Value();
  return {.after = after,
          .greeting = string_of(kRetry) + id_line(after) +
                      "event: reset\ndata: " + write_json(data) + "\n\n"};
}

std::string block_of(const Event& event) {
  return id_line(event.sequence) + "event: " + string_of(event_type_name(event.type)) +
         "\ndata: " + write_json(event_json(event)) + "\n\n";
}

}  // namespace

Result<StreamPlaces::Place> StreamPlaces::take(ServiceId service, const ApiLimits& limits) {
  const MutexLock lock(mutex_);
  std::size_t& taken = of_service_[service];
  if (taken >= limits.event_streams_service_max) {
    return fail("rate.limited", "the service has " + std::to_string(taken) +
                                    " streams of events already, and may have no more");
  }
  if (all_ >= limits.event_streams_max) {
    if (taken == 0) of_service_.erase(service);
    return fail("overloaded", "the server has as many streams of events as it takes at once");
  }
  ++taken;
  ++all_;
  return Place(shared_from_this(), service);
}

void StreamPlaces::leave(ServiceId service) {
  const MutexLock lock(mutex_);
  --all_;
  if (const auto found = of_service_.find(service); --found->second == 0) of_service_.erase(found);
}

Task<Result<EventStream::Start>> EventStream::start_of(Api& api, Caller caller,
                                                       std::optional<std::string> last_event_id) {
  BAUTA_CO_TRY(const auto newest, co_await api.desk.list_events(caller, 1, ""));
  const Position last = newest.data.empty() ? 0 : newest.data.front().sequence;
  if (!last_event_id)
    co_return Start{.after = last, .greeting = string_of(kRetry) + id_line(last) + "\n"};
  const auto seen = position_of(*last_event_id);
  if (!seen || *seen > last) co_return reset(last, "unknown", std::nullopt);
  BAUTA_CO_TRY(const auto after, co_await api.desk.events_after(caller, *seen, 1));
  if (!after.empty() && after.front().sequence > *seen + 1) {
    const Position next = after.front().sequence;
    co_return reset(next - 1, "expired", next);
  }
  co_return Start{.after = *seen, .greeting = string_of(kRetry) + "\n"};
}

EventStream::EventStream(std::shared_ptr<Api> api, Caller caller, HttpHeaders headers,
                         StreamPlaces::Place place, Start start)
    : api_(std::move(api)),
      caller_(std::move(caller)),
      headers_(std::move(headers)),
      place_(std::move(place)),
      start_(std::move(start)) {}

void EventStream::hear() {
  has_news_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
}

void EventStream::end() {
  has_ended_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
}

bool EventStream::is_check_due() const {
  return std::chrono::steady_clock::now() - checked_at_ >= api_->limits.event_heartbeat;
}

/// A key that was revoked, or has expired, sees nothing more.
Task<bool> EventStream::may_go_on() {
  checked_at_ = std::chrono::steady_clock::now();
  const auto caller = co_await api_->caller_of(headers_);
  if (caller) co_return caller->key.may(Scope::events_read);
  // A store in trouble says nothing about the key.
  co_return caller.error().code.starts_with("storage.");
}

/// What is new; "": nothing is.
Task<Result<std::string>> EventStream::read() {
  has_news_ = false;
  BAUTA_CO_TRY(const auto events, co_await api_->desk.events_after(caller_, start_.after, kPage));
  std::string blocks;
  for (const Event& event : events) {
    blocks += block_of(event);
    start_.after = event.sequence;
  }
  if (events.size() == kPage) has_news_ = true;
  co_return blocks;
}

Task<std::optional<std::string>> EventStream::next() {
  const auto self = shared_from_this();
  const Executor executor = co_await asio::this_coro::executor;
  if (!start_.greeting.empty()) {
    subscription_ = api_->desk.watch_events(caller_, executor, [weak = weak_from_this()] {
      if (const auto stream = weak.lock()) stream->hear();
    });
    co_return std::exchange(start_.greeting, {});
  }
  asio::steady_timer timer(executor, api_->limits.event_heartbeat);
  while (!has_ended_) {
    // On a busy service there is always something to say, and the timer never fires.
    if (is_check_due() && !co_await may_go_on()) break;
    if (has_news_) {
      auto blocks = co_await read();
      if (!blocks) {
        log::warn("stream of events ended code={}", blocks.error().code);
        break;
      }
      if (!blocks->empty()) co_return *std::move(blocks);
      continue;
    }
    waiting_ = &timer;
    const auto [error] =
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable_t<Executor>()));
    waiting_ = nullptr;
    if (error || has_ended_) continue;
    if (!co_await may_go_on()) break;
    // A hint may be missed: a heartbeat looks, too.
    has_news_ = true;
    co_return string_of(kHeartbeat);
  }
  co_return std::nullopt;
}

}  // namespace bauta::api
