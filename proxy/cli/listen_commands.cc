#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "proxy/cli/client_command.h"
#include "proxy/cli/forwarder.h"
#include "proxy/cli/local_command.h"
#include "proxy/cli/progress_line.h"
#include "proxy/cli/signature_check.h"
#include "proxy/net/event_source.h"
#include "proxy/net/json.h"
#include "routing/webhooks/signature.h"
#include "storage/seal/system_random.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/events";
constexpr std::chrono::milliseconds kPauseMax{30'000};
constexpr unsigned kTooMany = 429, kUnavailable = 503;

struct ListenWords {
  std::string forward;
  std::vector<std::string> types;
  std::string secret_file;
  std::string after;
  int tries = 5;
};

bool is_wanted(const std::vector<std::string>& patterns, std::string_view type) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           if (pattern.ends_with('*'))
             return type.starts_with(pattern.substr(0, pattern.size() - 1));
           return pattern == type;
         });
}

std::string outcome_of(const Forwarded& forwarded) {
  return forwarded.status != 0 ? std::to_string(forwarded.status) : printable(forwarded.error);
}

/// Follows the events of a server and posts each to an endpoint.
class Listening {
 public:
  Listening(Client& client, const Output& output, const ListenWords& words)
      : client_(client), output_(output), words_(words) {}

  /// "message.sent: Connection refused, again in 2 s (try 2 of 5)"
  void say_retry(const Forwarded& so_far, std::chrono::milliseconds pause) {
    say(fmt::format("{}: {}, again in {} s (try {} of {})", type_, outcome_of(so_far),
                    std::chrono::ceil<std::chrono::seconds>(pause).count(), so_far.tries + 1,
                    words_.tries));
  }

  /// Until it is ended from outside, or the server refuses for good.
  Status run(Forwarder& forwarder) {
    forwarder_ = &forwarder;
    EventSourceOptions source{.url = client_.options().url + kPath};
    source.headers.add("Authorization", "Bearer " + client_.options().key);
    if (!client_.options().service.empty())
      source.headers.add("Bauta-Service", client_.options().service);
    std::string last_id = words_.after;
    auto pause = std::chrono::milliseconds(0);
    while (std::ferror(stdout) == 0) {
      const auto end = follow_events(source, last_id, [this](const SentEvent& event) {
        was_lost_ = false;
        return take(event);
      });
      last_id = end.last_id;
      if (end.is_over) return {};
      BAUTA_CHECK(go_on_after(end));
      // A server that was reached is asked again as soon as it wants; one that is not, more and more seldom.
      pause = end.error.code.empty() || end.status != 0
                  ? end.retry
                  : std::min(kPauseMax, pause + pause + std::chrono::seconds(1));
      std::this_thread::sleep_for(std::min(pause, kPauseMax));
    }
    return {};
  }

 private:
  /// An error: there is no point in it.
  Status go_on_after(const EventStreamEnd& end) {
    const bool is_passing = end.status == 0 || end.status == 200 || end.status == kTooMany ||
                            end.status >= kUnavailable;
    if (!is_passing) {
      BAUTA_CHECK(client_.get(kPath, {{"limit", "1"}}));  // says why, in the API's words
      return fail("server.not_bauta",
                  fmt::format("status {} instead of a stream of events", end.status));
    }
    if (!was_lost_) {
      say(end.error.code.empty() ? "the stream ended; connecting again"
                                 : "lost the server, trying again: " + end.error.detail);
    }
    was_lost_ = true;
    return {};
  }

  bool take(const SentEvent& event) {
    if (event.type == "reset") {
      say("events are missing here: " + printable(event.data));
      return true;
    }
    if (!is_wanted(words_.types, event.type)) return true;
    const auto json = read_foreign_json(event.data);
    if (!json) return true;
    type_ = cell_of((*json)["type"]);
    const auto forwarded = forwarder_->post(string_in(*json, "id"), event.data);
    ++(forwarded.is_taken() ? taken_ : given_up_);
    show(*json, forwarded);
    progress_.show(fmt::format("{} forwarded, {} given up", taken_, given_up_));
    return std::ferror(stdout) == 0;
  }

  void show(const Json::Value& event, const Forwarded& forwarded) {
    progress_.clear();
    if (output_.is_json()) {
      Json::Value line(Json::objectValue);
      line["event"] = event;
      line["status"] = forwarded.status == 0 ? Json::Value() : Json::Value(forwarded.status);
      line["error"] = forwarded.error.empty() ? Json::Value() : Json::Value(forwarded.error);
      line["tries"] = forwarded.tries;
      line["milliseconds"] = static_cast<Json::Int64>(forwarded.took.count());
      Output::data(write_json(line) + "\n");
    } else {
      Output::data(fmt::format("{}  {:<24}  {}  {} in {} ms{}\n", cell_of(event["created_at"]),
                               cell_of(event["type"]), cell_of(event["session"]),
                               outcome_of(forwarded), forwarded.took.count(),
                               forwarded.is_taken() ? "" : ", given up"));
    }
    std::fflush(stdout);
  }

  void say(const std::string& words) {
    progress_.clear();
    Output::say(words);
  }

  Client& client_;
  const Output& output_;
  const ListenWords& words_;
  /// As long as run() runs.
  Forwarder* forwarder_ = nullptr;
  /// Of the event that is being posted.
  std::string type_ = {};
  ProgressLine progress_;
  bool was_lost_ = false;
  std::size_t taken_ = 0;
  std::size_t given_up_ = 0;
};

Status listen(Client& client, const Output& output, const ListenWords& words) {
  BAUTA_TRY(const auto given, secret_or_none(words.secret_file));
  SystemRandom random;
  const auto secret = given.empty() ? shown_secret(new_signing_key(random)) : given;
  BAUTA_TRY(auto key, octets_of_secret(secret));
  Listening listening(client, output, words);
  BAUTA_TRY(const auto forwarder,
            Forwarder::make({.url = words.forward,
                             .signing_key = std::move(key),
                             .tries = words.tries,
                             .on_retry = [&listening](const Forwarded& so_far,
                                                      std::chrono::milliseconds pause) {
                               listening.say_retry(so_far, pause);
                             }}));
  // Who may not read events is told so before anything else.
  BAUTA_CHECK(client.get(kPath, {{"limit", "1"}}));
  Output::say("events of " + client.options().url + " go to " + words.forward);
  if (given.empty()) Output::say("they are signed with " + secret);
  return listening.run(*forwarder);
}

}  // namespace

void add_listen_commands(ClientCommands& commands) {
  const auto listening = commands.add(
      {.name = "listen",
       .does = "Post events to an endpoint on this machine as they happen, as signed webhooks",
       .example = "bauta listen --forward http://localhost:3000/webhooks\n"
                  "bauta listen --forward http://localhost:3000/webhooks --type 'message.*'",
       .notes = "Signed as Standard Webhooks with a secret that is printed, or with the one in "
                "BAUTA_SIGNING_SECRET or --secret-file.  An event that is refused is tried "
                "again, later ones wait for it.  When the server is started anew it goes on "
                "behind the last event.  Ctrl-C ends it."},
      listen);
  auto& words = *listening.options;
  listening.app->add_option("--forward", words.forward, "The endpoint's URL")->required();
  listening.app
      ->add_option("--type", words.types,
                   "Only these, as message.delivered or message.*; once for each")
      ->allow_extra_args(false);
  listening.app
      ->add_option("--secret-file", words.secret_file, "Holds the secret (whsec_…) to sign with")
      ->type_name("FILE");
  listening.app->add_option("--after", words.after,
                            "Begin behind the event of this sequence; left out, with what happens "
                            "from now on");
  listening.app->add_option("--tries", words.tries, "How often an event is tried")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
}

}  // namespace bauta
