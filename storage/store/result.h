#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bauta {

/// One faulty field of a request: `pointer` is a JSON pointer into it (`/participants/0/address`).
struct FieldFault {
  std::string pointer;
  std::string_view code;
  std::string detail;
};

/// Why something was not done.  `code` is stable, part of the API and has static storage ("pool.exhausted"); `detail`
/// tells people what, where and how to mend it, and holds masked addresses only.
struct Error {
  std::string_view code;
  std::string detail;
  /// Every faulty field, all of them at once, where the fault lies in fields.
  std::vector<FieldFault> faults = {};
  /// Further members of the problem document (`country`, `area_code`, `needed`).
  std::vector<std::pair<std::string_view, std::string>> members = {};
};

/// A value or the Error that says why there is none.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  Result(std::expected<T, Error> base) : std::expected<T, Error>(std::move(base)) {}
};

using Status = Result<void>;

inline std::unexpected<Error> fail(std::string_view code, std::string detail) {
  return std::unexpected(Error{.code = code, .detail = std::move(detail)});
}

}  // namespace bauta

#define BAUTA_CONCAT_INNER(a, b) a##b
#define BAUTA_CONCAT(a, b) BAUTA_CONCAT_INNER(a, b)
#define BAUTA_TRY_INNER(tmp, ret, decl, ...)             \
  auto tmp = __VA_ARGS__;                                \
  if (!tmp) ret std::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)
/// `BAUTA_TRY(auto x, f());` binds the value, or returns the error to the caller.
#define BAUTA_TRY(decl, ...) \
  BAUTA_TRY_INNER(BAUTA_CONCAT(try_, __COUNTER__), return, decl, __VA_ARGS__)
/// The same inside a coroutine: `BAUTA_CO_TRY(auto x, co_await f());`.
#define BAUTA_CO_TRY(decl, ...) \
  BAUTA_TRY_INNER(BAUTA_CONCAT(try_, __COUNTER__), co_return, decl, __VA_ARGS__)
/// For a `Status`: nothing to bind.
#define BAUTA_CHECK_INNER(tmp, ret, ...) \
  if (auto tmp = __VA_ARGS__; !tmp) ret std::unexpected(std::move(tmp).error())
#define BAUTA_CHECK(...) BAUTA_CHECK_INNER(BAUTA_CONCAT(try_, __COUNTER__), return, __VA_ARGS__)
#define BAUTA_CO_CHECK(...) \
  BAUTA_CHECK_INNER(BAUTA_CONCAT(try_, __COUNTER__), co_return, __VA_ARGS__)
