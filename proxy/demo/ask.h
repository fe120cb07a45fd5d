#pragma once

#include <json/value.h>

#include <chrono>
#include <string>

#include "proxy/net/http_client.h"
#include "storage/store/result.h"

namespace bauta {

struct Question {
  std::string method = "GET";
  std::string url = {};
  /// Of the relay's API; "": none is shown.
  std::string key = {};
  /// JSON; "": none.
  std::string body = {};
  std::chrono::milliseconds timeout{10'000};
};

/// A call whose answer must be JSON and a success.
/// Codes: demo.unreachable (nobody is there, the call was not made), demo.failed (no answer, or another one; the detail has its code).
Task<Result<Json::Value>> ask(HttpClient* client, Question question);

}  // namespace bauta
