#include "proxy/api/codes.h"

#include <algorithm>
#include <array>
#include <string>

#include "proxy/api/reference.h"
#include "proxy/net/problem.h"

namespace bauta::api {
namespace {

constexpr unsigned kNoAnswer = 0;

/// In the order of their names: looked up by halves.
constexpr auto kCodes = std::to_array<ErrorCode>({
    {"account.live_only", 403, "A test key asked about accounts.",
     "Use a live key with the scope `operator`; the sandbox has an account for each live one."},
    {"account.name_invalid", 422, "The name is none that an account may have.",
     "Use 1 to 64 characters of a-z, 0-9, '-' and '_'."},
    {"account.name_taken", 409, "There is an account of this name.", "Take another name."},
    {"address.emergency", 422, "The address is an emergency number.",
     "Take the person's own telephone; emergency numbers never get a seat."},
    {"address.invalid", 422, "The address is nothing that can be texted.",
     "Write telephone numbers internationally, as +12025550142; national ones take the service's "
     "default_region."},
    {"address.is_virtual_number", 422, "The address is a number of the pool.",
     "Give the person's own address: a relay between two of its own numbers would never end."},
    {"address.not_a_mobile", kNoAnswer,
     "The numbering plan says that no phone that texts has this number; the session is open all "
     "the same.",
     "Ask the person for a mobile number if their texts end undelivered."},
    {"address.premium", 422, "The address is a premium or shared-cost number.",
     "Take an ordinary number: texts to these cost whoever sends them."},
    {"admin.foreign_host", 403,
     "The admin listener, which has no key, was asked under a name that may be anybody's.",
     "Ask by its address or as localhost, or give it a key: `[admin] key_file`."},
    {"admin.from_a_page", 403, "A web page asked the admin listener to change something.",
     "Ask from a terminal: `bauta clock confirm`, `bauta backup create`, or curl."},
    {"auth.invalid_key", 401, "No valid key came with the request.",
     "Send `Authorization: Bearer bauta_live_…`, once, with a whole key of this relay; whether one "
     "was revoked or has expired is not told apart: `bauta key list` shows it to a key that may."},
    {"auth.scope_missing", 403, "The key may not do this.",
     "Use a key that has the scope named in `detail`, or make one with POST /api/v1/keys."},
    {"backup.foreign_journal", kNoAnswer, "The journal is of another store.",
     "Name this relay's own: [backup] journal."},
    {"backup.in_progress", 409, "A backup is being made already.",
     "Wait for it: `bauta backup list` shows how far it is."},
    {"backup.not_configured", 409, "The relay has no folder for backups.",
     "Name one in its configuration: [backup] path."},
    {"backup.not_found", kNoAnswer, "There is no such backup, or no whole one.",
     "See which there are: `bauta backup list`."},
    {"backup.not_replayed", kNoAnswer,
     "The restored store has not been told yet what its journal knows.",
     "Start the relay once: it is told then.  Release it afterwards."},
    {"backup.target_not_empty", kNoAnswer,
     "A store, or something else, is where the backup would be restored to.",
     "Move it away, and restore again: nothing is written over."},
    {"carrier.bad_recipient", kNoAnswer, "The carrier says that the recipient cannot be texted.",
     "Ask the person for another number."},
    {"carrier.bad_signature", 403, "A carrier's callback was not signed as it should be.",
     "Compare the connection's token and secret, and [public] url, with what the carrier has."},
    {"carrier.busy", kNoAnswer, "The carrier was busy and put the text off.",
     "Nothing: it is tried again until its deadline. If it goes on, see the carrier's status "
     "page."},
    {"carrier.credentials", kNoAnswer,
     "The carrier does not accept the connection's account or credentials, and the text waits.",
     "The operator compares the connection in the configuration with the carrier's console: the "
     "text is tried again until its deadline."},
    {"carrier.failed", kNoAnswer, "The carrier says that the text failed.",
     "Its own code stands in `detail`."},
    {"carrier.malformed", 400, "A carrier's callback cannot be read.",
     "See that the connection's type is the carrier's."},
    {"carrier.opted_out", kNoAnswer, "The carrier says that the person has opted out.",
     "Nothing is sent until they text START."},
    {"carrier.queue_full", kNoAnswer,
     "Too many texts of this number wait at the carrier, which put this one off.",
     "Lower the number's `rate_per_second`, or spread the texts over more numbers."},
    {"carrier.refused", kNoAnswer, "The carrier refused the text for good.",
     "Its own words stand in `detail`."},
    {"carrier.rejected", kNoAnswer, "The carrier or the network rejected the text.",
     "Its own code stands in `detail`."},
    {"carrier.throttled", kNoAnswer,
     "The carrier takes no texts as fast as this one came, and put it off.",
     "Nothing: it is tried again until its deadline. Lower the number's `rate_per_second` to what "
     "the carrier allows it."},
    {"carrier.undelivered", kNoAnswer, "The carrier could not deliver the text.",
     "Its own words stand in `detail`."},
    {"carrier.unknown_connection", kNoAnswer,
     "The configuration has no connection of the name that the text was to leave by.",
     "Give the number's `connection` or `fallbacks` a name that a [[connections]] entry has."},
    {"carrier.unreadable_answer", kNoAnswer,
     "The carrier seems to have taken the text, but what it answered cannot be read.",
     "See that the connection's type and `api_url` are the carrier's."},
    {"carrier.unsupported_channel", 422,
     "The carrier sent something of a channel that this "
     "connection does not serve.",
     "Point only its SMS callbacks here."},
    {"carrier.wrong_account", 403, "A carrier's callback is of another account.",
     "Compare the connection's account with the carrier's."},
    {"consent.opted_out", kNoAnswer, "The person said STOP.",
     "Nothing is sent until they text START."},
    {"consent.opted_out_by_person", 409, "The person said STOP, or their carrier did for them.",
     "Only they can take it back: ask them to text START to the number."},
    {"cursor.malformed", 400, "The cursor is none that a list answered.",
     "Take `next_cursor` from the same list as it came; leave it out to begin."},
    {"dead_letter.not_found", 404, "There is no such dead letter.",
     "List them with GET /api/v1/dead-letters: it may have been sent again, deleted or erased."},
    {"delivery.deadline_passed", kNoAnswer,
     "The text waited longer than the service's `deadline_seconds`.",
     "See whether the carrier was down; raise the deadline if late texts are wanted."},
    {"event.not_found", 404, "The service's log holds no such event.",
     "Take an `id` from GET /api/v1/events, or from what a webhook was sent."},
    {"event.unknown_type", 422, "No event has a type that this names.",
     "Name a type, as message.delivered, all of one kind, as message.*, or *."},
    {"field.conflict", 422, "Two fields contradict each other.", "Give one of them."},
    {"field.malformed", 422, "A field has not the form that it should have.",
     "`detail` says which form."},
    {"field.out_of_range", 422, "A number is too small or too large.", "`detail` says the range."},
    {"field.repeated", 422, "A parameter is given more than once.", "Give it once."},
    {"field.required", 422, "A field is missing.", "Add it."},
    {"field.too_long", 422, "A text is too long.", "`detail` says how long it may be."},
    {"field.too_many", 422, "A list or an object has too many entries.",
     "`detail` says how many it may have."},
    {"field.too_short", 422, "A text is too short, or empty.",
     "`detail` says how long it must be."},
    {"field.type", 422, "A field has the wrong JSON type.", "`detail` says which it should have."},
    {"field.unknown", 422, "There is no such field or parameter here.",
     "See how it is spelt in the reference; nothing is dropped silently."},
    {"field.value", 422, "A field has none of the values that it may have.",
     "`detail` lists them."},
    {"http.address_refused", kNoAnswer, "The host has only addresses that may not be called.",
     "It must be reached at a public one, or the operator allows its network: [webhooks] "
     "allow_private."},
    {"http.answer_too_large", kNoAnswer, "The other end answered more than is read.",
     "See what it answers: a carrier's or endpoint's answer is small."},
    {"http.bad_call", kNoAnswer, "A call could not be made of what was configured.",
     "Look at the URL of the connection or webhook."},
    {"http.body_too_large", 413, "The body is too large.", "Send less at once."},
    {"http.closed", kNoAnswer, "The relay stopped while it called.",
     "Nothing: what had not left goes on after the start."},
    {"http.connect_failed", kNoAnswer, "The host could not be reached.",
     "See whether it runs, and whether a firewall lets the relay through."},
    {"http.connect_timeout", kNoAnswer, "The host did not answer in time.",
     "See whether it is reached from the relay's machine."},
    {"http.connection_lost", kNoAnswer,
     "The other end closed the connection before its answer was whole.",
     "Nothing once; if it goes on, look at its log."},
    {"http.expectation_failed", 417,
     "The Expect header asks for something other than "
     "100-continue.",
     "Leave it out."},
    {"http.headers_too_large", 431, "The headers are too large.", "Send fewer or shorter ones."},
    {"http.malformed", 400, "The request is no HTTP that can be read.",
     "`detail` says what is "
     "wrong with it."},
    {"http.malformed_answer", kNoAnswer, "The other end answered what is not HTTP.",
     "See whether the URL has the right port and scheme."},
    {"http.method_not_allowed", 405, "The path does not take this method.",
     "Use one of those in the Allow header."},
    {"http.not_found", 404, "There is nothing at this path.",
     "See the paths at /docs of the address where the API listens; other addresses of Bauta's have "
     "none of them."},
    {"http.overloaded", kNoAnswer, "Too many calls to one host wait already.",
     "It is too slow for what it is sent, or the limits of [http] are too low."},
    {"http.read_timeout", kNoAnswer, "No answer came in time.",
     "See why the other end is slow; [http] has the limit."},
    {"http.resolve_failed", kNoAnswer, "The host's name could not be resolved.",
     "Look at the name, and at the DNS of the relay's machine."},
    {"http.timeout", kNoAnswer, "The time for a call was over before it began.",
     "It is tried again where that is safe."},
    {"http.tls_failed", kNoAnswer,
     "TLS could not be agreed on: most often the certificate is not trusted or names another host.",
     "Look at the certificate; [http] client_ca_file names further authorities."},
    {"http.tls_timeout", kNoAnswer, "TLS was not agreed on in time.",
     "See whether the port speaks TLS."},
    {"http.wait_timeout", kNoAnswer, "No connection to the host became free in time.",
     "It is too slow for what it is sent, or the limits of [http] are too low."},
    {"http.write_failed", kNoAnswer, "The other end took nothing of the request.",
     "It is tried again; if it goes on, look at its log."},
    {"http.write_timeout", kNoAnswer, "The other end did not take the whole request in time.",
     "See why it is slow; [http] has the limit."},
    {"id.malformed", 422, "A field that should hold an id holds none.",
     "Take ids as they were answered: a prefix, and 26 characters."},
    {"idempotency.in_flight", 409, "The first request with this Idempotency-Key still runs.",
     "Ask again in a moment: its answer will come."},
    {"idempotency.key_invalid", 400,
     "The Idempotency-Key is empty, too long, not printable or "
     "given twice.",
     "Send one with 1 to 255 characters of ASCII; a UUID is a good one."},
    {"idempotency.mismatch", 422, "The Idempotency-Key was used with another body.",
     "Take a new key for a new request; repeat a request with exactly its first body."},
    {"if_match.malformed", 400, "The If-Match header is none that can be compared.",
     "Send the ETag of the last answer as it came, quotes included."},
    {"import.done", 409, "The import has ended.", "Begin another for more numbers."},
    {"import.out_of_order", 409, "Another batch of the import comes first.",
     "Bring the batch that `next_batch` of the job names."},
    {"inbound.loop", kNoAnswer, "A text came from a number of the pool to another one.",
     "Nothing: it would never end, so it goes nowhere."},
    {"inbound.no_route", kNoAnswer, "Whoever texted has no conversation on this number.",
     "Ask POST /api/v1/explain about the two numbers; `answer_strangers` tells the person."},
    {"inbound.not_our_number", kNoAnswer, "The number texted is not in the service's pool.",
     "Add it with POST /api/v1/numbers."},
    {"inbound.repeated", kNoAnswer, "The same words came too often on one line within a minute.",
     "See whether two machines answer each other; [relay] repeats_max is the limit."},
    {"inbound.wrong_connection", kNoAnswer,
     "A text to a number came by another connection than its record names.",
     "Name the right connection with PATCH /api/v1/numbers/{number}, or mend the carrier's "
     "webhook."},
    {"internal", 500, "A mistake of Bauta's own.",
     "Report it with the `request_id`; the log has more."},
    {"job.not_found", 404, "The service has no such job.",
     "Take the id from the answer that began it; 30 days after its end a job is forgotten."},
    {"json.duplicate_name", 400, "An object of the body has the same name twice.",
     "Remove one: which of them was meant cannot be known."},
    {"json.malformed", 400, "The body is no JSON.",
     "Send one JSON value (RFC 8259), without comments and with nothing behind it."},
    {"json.not_an_object", 400, "The body is JSON, but no object.", "Put it into {…}."},
    {"json.not_utf8", 400, "The body is not UTF-8.", "Encode it as UTF-8."},
    {"json.too_deep", 400, "The body nests too deep.",
     "No request needs more than a few levels: see the reference."},
    {"key.not_found", 404, "The account has no such key.", "List them with GET /api/v1/keys."},
    {"key.out_of_reach", 409, "A key cannot revoke itself, so that nobody is locked out.",
     "Revoke it with another key."},
    {"lane.full", kNoAnswer, "Too many texts waited for this person at this number.",
     "Send fewer, or give the number a higher `rate_per_second` if its carrier allows it."},
    {"message.not_found", 404, "The service has no such message, or it had no recipient.",
     "List a session's with GET /api/v1/sessions/{id}/messages; erased texts are gone."},
    {"number.gone", kNoAnswer, "The virtual number was removed before the text was sent.",
     "Open a new session."},
    {"number.in_use", 409, "Routes on the number are live or cooling.",
     "Set its status to draining, and delete it when its sessions have ended and cooled."},
    {"number.in_use_by_address", 409,
     "The person already texts this virtual number in another "
     "session, or did so lately.",
     "Leave `virtual_number` out, or name another."},
    {"number.invalid", 422, "The virtual number is no telephone number.",
     "Write it internationally, as +12025550177."},
    {"number.not_eligible", 409, "The virtual number may not be given to this person.",
     "`detail` says why: draining, reach, capability, or their STOP."},
    {"number.not_found", 404, "The service has no such number.",
     "List them with GET /api/v1/numbers."},
    {"number.not_in_pool", 422, "The virtual number is not in the service's pool.",
     "Add it with POST /api/v1/numbers, or leave `virtual_number` out."},
    {"number.taken", 409, "The number is in a pool already.",
     "Change it with PATCH; a number belongs to one service."},
    {"number.unknown_connection", 422, "No connection has this name.",
     "Use a name of a [[connections]] entry of the configuration."},
    {"outcome_unknown", kNoAnswer,
     "Whether the text reached the carrier stayed unknown, and it was not sent again.",
     "Ask the person, or send it again knowing that it may come twice."},
    {"overloaded", 503, "The server has as many requests as it takes at once.",
     "Ask again after Retry-After."},
    {"participant.gone", 422, "The person had left the session, or was blocked in it.",
     "Name participants whose `state` is `active`; of a delivery that ended so nothing is to be "
     "done."},
    {"participant.not_found", 404, "The session has no such participant.",
     "Take the ids from the session's `participants`."},
    {"participants.count", 422, "A session has too few or too many participants.", "Name 2 to 50."},
    {"participants.same_address", 422, "Two participants have the same address.",
     "A person sits once in a session."},
    {"participants.too_soon", 409, "Nobody else can join the session yet.",
     "Its lines were taken over while they cooled: wait until they would have been free, or open "
     "another session."},
    {"poison", kNoAnswer, "The server died several times while this text was being sent.",
     "The operator looks at the log; the text is not tried again."},
    {"pool.exhausted", 409, "No eligible number is free for one of the participants.",
     "Add as many numbers as `needed` says, of `country` and `area_code`; or let the service's "
     "`locality_fallback` reach farther."},
    {"rate.limited", 429, "Too many requests.", "Ask again after Retry-After."},
    {"request.foreign", 403,
     "A web page of another site asked the simulated phones or the page of the demo.",
     "Ask from a terminal, or from the page that `bauta dev --demo` serves."},
    {"request.invalid", 422, "Several fields are faulty.", "`errors` names each."},
    {"sandbox.clock_limit", 409, "The sandbox's clock is as far ahead as it can be.",
     "Begin with a new sandbox: remove the folder of its store while the relay is stopped."},
    {"sandbox.clock_shared", 403, "A key of one service would have moved the clock of all.",
     "Use a test key of the whole account: one that was made without `service`."},
    {"sandbox.live_key", 403, "A live key asked for what only the sandbox has.",
     "Use a key that begins with bauta_test_: POST /api/v1/keys with `\"test\": true` makes one."},
    {"sandbox.none", 409, "The relay has no sandbox.",
     "The operator sets `enabled = true` under [sandbox] and starts it again."},
    {"scope.unknown", 422, "There is no such scope.", "Take one of those that `detail` names."},
    {"service.gone", kNoAnswer, "The service was removed before the text was sent.",
     "Nothing is to be done."},
    {"service.in_use", 409, "The service cannot be removed: something of it lives.",
     "Close its sessions, drain and delete its numbers and delete its webhooks, as `detail` says; "
     "the last service of an account stays."},
    {"service.name_invalid", 422, "The name is none that a service may have.",
     "Use 1 to 64 characters of a-z, 0-9, '-' and '_'."},
    {"service.name_taken", 409, "The account has a service of this name.", "Take another name."},
    {"service.not_found", 404, "The key reaches no such service.",
     "See the Bauta-Service header, and GET /api/v1/services."},
    {"service.removing", 409, "The service is being removed, and gets nothing new.",
     "Its DELETE was begun: repeat it, and it ends or says what still lives."},
    {"session.cannot_reopen", 409, "The session cannot be opened again.",
     "`errors` names the participants who cannot have their lines back; open a new one."},
    {"session.changed", 412, "The session is not as If-Match expects it.",
     "Read it again, and repeat the change with its new ETag."},
    {"session.closed", 409, "The session has ended.", "Open a new one."},
    {"session.ended", kNoAnswer, "The session had ended before the text was sent.",
     "Open a new one."},
    {"session.name_taken", 409, "A session that lives has this unique_name.",
     "Close it, or take another name."},
    {"session.not_found", 404, "The service has no such session.",
     "List them with GET /api/v1/sessions."},
    {"storage.closed", 503, "The server is stopping.", "Ask again."},
    {"storage.contended", 503, "Others changed the same thing at the same moment, several times.",
     "Ask again."},
    {"storage.corrupt", 500, "A stored record cannot be read.",
     "The operator restores a backup: see the log."},
    {"storage.failed", 503, "The store can promise nothing any more; the server is about to end.",
     "Ask again when it has been started anew."},
    {"storage.full", 503, "The disk is full.", "The operator makes space; then ask again."},
    {"storage.overloaded", 503, "The disk is too slow for what is asked.",
     "Ask again after Retry-After."},
    {"storage.unavailable", 503, "The store cannot be read.",
     "Ask again; the operator sees why "
     "in the log."},
    {"storage.unknown", 503, "Whether this was stored could not be found out.",
     "Repeat it with the same Idempotency-Key."},
    {"text.not_utf8", 422, "The text is not UTF-8.", "Encode it as UTF-8."},
    {"text.too_long", 422, "The text is longer than any that is taken.",
     "`detail` says how long it may be."},
    {"tier.unknown", 422, "There is no such tier.", "Use area_code, region, country or any."},
    {"time.malformed", 422, "The time cannot be read.",
     "Write it as RFC 3339 has it: 2030-01-31T12:00:00Z."},
    {"url.malformed", 422, "The URL cannot be read, or holds a user or a password.",
     "Write it as https://example.com/path; what tells callers apart stands in the path."},
    {"url.not_https", 422, "The URL is not https.",
     "Use https; plain http is for addresses that [webhooks] allow_private names; `bauta listen` "
     "posts to an endpoint on your own machine."},
    {"url.not_public", 422, "The URL leads to an address that is not public.",
     "Use a public address; an operator allows others with [webhooks] allow_private."},
    {"webhook.not_found", 404, "The service has no such webhook.",
     "Take ids from GET /api/v1/webhooks; a webhook of another service is none of this one."},
    {"webhook.replay_range", 422, "The range of events ends before it begins, or is too long.",
     "Name the older event as `from`, and at most 1,000 events of the log at once."},
    {"webhook.sandbox_only", 422, "Only webhooks of the sandbox can misbehave.",
     "Leave `misbehave` out, or use a key that begins with bauta_test_."},
    {"webhook.too_many", 409, "The service has as many webhooks as it may have.",
     "Delete one; one webhook can have several types."},
});
static_assert(std::ranges::is_sorted(kCodes, {}, &ErrorCode::code));

std::string status_line(const ErrorCode& code) {
  if (code.status == kNoAnswer)
    return "None of an answer's: it tells why a delivery ended, or stands in an event.";
  return "HTTP status " + std::to_string(code.status) + " " + std::string(reason_of(code.status));
}

/// As HTML; what stands between `…` is code.
std::string escaped(std::string_view text) {
  std::string html;
  bool is_code = false;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '`':
        is_code = !is_code;
        html += is_code ? "<code>" : "</code>";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string page(std::string_view title, std::string_view content) {
  std::string html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>";
  html.append(title).append(" · Bauta</title><style>").append(page_style());
  html.append("</style></head><body><main><h1>").append(title).append("</h1>").append(content);
  return html.append("</main></body></html>\n");
}

/// A person who followed the link, not a program.
bool wants_html(const HttpRequest& request) {
  return request.headers.find("Accept").value_or("").contains("text/html");
}

Task<HttpResponse> help(HttpRequest request) {
  const auto* const known = find_error_code(request.path_parameter("code"));
  if (known == nullptr) {
    co_return problem(404, {.code = "http.not_found", .detail = "there is no such code"}, request);
  }
  if (wants_html(request)) {
    std::string content = "<p class=soft>" + status_line(*known) + "</p><h2>What it means</h2><p>";
    content.append(escaped(known->meaning)).append("</p><h2>What to do</h2><p>");
    content.append(escaped(known->mend));
    content.append("</p><p><a href=\"/errors\">All codes</a> · <a href=\"/docs\">The API</a></p>");
    co_return html_response(200, page(known->code, content));
  }
  std::string text = std::string(known->code) + "\n\n" + status_line(*known) + "\n\n";
  text.append(known->meaning).append("\n").append(known->mend).append("\n");
  co_return text_response(200, std::move(text));
}

Task<HttpResponse> list(HttpRequest request) {
  std::string text;
  std::string rows;
  for (const auto& code : kCodes) {
    const auto status = code.status == kNoAnswer ? std::string() : std::to_string(code.status);
    text.append(code.code).append("\t").append(status).append("\t").append(code.meaning);
    text.append("\n");
    rows.append("<tr><td><a href=\"/errors/").append(code.code).append("\"><code>");
    rows.append(code.code).append("</code></a></td><td>").append(status).append("</td><td>");
    rows.append(escaped(code.meaning)).append("</td></tr>");
  }
  if (!wants_html(request)) co_return text_response(200, std::move(text));
  co_return html_response(
      200, page("Errors",
                "<p>A code without a status is none of an answer's: it tells why a delivery ended, "
                "or stands in an event.</p><table><thead><tr><th>Code</th><th>Status</th><th>What "
                "it means</th></tr></thead><tbody>" +
                    rows + "</tbody></table><p><a href=\"/docs\">The API</a></p>"));
}

}  // namespace

std::span<const ErrorCode> error_codes() { return kCodes; }

const ErrorCode* find_error_code(std::string_view code) {
  const auto* const found = std::ranges::lower_bound(kCodes, code, {}, &ErrorCode::code);
  return found != kCodes.end() && found->code == code ? found : nullptr;
}

unsigned status_of(std::string_view code) {
  const auto* const known = find_error_code(code);
  return known == nullptr || known->status == kNoAnswer ? 500 : known->status;
}

HttpResponse problem_of(const Error& error, std::string_view request_id,
                        std::string_view public_url, std::chrono::seconds retry_after) {
  unsigned status = status_of(error.code);
  // The path was found: what a field of the body names was not.
  if (status == 404 && !error.faults.empty()) status = 422;
  auto response = problem(status, error, request_id, public_url);
  if (status == 401) response.headers.add("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503)
    response.headers.add("Retry-After", std::to_string(retry_after.count()));
  return response;
}

void mount_error_help(Router& router) {
  router.add("GET", "/errors", [](HttpRequest request) { return list(std::move(request)); });
  router.add("GET", "/errors/{code}", [](HttpRequest request) { return help(std::move(request)); });
}

}  // namespace bauta::api
