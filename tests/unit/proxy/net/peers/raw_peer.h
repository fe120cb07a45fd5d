#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace bauta {

/// The other end of a connection, octet by octet: says what a well-behaved library would not.  Blocks, but never for longer than kPatience.
class RawPeer {
 public:
  static constexpr std::chrono::milliseconds kPatience{5'000};

  explicit RawPeer(int fd) : fd_(fd) {}
  RawPeer(RawPeer&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), read_(std::move(other.read_)) {}
  RawPeer& operator=(RawPeer&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    read_ = std::move(other.read_);
    return *this;
  }
  ~RawPeer() { close(); }

  static RawPeer connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd);
      return RawPeer(-1);
    }
    return RawPeer(fd);
  }

  int fd() const { return fd_; }
  bool is_connected() const { return fd_ >= 0; }

  bool send(std::string_view octets) const {
    while (!octets.empty()) {
      const auto sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// All that came up to and with `end`; what came if the connection ends before.
  std::string read_until(std::string_view end) {
    for (;;) {
      if (const auto at = read_.find(end); at != std::string::npos) return take(at + end.size());
      if (!read_more()) return take(read_.size());
    }
  }
  std::string read_octets(std::size_t count) {
    while (read_.size() < count && read_more()) {
    }
    return take(std::min(count, read_.size()));
  }
  /// A head and, by its Content-Length, its body.
  std::string read_message() {
    std::string message = read_until("\r\n\r\n");
    const std::string_view name = "\r\nContent-Length: ";
    if (const auto at = message.find(name); at != std::string::npos) {
      message +=
          read_octets(static_cast<std::size_t>(std::stoul(message.substr(at + name.size()))));
    }
    return message;
  }
  std::string read_to_end() {
    while (read_more()) {
    }
    return take(read_.size());
  }
  /// Has the other end closed, or reset, within the patience?  What comes before is thrown away.
  bool sees_end() {
    read_to_end();
    return !timed_out_;
  }
  /// Does nothing at all come for `time`?
  bool hears_nothing_for(std::chrono::milliseconds time) const {
    pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
    return read_.empty() && ::poll(&poll, 1, static_cast<int>(time.count())) == 0;
  }

  void shut_down_sending() const { ::shutdown(fd_, SHUT_WR); }
  /// The other end sees a reset, not an end.
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

 private:
  std::string take(std::size_t count) {
    std::string taken = read_.substr(0, count);
    read_.erase(0, count);
    return taken;
  }
  bool read_more() {
    pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&poll, 1, static_cast<int>(kPatience.count())) != 1) {
      timed_out_ = true;
      return false;
    }
    char octets[4096];
    const auto count = ::recv(fd_, octets, sizeof octets, 0);
    if (count <= 0) return false;
    read_.append(octets, static_cast<std::size_t>(count));
    return true;
  }

  int fd_;
  std::string read_;
  bool timed_out_ = false;
};

/// Listens on a free port of loopback.
class RawListener {
 public:
  explicit RawListener(int backlog = 16) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = RawPeer::loopback(0);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0) std::abort();
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (backlog >= 0) ::listen(fd_, backlog);
  }
  ~RawListener() { close(); }
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  std::uint16_t port() const { return port_; }
  RawPeer accept() const {
    pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&poll, 1, static_cast<int>(RawPeer::kPatience.count())) != 1) return RawPeer(-1);
    return RawPeer(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
  }
  bool sees_nobody_for(std::chrono::milliseconds time) const {
    pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, static_cast<int>(time.count())) == 0;
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace bauta
