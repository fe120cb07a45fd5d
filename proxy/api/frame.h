#pragma once

#include <json/json.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proxy/api/api.h"
#include "proxy/api/fields.h"
#include "proxy/api/json.h"
#include "storage/store/mutex.h"

namespace bauta::api {

/// A request whose sender is known and may make it.
struct ApiCall {
  HttpRequest request;
  Caller caller;
  /// Of a POST that brought an Idempotency-Key.
  std::optional<IdempotencyMark> mark = {};

  bool may(Scope scope) const { return caller.key.may(scope); }
};

struct ApiAnswer {
  HttpResponse response;
  /// The mark was committed with the effect; else the frame keeps the answer afterwards.
  bool mark_is_kept = false;
  /// A part of it failed for want of the server: who asks again with the same key is to be served, not shown this.
  bool is_passing = false;
  /// What a replay shows instead of the body: a secret is shown once.
  std::optional<std::string> body_to_keep = {};
};

/// `response` with JSON in it.
ApiAnswer answer(unsigned status, const Json::Value& body);
ApiAnswer no_content();
/// What was answered the first time, and says that it is that.
ApiAnswer replayed(const KeptAnswer& kept);
/// `{"data": […], "next_cursor": …}`; "": no more.
Json::Value page_json(Json::Value data, std::string_view next_cursor);
Json::Value text_or_null(std::string_view text);
Json::Value time_or_null(std::optional<TimePoint> time);

class Api;
using ApiHandler = Task<Result<ApiAnswer>> (*)(Api& api, ApiCall call);

/// Which POSTs run at this moment, and with which body: a mark whose first request is still running meets its own body with 409, another
/// with 422.  Thread-safe.
class RunningPosts {
 public:
  class Passage {
   public:
    Passage(RunningPosts& posts, std::string mark) : posts_(&posts), mark_(std::move(mark)) {}
    Passage(Passage&& other) noexcept
        : posts_(std::exchange(other.posts_, nullptr)), mark_(std::move(other.mark_)) {}
    Passage& operator=(Passage&&) = delete;
    ~Passage() {
      if (posts_ != nullptr) posts_->leave(mark_);
    }

   private:
    RunningPosts* posts_;
    std::string mark_;
  };

  /// Codes: idempotency.in_flight, idempotency.mismatch.
  Result<Passage> enter(const Caller& caller, const IdempotencyMark& mark);

 private:
  void leave(const std::string& mark);

  Mutex mutex_;
  std::unordered_map<std::string, std::string> body_hashes_ BAUTA_GUARDED_BY(mutex_);
};

/// The frame around every call: who asks, whether they may, whether they asked before; and every refusal as a problem document.
class Api : public std::enable_shared_from_this<Api> {
 public:
  Api(Router& router, Desk& desk_called, const Clock& clock_read, Random& random_drawn,
      ApiEndpoints endpoints_called, ApiLimits limits_set);

  /// Who holds one of `scopes` may call it.  It takes no parameters: a request with some is refused before its handler sees it.
  void on(std::string_view method, std::string_view pattern, std::vector<Scope> scopes,
          ApiHandler handler, std::optional<std::size_t> body_bytes_max = {});
  /// A GET whose handler reads the query, and refuses what it does not know of it.
  void on_list(std::string_view pattern, std::vector<Scope> scopes, ApiHandler handler);
  /// A POST only so that an address stands in no URL, or that a question is too long for one: it changes nothing, and keeps no mark
  /// (docs/decisions/questions-keep-no-mark.md).
  void on_question(std::string_view pattern, std::vector<Scope> scopes, ApiHandler handler);

  /// Who sent a request with these headers, and which service it is about.  Codes: auth.invalid_key, service.not_found, storage.*.
  Task<Result<Caller>> caller_of(HttpHeaders headers);

  Desk& desk;
  const Clock& clock;
  Random& random;
  const ApiEndpoints endpoints;
  const ApiLimits limits;
  /// Shared with the streams.
  const std::shared_ptr<class StreamPlaces> stream_places;

  // Set before the first request comes.
  /// What this is the API of, if it is a sandbox's.
  std::shared_ptr<const ApiSandbox> sandbox = nullptr;
  /// Whom test keys are led to; none: there is no sandbox.
  std::shared_ptr<Api> of_test_keys = nullptr;

 private:
  struct Route {
    std::vector<Scope> scopes;
    ApiHandler handler;
    std::size_t body_bytes_max;
    bool is_question = false;
    bool takes_query = false;
  };
  void add(std::string_view method, std::string_view pattern, Route route);
  /// Keeps the Api alive while it runs.  Who brings a test key is answered by the sandbox's, and by nothing else.
  static Task<HttpResponse> handle(std::shared_ptr<Api> api, Route route, HttpRequest request);
  Task<Result<ApiAnswer>> serve(Route route, HttpRequest request);
  Task<Result<ApiAnswer>> serve_once(Route route, ApiCall call);
  Task<Result<Caller>> authenticate(std::string secret, std::optional<std::string> service);

  Router& router_;  // only until everything is mounted: the server takes it over
  RunningPosts running_;
};

/// The body as an object.
Result<Json::Value> body_of(const Api& api, const ApiCall& call);
/// A POST that wants nothing more to be said may come without a body.
Result<Json::Value> body_or_nothing(const Api& api, const ApiCall& call);
/// Refuses a body that says something: an empty object, or none, is all that may come.
Status want_nothing(const Api& api, const ApiCall& call);

/// Of a path's `{id}`: what is no id names nothing, `not_found`.
template <class AnId>
Result<AnId> id_in_path(const ApiCall& call, std::string_view parameter,
                        std::string_view not_found) {
  auto id = AnId::parse(call.request.path_parameter(parameter));
  if (!id) return fail(not_found, "there is none with this id: " + id.error().detail);
  return *id;
}

/// An effect that is committed together with the answer to it.
template <class View>
class KeptEffect {
 public:
  using Render = std::function<KeptAnswer(const View&)>;

  KeptEffect(const ApiCall& call, Render render) : mark_(call.mark), render_(std::move(render)) {}

  /// For the desk; none: the request brought no Idempotency-Key.
  std::optional<Idempotent<View>> idempotent() const {
    if (!mark_) return std::nullopt;
    return Idempotent<View>{.mark = *mark_, .render = render_};
  }
  /// For a part that commits the effect without the desk; empty: the request brought no Idempotency-Key.  `desk` outlives it.
  std::function<void(Commit&, const View&)> also(const Desk& desk, const Caller& caller) const {
    if (!mark_) return {};
    return [&desk, caller, mark = *mark_, render = render_](Commit& commit, const View& view) {
      desk.write_answer(commit, caller, mark, render(view));
    };
  }
  /// The answer to send now: as the one that was kept.
  ApiAnswer answer_of(const View& view) const {
    auto kept = render_(view);
    auto response = json_response(kept.status, std::move(kept.body));
    if (!kept.location.empty()) response.headers.add("Location", std::move(kept.location));
    return {.response = std::move(response), .mark_is_kept = true};
  }

 private:
  std::optional<IdempotencyMark> mark_;
  Render render_;
};

/// Adds to the commit of an effect who did it, beside what `also` adds.  `note`: what is said of it.  `desk` outlives it.
template <class View>
std::function<void(Commit&, const View&)> audited(
    const Desk& desk, const Caller& caller, std::function<AuditNote(const View&)> note,
    std::function<void(Commit&, const View&)> also = {}) {
  return [&desk, caller, note = std::move(note), also = std::move(also)](Commit& commit,
                                                                         const View& view) {
    desk.write_audit(commit, caller, note(view));
    if (also) also(commit, view);
  };
}

/// What came of an effect that was committed without the desk: whose mark another process wrote first is answered as that was.
template <class T>
Task<Result<T>> unless_answered(Api& api, Caller caller, std::optional<IdempotencyMark> mark,
                                Result<T> made) {
  if (!made && mark) BAUTA_CO_CHECK(co_await api.desk.refuse_if_answered(caller, *mark));
  co_return made;
}

/// A page of what is held whole, newest first: ids sort by time, and the cursor is the last one shown.
template <class AnId, class T, class IdOf, class Render>
Result<ApiAnswer> list_answer(std::vector<T> all, std::uint32_t limit, std::string_view cursor,
                              IdOf id_of, Render render) {
  std::optional<AnId> after;
  if (!cursor.empty()) {
    const auto id = AnId::parse(cursor);
    if (!id) return fail("cursor.malformed", "this cursor is of no list of these");
    after = *id;
  }
  std::ranges::sort(all, std::ranges::greater{}, id_of);
  Json::Value data(Json::arrayValue);
  std::string last;
  for (const T& one : all) {
    if (after && !(id_of(one) < *after)) continue;
    if (data.size() == limit) return answer(200, page_json(std::move(data), last));
    data.append(render(one));
    last = id_of(one).str();
  }
  return answer(200, page_json(std::move(data), ""));
}

// One a resource: none knows the others.
void mount_sessions(Api& api);
void mount_participants(Api& api);
void mount_messages(Api& api);
void mount_numbers(Api& api);
void mount_accounts(Api& api);
void mount_services(Api& api);
void mount_keys(Api& api);
void mount_audit(Api& api);
void mount_dead_letters(Api& api);
void mount_events(Api& api);
void mount_webhooks(Api& api);
void mount_webhook_deliveries(Api& api);
void mount_people(Api& api);
void mount_imports(Api& api);
void mount_jobs(Api& api);
void mount_plan(Api& api);
void mount_sandbox(Api& api);
void mount_insight(Api& api);

}  // namespace bauta::api
