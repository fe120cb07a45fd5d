#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>

/// How the server and the client of HTTP wait, and read.  Only for the files of proxy/net.
namespace bauta::http_reading {

/// For `co_await`: the error and the result together, and nothing is thrown.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
/// What is read of a body at once.
inline constexpr std::size_t kReadOctets = 65'536;

}  // namespace bauta::http_reading
