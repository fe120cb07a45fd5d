#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace bauta {

using Executor = boost::asio::any_io_executor;

/// Asio's coroutine on whatever executor it is spawned on: an io_context's thread in the server, the simulation's own
/// single-threaded one there.  Parameters are taken by value; no capturing lambda is a coroutine.
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

}  // namespace bauta
