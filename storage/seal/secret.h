#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace bauta {

/// Octets that must not leak: locked into memory between guard pages, left out of core dumps, wiped when destroyed.  Not for many: each takes
/// some pages.  It has no formatter and no `<<`, so that logging one does not compile.  Const use is thread-safe.
class Secret {
 public:
  /// That many zeros.
  explicit Secret(std::size_t size);
  /// Takes what `text` holds and wipes it there.
  static Secret take(std::string& text);
  static Secret copy(std::span<const std::byte> octets);

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  std::size_t size() const { return size_; }
  std::span<const std::byte> octets() const { return {octets_, size_}; }
  std::span<std::byte> octets() { return {octets_, size_}; }
  /// For who needs it as text; not to be copied.
  std::string_view reveal() const { return {reinterpret_cast<const char*>(octets_), size_}; }

 private:
  std::byte* octets_;
  std::size_t size_;
};

/// What GoogleTest prints instead of the octets.
void PrintTo(const Secret& secret, std::ostream* out);

/// Overwrites what a plain string held.
void wipe(std::string& text);

}  // namespace bauta
