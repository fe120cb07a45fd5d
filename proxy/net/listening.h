#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// Splits "host:port" or "[v6]:port".  The host is an address, never a name: a name may mean several.  Error code: http.listen_failed.
Result<boost::asio::ip::tcp::endpoint> parse_listen(const std::string& listen);

/// "host:port", as `parse_listen` reads it.
std::string show(const boost::asio::ip::tcp::endpoint& endpoint);

/// A socket bound to `endpoint`.  `shared`: it listens, beside others of this process on the same port, among which the kernel spreads
/// connections.  Else it does not listen, and finds out whether somebody else is there.  Error code: http.listen_failed.
Result<boost::asio::ip::tcp::acceptor> listen_on(const Executor& executor,
                                                 const boost::asio::ip::tcp::endpoint& endpoint,
                                                 bool shared);

}  // namespace bauta
