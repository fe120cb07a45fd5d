#include "proxy/net/problem.h"

#include <json/json.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace bauta {
namespace {

/// "pool.exhausted" is "Pool exhausted".
std::string title_of(std::string_view code) {
  std::string title(code);
  std::ranges::replace_if(title, [](char c) { return c == '.' || c == '_'; }, ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

std::string octets(std::string_view text) { return std::string(text); }

/// Members that count something are numbers; an area code is none.
Json::Value member_value(std::string_view name, const std::string& value) {
  static constexpr std::initializer_list<std::string_view> kCounts = {"needed", "limit",
                                                                      "retry_after_seconds"};
  std::uint64_t number = 0;
  const auto* const end = value.data() + value.size();
  if (std::ranges::find(kCounts, name) != kCounts.end() &&
      std::from_chars(value.data(), end, number).ptr == end && !value.empty()) {
    return Json::Value(static_cast<Json::UInt64>(number));
  }
  return Json::Value(value);
}

}  // namespace

HttpResponse problem(unsigned status, const Error& error, std::string_view request_id,
                     std::string_view public_url) {
  Json::Value document(Json::objectValue);
  for (const auto& [name, value] : error.members)
    document[octets(name)] = member_value(name, value);
  document["type"] = octets(public_url) + "/errors/" + octets(error.code);
  document["title"] = title_of(error.code);
  document["status"] = status;
  document["detail"] = error.detail;
  document["code"] = octets(error.code);
  document["request_id"] = octets(request_id);
  for (const auto& fault : error.faults) {
    Json::Value entry(Json::objectValue);
    entry["pointer"] = fault.pointer;
    entry["code"] = octets(fault.code);
    entry["detail"] = fault.detail;
    document["errors"].append(std::move(entry));
  }
  Json::StreamWriterBuilder writer;
  writer["indentation"] = "";
  writer["emitUTF8"] = true;
  return {.status = status,
          // Caches may keep a 404 of their own accord (RFC 9110, 15.1).
          .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
          .body = Json::writeString(writer, document)};
}

}  // namespace bauta
