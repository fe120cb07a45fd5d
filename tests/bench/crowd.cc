#include <fmt/format.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/commands.h"

namespace bauta::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLengthDigits = 6;

/// All requests of one file, each with the number of its text.
class Texts {
 public:
  Texts(const std::filesystem::path& file, unsigned part, unsigned parts)
      : next_number_(part), step_(parts) {
    std::ifstream in(file, std::ios::binary);
    std::string digits(kLengthDigits, '\0');
    while (in.read(digits.data(), kLengthDigits)) {
      std::size_t length = 0;
      std::from_chars(digits.data(), digits.data() + digits.size(), length);
      std::string request(length, '\0');
      in.read(request.data(), static_cast<std::streamsize>(length));
      requests_.emplace_back(next_number_, std::move(request));
      next_number_ += step_;
    }
  }
  /// nullptr: all were taken.
  const std::pair<std::uint64_t, std::string>* next() {
    return at_ < requests_.size() ? &requests_[at_++] : nullptr;
  }
  std::uint64_t numbers_end() const { return next_number_; }

 private:
  std::uint64_t next_number_;
  std::uint64_t step_;
  std::vector<std::pair<std::uint64_t, std::string>> requests_;
  std::size_t at_ = 0;
};

struct Crowd {
  tcp::endpoint relay;
  Texts texts;
  steady_clock::time_point end;
  /// An octet a text: 1 answered with success, 2 sent and not answered (the connection ended).
  std::string& taken;
  std::map<unsigned, std::uint64_t> answers = {};
  std::uint64_t without_retry_after = 0;
  std::uint64_t broken = 0;
};

/// One person after the other on one connection: a text that got a 503 comes again at once.
asio::awaitable<void> insist(Crowd& crowd) {
  const auto executor = co_await asio::this_coro::executor;
  const auto* text = crowd.texts.next();
  while (text != nullptr && steady_clock::now() < crowd.end) {
    tcp::socket socket(executor);
    const auto [unreachable] = co_await socket.async_connect(crowd.relay, kTuple);
    if (unreachable) {
      ++crowd.broken;
      continue;
    }
    socket.set_option(tcp::no_delay(true));
    boost::beast::flat_buffer buffer;
    while (text != nullptr && steady_clock::now() < crowd.end) {
      const auto [unsent, octets_out] =
          co_await asio::async_write(socket, asio::buffer(text->second), kTuple);
      http::response<http::string_body> answer;
      const auto [unread, octets_in] = co_await http::async_read(socket, buffer, answer, kTuple);
      if (unsent || unread) {
        ++crowd.broken;
        crowd.taken[text->first] = 2;
        break;
      }
      ++crowd.answers[answer.result_int()];
      if (answer.result_int() == 200) {
        crowd.taken[text->first] = 1;
        text = crowd.texts.next();
      } else if (answer.result_int() == 503 && answer[http::field::retry_after].empty()) {
        ++crowd.without_retry_after;
      }
      if (!answer.keep_alive()) break;
    }
  }
}

}  // namespace

int crowd(const std::string& address, const std::filesystem::path& texts, unsigned parts,
          std::size_t connections, std::chrono::milliseconds lasting,
          const std::filesystem::path& taken_file) {
  const auto colon = address.rfind(':');
  const tcp::endpoint relay(asio::ip::make_address(address.substr(0, colon)),
                            static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1))));
  // One thread: on the machine of the relay there is none to spare.
  std::vector<Texts> files;
  std::uint64_t numbers = 0;
  for (unsigned part = 0; part < parts; ++part) {
    files.emplace_back(texts.string() + "." + std::to_string(part), part, parts);
    numbers = std::max(numbers, files.back().numbers_end());
  }
  std::string taken(numbers, '\0');
  const auto began = steady_clock::now();
  std::vector<Crowd> crowds;
  for (auto& file : files)
    crowds.push_back(
        {.relay = relay, .texts = std::move(file), .end = began + lasting, .taken = taken});
  asio::io_context loop(1);
  for (std::size_t at = 0; at < connections; ++at)
    asio::co_spawn(loop, insist(crowds[at % crowds.size()]), asio::detached);
  loop.run();
  const std::chrono::duration<double> took = steady_clock::now() - began;

  std::ofstream out(taken_file, std::ios::binary);
  out << taken;
  out.close();
  std::map<unsigned, std::uint64_t> answers;
  std::uint64_t without_retry_after = 0;
  std::uint64_t broken = 0;
  for (const auto& one : crowds) {
    for (const auto& [status, count] : one.answers) answers[status] += count;
    without_retry_after += one.without_retry_after;
    broken += one.broken;
  }
  std::string counts;
  for (const auto& [status, count] : answers)
    counts += fmt::format(R"({}"{}":{})", counts.empty() ? "" : ",", status, count);
  fmt::print(R"({{"seconds":{:.3f},"answers":{{{}}},"without_retry_after":{},"broken":{}}})"
             "\n",
             took.count(), counts, without_retry_after, broken);
  return out.good() ? 0 : 1;
}

}  // namespace bauta::bench
