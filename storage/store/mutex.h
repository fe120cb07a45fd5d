#pragma once

#include <condition_variable>
#include <mutex>

namespace bauta {

/// std::mutex with the annotations of clang's thread safety analysis, which does not see std::lock_guard: what a mutex guards is marked
/// BAUTA_GUARDED_BY, and touching it without the lock does not compile.
#if defined(__clang__)
#define BAUTA_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define BAUTA_THREAD_ANNOTATION(x)
#endif
#define BAUTA_CAPABILITY(x) BAUTA_THREAD_ANNOTATION(capability(x))
#define BAUTA_SCOPED_CAPABILITY BAUTA_THREAD_ANNOTATION(scoped_lockable)
#define BAUTA_GUARDED_BY(x) BAUTA_THREAD_ANNOTATION(guarded_by(x))
#define BAUTA_REQUIRES(...) BAUTA_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define BAUTA_ACQUIRE(...) BAUTA_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define BAUTA_RELEASE(...) BAUTA_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

class BAUTA_CAPABILITY("mutex") Mutex {
 public:
  void lock() BAUTA_ACQUIRE() { mutex_.lock(); }
  void unlock() BAUTA_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope.  Never across a co_await.
class BAUTA_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) BAUTA_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() BAUTA_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// To wait with a Mutex held: `while (!ready) changed.wait(mutex);`.
using MutexCondition = std::condition_variable_any;

}  // namespace bauta
