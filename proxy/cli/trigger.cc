#include "proxy/cli/trigger.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "proxy/net/json.h"

namespace bauta {
namespace {

// Numbers that are nobody's (47 CFR 52.15(f)(1)(vi): 555-01XX; Ofcom's for drama).
constexpr const char* kHost = "+12025550131";
constexpr const char* kGuest = "+442079460131";
constexpr const char* kThird = "+12025550132";
constexpr const char* kStranger = "+12025550133";
constexpr const char* kNumber = "+12025550134";

// Phones of the sandbox, each with a habit (docs/sandbox.md).
constexpr const char* kNeverReached = "+442079460180";
constexpr const char* kWithoutReceipt = "+442079460182";
constexpr const char* kRefused = "+442079460183";
constexpr const char* kUnanswered = "+442079460187";
/// As long as a receipt is waited for unless [relay] unconfirmed_hours says otherwise, and an hour more.
constexpr std::chrono::seconds kUnconfirmed = std::chrono::hours{73};

constexpr std::chrono::milliseconds kPollPause{250};
constexpr std::chrono::seconds kPatience{20};

std::uint64_t sequence_of(const Json::Value& event) {
  return event["sequence"].isUInt64() ? event["sequence"].asUInt64() : 0;
}

Result<std::uint64_t> newest_of(Client& client) {
  BAUTA_TRY(const auto newest, client.list("/api/v1/events", {}, 1));
  const auto& data = newest.json["data"];
  return data.empty() ? 0 : sequence_of(data[0]);
}

/// The first of this type after `before`.
Result<Reply> wait_for(Client& client, const std::string& type, std::uint64_t before) {
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  do {
    BAUTA_TRY(const auto page, client.list("/api/v1/events", {}, 100));
    const Json::Value* found = nullptr;
    for (const auto& event : page.json["data"]) {
      if (sequence_of(event) <= before) break;
      if (string_in(event, "type") == type) found = &event;
    }
    if (found != nullptr) return Reply{.body = write_json(*found), .json = *found};
    std::this_thread::sleep_for(kPollPause);
  } while (std::chrono::steady_clock::now() < patience);
  return fail("trigger.no_event", "there was no " + type +
                                      " within 20 seconds: does the simulated carrier run, and "
                                      "may the key read events?");
}

bool has_test_key(const Client& client) { return client.options().key.starts_with("bauta_test_"); }

/// The calls that a recipe is made of.
class Stage {
 public:
  /// `newest`: of the events, before anything was done.
  Stage(Client& client, Client& handsets, const TriggerOptions& options, std::uint64_t newest)
      : client_(client), handsets_(handsets), options_(options), newest_(newest) {}

  Status open(const char* guest) {
    Json::Value body(Json::objectValue);
    for (const auto* address : {kHost, guest}) {
      Json::Value participant(Json::objectValue);
      participant["address"] = address;
      body["participants"].append(std::move(participant));
    }
    body["ttl_seconds"] = 600;
    body["metadata"]["trigger"] = options_.type;
    BAUTA_TRY(auto opened, client_.post("/api/v1/sessions", write_json(body)));
    session_ = std::move(opened.json);
    for (const auto& participant : session_["participants"])
      BAUTA_CHECK(must_be_simulated(string_in(participant, "virtual_number")));
    return {};
  }
  Status change(const std::string& fields) {
    BAUTA_CHECK(client_.patch(session_path(), fields));
    return {};
  }
  Status erase() { return done_by(client_.remove(session_path())); }
  Status join() {
    Json::Value body(Json::objectValue);
    body["address"] = kThird;
    BAUTA_TRY(const auto joined, client_.post(session_path() + "/participants", write_json(body)));
    third_ = string_in(joined.json, "id");
    return must_be_simulated(string_in(joined.json, "virtual_number"));
  }
  Status leave() {
    return done_by(client_.remove(path_to(session_path() + "/participants/", third_)));
  }
  Status block() {
    return done_by(client_.patch(path_to(session_path() + "/participants/", third_),
                                 R"({"state":"blocked"})"));
  }
  Status say() {
    return done_by(client_.post(session_path() + "/messages", R"({"text":"Hello!"})"));
  }
  Status say_to_guest() {
    Json::Value body(Json::objectValue);
    body["text"] = "Hello!";
    body["to"].append(session_["participants"][1]["id"]);
    return done_by(client_.post(session_path() + "/messages", write_json(body)));
  }
  Status await(const char* type) { return done_by(wait_for(client_, type, newest_)); }
  /// The sandbox's clock, which is that of all services there.
  Status advance(std::chrono::seconds by) {
    Json::Value body(Json::objectValue);
    body["seconds"] = static_cast<Json::Int64>(by.count());
    return done_by(client_.post("/api/v1/sandbox/clock/advance", write_json(body)));
  }
  /// Somebody's phone texts the host's line.
  Status text(const char* from, const char* words) {
    Json::Value body(Json::objectValue);
    body["from"] = from;
    body["to"] = session_["participants"][0]["virtual_number"];
    body["text"] = words;
    if (is_sandbox())
      return done_by(client_.post("/api/v1/sandbox/handsets/text", write_json(body)));
    return done_by(handsets_.post("/handsets/text", write_json(body)));
  }
  Status add_number() {
    Json::Value body(Json::objectValue);
    body["number"] = kNumber;
    body["connection"] = connection();
    body["reserved"] = true;
    return done_by(client_.post("/api/v1/numbers", write_json(body)));
  }
  Status drain_number() {
    return done_by(client_.patch(number_path(), R"({"status":"draining"})"));
  }
  Status remove_number() { return done_by(client_.remove(number_path())); }

 private:
  static Status done_by(Result<Reply> reply) {
    if (!reply) return std::unexpected(std::move(reply).error());
    return {};
  }
  std::string session_path() const {
    return path_to("/api/v1/sessions/", string_in(session_, "id"));
  }
  bool is_sandbox() const { return has_test_key(client_); }
  std::string connection() const {
    if (!options_.connection.empty()) return options_.connection;
    return is_sandbox() ? "sandbox" : "simulated";
  }
  static std::string number_path() { return path_to("/api/v1/numbers/", kNumber); }

  /// Nothing of this may reach a phone.
  Status must_be_simulated(const std::string& number) {
    BAUTA_TRY(const auto found, client_.get(path_to("/api/v1/numbers/", number)));
    if (string_in(found.json, "connection") == connection()) return {};
    BAUTA_CHECK(client_.remove(session_path()));
    return fail("trigger.not_simulated",
                number + " is a number of another connection than " + connection() +
                    ": events are made to happen on the simulated carrier alone (bauta dev), or in "
                    "the sandbox (a test key)");
  }

  Client& client_;
  Client& handsets_;
  const TriggerOptions& options_;
  std::uint64_t newest_;
  Json::Value session_ = {};
  std::string third_ = {};
};

using Step = Status (*)(Stage&);

Status open(Stage& stage) { return stage.open(kGuest); }
Status open_never_reached(Stage& stage) { return stage.open(kNeverReached); }
Status open_without_receipt(Stage& stage) { return stage.open(kWithoutReceipt); }
Status open_refused(Stage& stage) { return stage.open(kRefused); }
Status open_unanswered(Stage& stage) { return stage.open(kUnanswered); }
Status guest_is_texted(Stage& stage) { return stage.say_to_guest(); }
Status text_is_sent(Stage& stage) { return stage.await("message.sent"); }
Status receipt_stays_away(Stage& stage) { return stage.advance(kUnconfirmed); }
Status host_texts(Stage& stage) { return stage.text(kHost, "Hello!"); }
Status host_stops(Stage& stage) { return stage.text(kHost, "STOP"); }
Status host_is_out(Stage& stage) { return stage.await("participant.opted_out"); }
Status host_starts(Stage& stage) { return stage.text(kHost, "START"); }
Status stranger_texts(Stage& stage) { return stage.text(kStranger, "Hello!"); }
Status platform_texts(Stage& stage) { return stage.say(); }
Status close(Stage& stage) { return stage.change(R"({"status":"closed"})"); }
Status reopen(Stage& stage) { return stage.change(R"({"status":"open","ttl_seconds":600})"); }
Status erase(Stage& stage) { return stage.erase(); }
Status join(Stage& stage) { return stage.join(); }
Status leave(Stage& stage) { return stage.leave(); }
Status block(Stage& stage) { return stage.block(); }
Status add_number(Stage& stage) { return stage.add_number(); }
Status drain_number(Stage& stage) { return stage.drain_number(); }
Status remove_number(Stage& stage) { return stage.remove_number(); }

/// What makes an event of a type happen, and what is put right once it has.
struct Recipe {
  std::string_view type;
  std::array<Step, 4> steps = {};
  std::array<Step, 2> afterwards = {};
  /// It takes phones that only the sandbox has.
  bool with_test_key = false;
};

constexpr auto kRecipes = std::to_array<Recipe>({
    {.type = "inbound.unrouted", .steps = {open, stranger_texts}},
    {.type = "message.blocked",
     .steps = {open, host_stops, host_is_out, platform_texts},
     .afterwards = {host_starts}},
    {.type = "message.delivered", .steps = {open, platform_texts}},
    {.type = "message.failed", .steps = {open_refused, guest_is_texted}, .with_test_key = true},
    {.type = "message.received", .steps = {open, host_texts}},
    {.type = "message.sent", .steps = {open, platform_texts}},
    {.type = "message.unconfirmed",
     .steps = {open_without_receipt, guest_is_texted, text_is_sent, receipt_stays_away},
     .with_test_key = true},
    {.type = "message.undelivered",
     .steps = {open_never_reached, guest_is_texted},
     .with_test_key = true},
    {.type = "message.unknown", .steps = {open_unanswered, guest_is_texted}, .with_test_key = true},
    {.type = "number.added", .steps = {add_number}, .afterwards = {drain_number, remove_number}},
    {.type = "number.draining", .steps = {add_number, drain_number}, .afterwards = {remove_number}},
    {.type = "number.removed", .steps = {add_number, drain_number, remove_number}},
    {.type = "participant.blocked", .steps = {open, join, block}},
    {.type = "participant.joined", .steps = {open, join}},
    {.type = "participant.left", .steps = {open, join, leave}},
    {.type = "participant.opted_in", .steps = {open, host_stops, host_is_out, host_starts}},
    {.type = "participant.opted_out", .steps = {open, host_stops}, .afterwards = {host_starts}},
    {.type = "session.closed", .steps = {open, close}},
    {.type = "session.created", .steps = {open}},
    {.type = "session.erased", .steps = {open, erase}},
    {.type = "session.in_progress", .steps = {open, host_texts}},
    {.type = "session.reopened", .steps = {open, close, reopen}},
});

template <std::size_t n>
Status run(const std::array<Step, n>& steps, Stage& stage) {
  for (const Step step : steps)
    if (step != nullptr) BAUTA_CHECK(step(stage));
  return {};
}

}  // namespace

std::vector<std::string> triggered_types(bool with_test_key) {
  std::vector<std::string> types;
  for (const auto& recipe : kRecipes)
    if (recipe.with_test_key == with_test_key) types.emplace_back(recipe.type);
  return types;
}

Result<Reply> trigger(Client& client, const TriggerOptions& options) {
  const auto recipe = std::ranges::find(kRecipes, options.type, &Recipe::type);
  if (recipe == kRecipes.end())
    return fail("usage.type", "there is no way to make " + options.type +
                                  " happen; --sample-to sends a sample of it");
  if (recipe->with_test_key && !has_test_key(client))
    return fail("trigger.sandbox_only",
                options.type +
                    " takes phones that only the sandbox has: take a test key, or send "
                    "a sample with --sample-to");
  // The phones ask for no key.
  BAUTA_TRY(const auto handsets, Client::make({.url = options.handsets, .key = "none"}));
  BAUTA_TRY(const auto before, newest_of(client));
  Stage stage(client, *handsets, options, before);
  BAUTA_CHECK(run(recipe->steps, stage));
  auto event = wait_for(client, options.type, before);
  BAUTA_CHECK(run(recipe->afterwards, stage));
  return event;
}

}  // namespace bauta
