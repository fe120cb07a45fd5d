#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "proxy/net/http_client.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// The calling thread's event loop, a client on it, and the signals that end it all.
class DevLoop {
 public:
  /// Codes: http.ca_file_unreadable.
  static Result<std::unique_ptr<DevLoop>> make();

  HttpClient& client() { return *client_; }
  bool stopped() const { return stopped_; }

  /// nullopt: a signal came first; nothing more is run on this loop then.
  template <class T>
  std::optional<T> run(Task<T> task) {
    struct Outcome {
      std::optional<T> value;
      std::exception_ptr thrown;
    };
    const auto outcome = std::make_shared<
        Outcome>();  // shared with the end of the task, which may outlive this call
    boost::asio::co_spawn(context_.get_executor(), std::move(task),
                          [outcome](std::exception_ptr error, T value) {
                            outcome->thrown = std::move(error);
                            outcome->value.emplace(std::move(value));
                          });
    while (!stopped_ && !outcome->value) context_.run_one();
    if (stopped_) return std::nullopt;
    if (outcome->thrown) std::rethrow_exception(outcome->thrown);
    return std::move(outcome->value);
  }
  /// `look` is called again and again, between everything else that runs here.
  void every(std::chrono::milliseconds time, std::function<void()> look);
  /// On SIGUSR1.
  void on_user_signal(std::function<void()> work);
  void run_until_stopped();
  void pause(std::chrono::milliseconds time) { context_.run_for(time); }

 private:
  DevLoop();
  void wait_for_user_signal();

  boost::asio::io_context context_{1};
  boost::asio::signal_set end_signals_;
  boost::asio::signal_set user_signals_;
  std::function<void()> user_work_;
  std::unique_ptr<HttpClient> client_;
  bool stopped_ = false;
};

}  // namespace bauta
