#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "storage/store/mutex.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// Lets one at a time through for each key, in the order in which they came: who would else fight over the same records, and lose
/// to storage.contended, waits for the others in this process instead.  Nothing relies on it: the commit's expectations do that.
/// Thread-safe; who waited resumes on the executor that it waited on.  Who is cut off, waiting or inside, may outlive it.
template <class T>
class Turnstile {
  class Queues;

 public:
  /// Being through: ends when destroyed, which lets the next one in.
  class Passage {
   public:
    Passage(const std::shared_ptr<Queues>& queues, T key) : queues_(queues), key_(std::move(key)) {}
    Passage(Passage&& other) noexcept = default;
    Passage& operator=(Passage&&) = delete;
    ~Passage() {
      if (const auto queues = queues_.lock()) queues->leave(key_);
    }

   private:
    // Weak: the queues hold who waits, and who waits may be inside for another key.
    std::weak_ptr<Queues> queues_;
    T key_;
  };

  explicit Turnstile(std::size_t waiting_max = 1000)
      : queues_(std::make_shared<Queues>(waiting_max)) {}

  /// Codes: storage.overloaded (too many wait for this key).
  Task<Result<Passage>> enter(T key) {
    switch (queues_->try_enter(key)) {
      case Entry::free:
        break;
      case Entry::crowded:
        co_return fail("storage.overloaded", "too many requests wait for one another; try again");
      case Entry::taken:
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void()>(
            [this](auto handler, const T& awaited) { queues_->wait(awaited, std::move(handler)); },
            boost::asio::use_awaitable_t<Executor>{}, key);
    }
    co_return Passage(queues_, std::move(key));
  }

 private:
  enum class Entry : unsigned char { free, taken, crowded };

  class Queues {
   public:
    explicit Queues(std::size_t waiting_max) : waiting_max_(waiting_max) {}

    Entry try_enter(const T& key) {
      const MutexLock lock(mutex_);
      const auto [inside, first] = waiting_.try_emplace(key);
      if (first) return Entry::free;
      return inside->second.size() < waiting_max_ ? Entry::taken : Entry::crowded;
    }

    template <class Handler>
    void wait(const T& key, Handler handler) {
      // Posted, never called from here: completing inside the initiation grows the stack with everybody who waited.
      Waiter resume = [handler = std::move(handler)]() mutable {
        const auto executor = boost::asio::get_associated_executor(handler);
        boost::asio::post(executor, std::move(handler));
      };
      {
        const MutexLock lock(mutex_);
        const auto [inside, first] = waiting_.try_emplace(key);
        if (!first) {
          inside->second.push_back(std::move(resume));
          return;
        }
      }
      resume();  // whoever was inside left meanwhile
    }

    void leave(const T& key) {
      Waiter next;
      {
        const MutexLock lock(mutex_);
        const auto inside = waiting_.find(key);
        if (inside->second.empty()) {
          waiting_.erase(inside);
          return;
        }
        next = std::move(inside->second.front());
        inside->second.pop_front();
      }
      next();
    }

   private:
    using Waiter = std::move_only_function<void()>;

    const std::size_t waiting_max_;
    Mutex mutex_;
    /// Has a key as long as somebody is inside.
    std::unordered_map<T, std::deque<Waiter>> waiting_ BAUTA_GUARDED_BY(mutex_);
  };

  const std::shared_ptr<Queues> queues_;
};

}  // namespace bauta
