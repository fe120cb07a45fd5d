#include "proxy/carriers/http_clients.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "storage/store/assert.h"

namespace bauta {

Task<HttpOutcome> HttpClients::call(HttpCall call) const {
  BAUTA_ASSERT(!clients_.empty());
  const Executor here = co_await boost::asio::this_coro::executor;
  for (const auto& [executor, client] : clients_) {
    if (executor == here) co_return co_await client->call(std::move(call));
  }
  const auto& [executor, client] = clients_.front();
  co_return co_await boost::asio::co_spawn(executor, client->call(std::move(call)),
                                           boost::asio::use_awaitable_t<Executor>{});
}

}  // namespace bauta
