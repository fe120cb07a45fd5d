#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proxy/api/frame.h"
#include "storage/store/mutex.h"

namespace bauta::api {

/// How many streams are open, of a service and in all.  Thread-safe; shared by the API and the streams, which may outlive it.
class StreamPlaces : public std::enable_shared_from_this<StreamPlaces> {
 public:
  class Place {
   public:
    Place(std::shared_ptr<StreamPlaces> places, ServiceId service)
        : places_(std::move(places)), service_(service) {}
    Place(Place&& other) noexcept : places_(std::move(other.places_)), service_(other.service_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (places_ != nullptr) places_->leave(service_);
    }

   private:
    std::shared_ptr<StreamPlaces> places_;
    ServiceId service_;
  };

  /// Codes: rate.limited (the service has as many as it may have), overloaded (all together).
  Result<Place> take(ServiceId service, const ApiLimits& limits);

 private:
  void leave(ServiceId service);

  Mutex mutex_;
  std::map<ServiceId, std::size_t> of_service_ BAUTA_GUARDED_BY(mutex_);
  std::size_t all_ BAUTA_GUARDED_BY(mutex_) = 0;
};

/// The events of a service as server-sent events (HTML Living Standard, 9.2), each with its sequence as the id.  On the thread of its connection.
/// Reads a page at a time, and no page before the last one was written: what a reader has not taken is in the log and nowhere else.
class EventStream final : public HttpStream, public std::enable_shared_from_this<EventStream> {
 public:
  /// Where to begin, and what to say first.
  struct Start {
    Position after = 0;
    std::string greeting = {};
  };
  /// `last_event_id`: of the request; none: from now on.
  static Task<Result<Start>> start_of(Api& api, Caller caller,
                                      std::optional<std::string> last_event_id);

  /// `headers`: of the request.  Whether whoever it was would still be let in is asked as often as a heartbeat comes, however much there is to say.
  EventStream(std::shared_ptr<Api> api, Caller caller, HttpHeaders headers,
              StreamPlaces::Place place, Start start);

  Task<std::optional<std::string>> next() override;
  void end() override;

 private:
  void hear();
  bool is_check_due() const;
  Task<bool> may_go_on();
  Task<Result<std::string>> read();

  const std::shared_ptr<Api> api_;
  const Caller caller_;
  const HttpHeaders headers_;
  const StreamPlaces::Place place_;
  std::unique_ptr<Subscription> subscription_;
  Start start_;
  bool has_news_ = true;
  bool has_ended_ = false;
  /// When the key was last seen to be good; the request itself was let in.
  std::chrono::steady_clock::time_point checked_at_ = std::chrono::steady_clock::now();
  /// Of next(), while it waits.
  boost::asio::steady_timer* waiting_ = nullptr;
};

}  // namespace bauta::api
