#include "proxy/demo/members.h"

#include <json/value.h>

#include <algorithm>
#include <utility>

#include "proxy/net/json.h"
#include "proxy/net/problem.h"

namespace bauta {

Members::Members(std::unique_ptr<Json::Value> object) : object_(std::move(object)) {}
Members::Members(Members&&) noexcept = default;
Members& Members::operator=(Members&&) noexcept = default;
Members::~Members() = default;

Result<Members> Members::of(const HttpRequest& request, std::initializer_list<const char*> known) {
  auto object = read_strict_json(request.body);
  if (!object) return fail("request.invalid", "the body is no JSON object");
  for (const auto& name : object->getMemberNames()) {
    if (std::ranges::find(known, name) == known.end()) {
      return fail("request.invalid", "there is no field '" + name + "'");
    }
  }
  return Members(std::move(object));
}

std::string Members::text(const char* name) const { return string_in(*object_, name); }

std::uint64_t Members::count(const char* name) const {
  const auto& value = (*object_)[name];
  return value.isUInt64() ? value.asUInt64() : 0;
}

bool Members::flag(const char* name) const {
  const auto& value = (*object_)[name];
  return value.isBool() && value.asBool();
}

HttpResponse invalid_request(const HttpRequest& request, std::string detail) {
  return problem(400, {.code = "request.invalid", .detail = std::move(detail)}, request);
}

}  // namespace bauta
