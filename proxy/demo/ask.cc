#include "proxy/demo/ask.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/net/json.h"

namespace bauta {

Task<Result<Json::Value>> ask(HttpClient* client, Question question) {
  HttpCall call{.method = question.method,
                .url = question.url,
                .body = std::move(question.body),
                .timeout = question.timeout};
  if (!call.body.empty()) call.headers.add("Content-Type", "application/json");
  if (!question.key.empty()) call.headers.add("Authorization", "Bearer " + question.key);
  const auto outcome = co_await client->call(std::move(call));
  const auto what = question.method + " " + question.url.substr(0, question.url.find('?'));
  if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome)) {
    co_return fail("demo.unreachable", what + ": " + not_sent->error.detail);
  }
  if (const auto* unknown = std::get_if<HttpUnknown>(&outcome)) {
    co_return fail("demo.failed", what + ": " + unknown->error.detail);
  }
  const auto& answer = std::get<HttpAnswer>(outcome);
  const auto json = read_foreign_json(answer.body);
  if (answer.status >= 300) {
    const auto code = json ? string_in(*json, "code") : "";
    const auto detail = json ? string_in(*json, "detail") : "";
    co_return fail("demo.failed", fmt::format("{}: {} {} {}", what, answer.status, code, detail));
  }
  if (!json) co_return fail("demo.failed", what + ": the answer is no JSON");
  co_return *json;
}

}  // namespace bauta
