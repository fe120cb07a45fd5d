#include "proxy/demo/dev_loop.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

namespace bauta {
namespace {

Task<void> repeat(std::chrono::milliseconds time, std::function<void()> look) {
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer(co_await boost::asio::this_coro::executor);
  while (true) {
    look();
    timer.expires_after(time);
    co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
  }
}

}  // namespace

DevLoop::DevLoop() : end_signals_(context_, SIGINT, SIGTERM), user_signals_(context_) {
  end_signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) stopped_ = true;
  });
}

Result<std::unique_ptr<DevLoop>> DevLoop::make() {
  auto loop = std::unique_ptr<DevLoop>(new DevLoop);
  HttpClientOptions options;
  options.user_agent = "bauta-dev";
  BAUTA_TRY(loop->client_, HttpClient::make(loop->context_.get_executor(), std::move(options)));
  return loop;
}

void DevLoop::every(std::chrono::milliseconds time, std::function<void()> look) {
  boost::asio::co_spawn(context_.get_executor(), repeat(time, std::move(look)),
                        boost::asio::detached);
}

void DevLoop::on_user_signal(std::function<void()> work) {
  user_work_ = std::move(work);
  user_signals_.add(SIGUSR1);
  wait_for_user_signal();
}

void DevLoop::wait_for_user_signal() {
  user_signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    user_work_();
    wait_for_user_signal();
  });
}

void DevLoop::run_until_stopped() {
  while (!stopped_) context_.run_one();
}

}  // namespace bauta
