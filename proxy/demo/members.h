#pragma once

#include <json/forwards.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "proxy/net/http.h"
#include "storage/store/result.h"

namespace bauta {

/// The members of a request's body: each named by who reads it, nothing else.
class Members {
 public:
  /// Codes: request.invalid.
  static Result<Members> of(const HttpRequest& request, std::initializer_list<const char*> known);

  Members(Members&&) noexcept;
  Members& operator=(Members&&) noexcept;
  ~Members();

  /// "", 0, false if there is none, or of another type.
  std::string text(const char* name) const;
  std::uint64_t count(const char* name) const;
  bool flag(const char* name) const;

 private:
  explicit Members(std::unique_ptr<Json::Value> object);
  std::unique_ptr<Json::Value> object_;
};

/// 400 request.invalid.
HttpResponse invalid_request(const HttpRequest& request, std::string detail);

}  // namespace bauta
