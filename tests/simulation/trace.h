#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace bauta::simulation {

/// Everything that happened in a run, in its order.  Two runs of a seed must give the same, octet for octet; what is kept of it is a hash,
/// and the last lines for who looks into a failure.
class Trace {
 public:
  explicit Trace(bool print = false) : print_(print) {}

  void line(std::string text);
  /// What is too long to be read: a value that was written.
  void fold(std::string_view octets);

  std::uint64_t hash() const { return hash_; }
  std::uint64_t lines() const { return lines_; }
  const std::deque<std::string>& last() const { return last_; }

 private:
  static constexpr std::size_t kKept = 60;
  bool print_;
  std::uint64_t hash_ = 0xcbf29ce484222325;  // FNV-1a
  std::uint64_t lines_ = 0;
  std::deque<std::string> last_;
};

}  // namespace bauta::simulation
