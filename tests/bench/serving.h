#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <string>

namespace bauta::bench {

using ServedRequest = boost::beast::http::request<boost::beast::http::string_body>;

struct ServedAnswer {
  unsigned status = 204;
  std::string body = {};
  std::chrono::milliseconds delay{0};
};

/// Serves HTTP/1.1 on a free port of the loopback, with one event loop a thread (SO_REUSEPORT) as the relay has it, and nothing else: no
/// limits, no time-outs, no records.  `answer` is called from all threads.  Never returns.
[[noreturn]] void serve(unsigned threads, std::function<ServedAnswer(const ServedRequest&)> answer);

}  // namespace bauta::bench
