#include "proxy/cli/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "proxy/cli/commands.h"
#include "proxy/cli/table.h"
#include "proxy/cli/version.h"
#include "proxy/net/http_client.h"
#include "proxy/net/json.h"
#include "proxy/net/url.h"
#include "storage/seal/system_random.h"
#include "storage/store/id.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;

/// What a list gives at once (docs/openapi.yaml, Limit).
constexpr std::size_t kPageMax = 100;
/// A page of long texts; an import's answer.
constexpr std::size_t kAnswerOctetsMax = std::size_t{64} << 20;
/// Many numbers at once are added one by one.
constexpr milliseconds kAnswerPatience{120'000};
constexpr milliseconds kConnectPatience{5'000};
/// Of a question that only tells which server is there.
constexpr milliseconds kLookPatience{2'000};
/// What was sent again may still be running from the first time.
constexpr int kAsksWhileRunning = 20;

/// Codes that a server named live as long as the process: an Error's code has static storage.
std::string_view kept(std::string code) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> codes;
  const std::lock_guard lock(mutex);
  return *codes.insert(std::move(code)).first;
}

std::unexpected<Error> not_bauta(const std::string& why) {
  return fail("server.not_bauta", "what answers there is not Bauta, or not its API: " + why);
}

/// What a problem document says.  It came from outside: nothing in it may move the terminal's cursor.
Error problem_of(unsigned status, const Json::Value& problem) {
  const auto said = [](const Json::Value& object, const char* name) {
    return printable(string_in(object, name));
  };
  Error error{.code = kept(said(problem, "code")), .detail = said(problem, "detail")};
  for (const auto& fault : problem["errors"]) {
    if (!fault.isObject()) continue;
    error.faults.push_back({.pointer = said(fault, "pointer"),
                            .code = kept(said(fault, "code")),
                            .detail = said(fault, "detail")});
  }
  if (status >= 500) error.detail += " (request " + said(problem, "request_id") + ")";
  return error;
}

bool is_from_a_gateway(unsigned status) { return status >= 502 && status <= 504; }

Result<Reply> read_answer(HttpAnswer answer) {
  auto json = read_foreign_json(answer.body);
  if (answer.status >= 400 && json && !string_in(*json, "code").empty())
    return std::unexpected(problem_of(answer.status, *json));
  if (is_from_a_gateway(answer.status)) {
    return fail("server.unreachable",
                fmt::format("a gateway answered {}, not Bauta behind it", answer.status));
  }
  if (answer.status == 204) return Reply{};
  if (answer.status < 200 || answer.status >= 300)
    return not_bauta(fmt::format("status {} without a problem document", answer.status));
  if (!json) return not_bauta("an answer that is no JSON object");
  return Reply{.body = std::move(answer.body), .json = std::move(*json)};
}

/// Sent again it does no harm: GET changes nothing, a POST carries its key, a PATCH sets what it set.  A DELETE whose first answer was
/// lost would be answered as if there had been nothing to delete.
bool may_be_repeated(const HttpCall& call) { return call.method != "DELETE"; }

/// The connection broke, or there was none: the next one may hold.
bool is_worth_another(const HttpOutcome& outcome, const HttpCall& call) {
  if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome))
    return not_sent->error.code == "http.connect_failed" ||
           not_sent->error.code == "http.write_failed";
  const auto* unknown = std::get_if<HttpUnknown>(&outcome);
  return unknown != nullptr && unknown->error.code == "http.connection_lost" &&
         may_be_repeated(call);
}

std::unexpected<Error> outcome_unknown(const HttpCall& call, const Error& error) {
  const auto may_be_done =
      call.method == "GET" ? "" : ": it may have been done all the same, look before you ask again";
  return fail("server.outcome_unknown",
              error.detail + may_be_done + scheme_advice(call.url, error));
}

/// Who has a certificate of their own making does not look for OpenSSL's variables.
HttpOutcome with_trust_advice(HttpOutcome outcome) {
  auto* not_sent = std::get_if<HttpNotSent>(&outcome);
  if (not_sent == nullptr || not_sent->error.code != "http.tls_failed") return outcome;
  auto& detail = not_sent->error.detail;
  // OpenSSL's words for a certificate whose issuer is not known here; for another host's nothing is to be trusted.
  if (detail.contains("self-signed") || detail.contains("issuer certificate") ||
      detail.contains("first certificate"))
    detail += "; if it is yours, SSL_CERT_FILE names its issuer's certificate (PEM)";
  return outcome;
}

bool still_runs(const Result<Reply>& reply) {
  return !reply && reply.error().code == "idempotency.in_flight";
}

}  // namespace

struct Client::Parts {
  ClientOptions options;
  SystemRandom random;
  boost::asio::io_context loop{1};
  std::unique_ptr<HttpClient> http;

  HttpCall call_of(std::string method, const std::string& target, std::string body) const {
    HttpCall call{.method = std::move(method),
                  .url = options.url + target,
                  .headers = {{"Accept", "application/json, application/problem+json"}},
                  .body = std::move(body)};
    if (!options.key.empty()) call.headers.add("Authorization", "Bearer " + options.key);
    if (!options.service.empty()) call.headers.add("Bauta-Service", options.service);
    if (!call.body.empty()) call.headers.add("Content-Type", "application/json");
    return call;
  }

  HttpOutcome exchange(HttpCall call) {
    auto outcome =
        boost::asio::co_spawn(loop, http->call(std::move(call)), boost::asio::use_future);
    loop.restart();
    // Not run(): a connection that is kept for the next call would hold it up.
    while (outcome.wait_for(milliseconds::zero()) != std::future_status::ready) loop.run_one();
    return with_trust_advice(outcome.get());
  }

  Result<Reply> ask(const HttpCall& call) {
    auto outcome = exchange(call);
    if (is_worth_another(outcome, call)) {
      std::this_thread::sleep_for(options.pause_before_retry);
      outcome = exchange(call);
    }
    if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome)) {
      return fail("server.unreachable",
                  not_sent->error.detail + scheme_advice(call.url, not_sent->error));
    }
    if (const auto* unknown = std::get_if<HttpUnknown>(&outcome))
      return outcome_unknown(call, unknown->error);
    auto reply = read_answer(std::get<HttpAnswer>(std::move(outcome)));
    if (reply || reply.error().code != "http.not_found") return reply;
    return std::unexpected(wrong_face(options.face, reply.error(),
                                      [this](const std::string& path) { return has(path); }));
  }

  /// Is anything at this path?  Asked without the key.
  bool has(const std::string& path) {
    const auto outcome = exchange({.url = options.url + path, .timeout = kLookPatience});
    const auto* answer = std::get_if<HttpAnswer>(&outcome);
    return answer != nullptr && answer->status == 200;
  }

  Result<Reply> ask_until_done(const HttpCall& call) {
    auto reply = ask(call);
    for (int asks = 1; still_runs(reply) && asks < kAsksWhileRunning; ++asks) {
      std::this_thread::sleep_for(options.pause_before_retry);
      reply = ask(call);
    }
    return reply;
  }
};

Client::Client(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Client::~Client() = default;

const ClientOptions& Client::options() const { return parts_->options; }

Result<std::unique_ptr<Client>> Client::make(ClientOptions options) {
  while (options.url.ends_with('/')) options.url.pop_back();
  const auto url = parse_url(options.url);
  if (!url) return fail("usage.url", "the server's URL cannot be used: " + url.error().detail);
  if (url->target.contains('?')) return fail("usage.url", "the server's URL may have no query");
  if (url->target.ends_with("/api/v1")) {
    return fail("usage.url",
                "the server's URL is without /api/v1, with which the API's paths begin");
  }
  auto parts = std::make_unique<Parts>();
  parts->options = std::move(options);
  HttpClientOptions http;
  http.connect_timeout = kConnectPatience;
  http.read_timeout = kAnswerPatience;
  http.response_bytes_max = kAnswerOctetsMax;
  http.user_agent = fmt::format("bauta/{}", version());
  BAUTA_TRY(parts->http, HttpClient::make(parts->loop.get_executor(), std::move(http)));
  return std::unique_ptr<Client>(new Client(std::move(parts)));
}

Result<Reply> Client::get(const std::string& path, const Form& query) {
  const auto target = query.empty() ? path : path + "?" + encode_form(query);
  return parts_->ask(parts_->call_of("GET", target, ""));
}

Result<Reply> Client::post(const std::string& path, std::string body) {
  auto call = parts_->call_of("POST", path, std::move(body));
  Bits128 bits{};
  parts_->random.fill(bits);
  call.headers.add("Idempotency-Key", to_base32(bits));
  return parts_->ask_until_done(call);
}

Result<Reply> Client::patch(const std::string& path, std::string body) {
  return parts_->ask(parts_->call_of("PATCH", path, std::move(body)));
}

Result<Reply> Client::remove(const std::string& path) {
  return parts_->ask(parts_->call_of("DELETE", path, ""));
}

Result<Reply> Client::list(const std::string& path, const Form& query, std::size_t items_max) {
  std::optional<Reply> all;
  std::string cursor;
  for (std::size_t rest = items_max; rest > 0;) {
    Form page_query = query;
    page_query.emplace_back("limit", std::to_string(std::min(rest, kPageMax)));
    if (!cursor.empty()) page_query.emplace_back("cursor", cursor);
    BAUTA_TRY(auto page, get(path, page_query));
    const auto& data = page.json["data"];
    if (!data.isArray()) return not_bauta("a list without data");
    const auto before = std::exchange(cursor, string_in(page.json, "next_cursor"));
    rest -= std::min<std::size_t>(rest, data.size());
    // A page of what few pass may be empty, and the list goes on all the same.
    const bool ended = cursor.empty() || (data.empty() && cursor == before);
    if (!all) {
      all = std::move(page);
    } else {
      for (const auto& item : data) all->json["data"].append(item);
      all->json["next_cursor"] = page.json["next_cursor"];
      all->body = write_json(all->json);
    }
    if (ended) break;
  }
  return std::move(all).value_or(Reply{});
}

int exit_code_of(const Error& error) {
  if (error.code == "server.unreachable" || error.code == "server.outcome_unknown")
    return unreachable;
  return error.code.starts_with("usage.") ? wrong_usage : refused;
}

std::string path_to(std::string folder, const std::string& segment) {
  return folder.append(percent_encode(segment));
}

Form those_given(Form parameters) {
  std::erase_if(parameters, [](const auto& parameter) { return parameter.second.empty(); });
  return parameters;
}

}  // namespace bauta
