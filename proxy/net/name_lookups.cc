#include "proxy/net/name_lookups.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "storage/store/mutex.h"

namespace bauta {
namespace {

AddressOctets octets_of(const sockaddr& address) {
  AddressOctets octets{};
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), octets.begin());
    return octets;
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  octets[10] = octets[11] = 0xff;
  std::memcpy(octets.data() + 12, &v4.sin_addr, 4);
  return octets;
}

FoundAddresses ask_the_system(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found); error != 0)
    return {.error = ::gai_strerror(error), .addresses = {}};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  FoundAddresses addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6)
      addresses.addresses.push_back(octets_of(*one->ai_addr));
  }
  if (addresses.addresses.empty()) addresses.error = "it has no address";
  return addresses;
}

}  // namespace

class NameLookups::Waiter final : public NameLookups::Waiting {
 public:
  Waiter(std::shared_ptr<State> state, std::string host, Executor executor,
         std::function<void(const FoundAddresses&)> done)
      : state_(std::move(state)),
        host_(std::move(host)),
        executor_(std::move(executor)),
        done_(std::move(done)) {}
  ~Waiter() override;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  void tell(const FoundAddresses& found) {
    boost::asio::post(executor_, [done = done_, found] { done(found); });
  }

 private:
  std::shared_ptr<State> state_;
  std::string host_;
  Executor executor_;
  std::function<void(const FoundAddresses&)> done_;
};

struct NameLookups::State {
  explicit State(unsigned most) : threads_max(most) {}

  const unsigned threads_max;
  Mutex mutex;
  std::map<std::string, std::set<Waiter*>> wanted BAUTA_GUARDED_BY(mutex);
  std::set<std::string> being_looked_up BAUTA_GUARDED_BY(mutex);
  std::deque<std::string> queue BAUTA_GUARDED_BY(mutex);

  static void want(const std::shared_ptr<State>& state, const std::string& host, Waiter* waiter) {
    const MutexLock lock(state->mutex);
    auto& waiters = state->wanted[host];
    waiters.insert(waiter);
    if (waiters.size() > 1 || state->being_looked_up.contains(host)) return;
    state->queue.push_back(host);
    start_next(state);
  }

  void want_no_more(const std::string& host, Waiter* waiter) {
    const MutexLock lock(mutex);
    const auto found = wanted.find(host);
    if (found == wanted.end()) return;
    found->second.erase(waiter);
    if (!found->second.empty()) return;
    wanted.erase(found);
    std::erase(queue, host);
  }

 private:
  static void start_next(const std::shared_ptr<State>& state) BAUTA_REQUIRES(state->mutex) {
    while (!state->queue.empty() && state->being_looked_up.size() < state->threads_max) {
      auto host = std::move(state->queue.front());
      state->queue.pop_front();
      state->being_looked_up.insert(host);
      std::thread([state, host = std::move(host)] {
        const auto found = ask_the_system(host);
        finish(state, host, found);
      }).detach();
    }
  }

  static void finish(const std::shared_ptr<State>& state, const std::string& host,
                     const FoundAddresses& found) {
    const MutexLock lock(state->mutex);
    state->being_looked_up.erase(host);
    // Told while nobody can leave: an executor is only used while somebody waits on it.
    if (const auto waiting = state->wanted.find(host); waiting != state->wanted.end()) {
      for (Waiter* waiter : waiting->second) waiter->tell(found);
      state->wanted.erase(waiting);
    }
    start_next(state);
  }
};

NameLookups::Waiter::~Waiter() { state_->want_no_more(host_, this); }

NameLookups::NameLookups(unsigned threads_max) : state_(std::make_shared<State>(threads_max)) {}
NameLookups::~NameLookups() = default;

std::unique_ptr<NameLookups::Waiting> NameLookups::look_up(
    std::string host, Executor executor, std::function<void(const FoundAddresses&)> done) {
  auto waiter = std::make_unique<Waiter>(state_, host, std::move(executor), std::move(done));
  State::want(state_, host, waiter.get());
  return waiter;
}

}  // namespace bauta
