#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/events";
/// Between two looks.
constexpr std::chrono::milliseconds kPollPause{1'000};

constexpr std::array kColumns =
    std::to_array<Column>({{.title = "CREATED", .path = "created_at"},
                           {.title = "SEQUENCE", .path = "sequence", .align = Align::right},
                           {.title = "TYPE", .path = "type"},
                           {.title = "SESSION", .path = "session"},
                           {.title = "DATA", .path = "data"}});
constexpr Shape kShape{.columns = kColumns, .fields = {}};

struct EventWords : ListOptions {
  bool follow = false;
};

std::uint64_t sequence_of(const Json::Value& event) {
  return event["sequence"].isUInt64() ? event["sequence"].asUInt64() : 0;
}

/// The events since the last look.
class Follower {
 public:
  Follower(Client& client, const Output& output) : client_(client), output_(output) {}

  Status begin(std::size_t limit) {
    BAUTA_TRY(const auto reply, client_.list(kPath, {}, limit));
    show(reply.json["data"]);
    return {};
  }

  /// All that is new, however much it is: page by page until what was shown before.
  Status look() {
    Json::Value fresh(Json::arrayValue);
    std::string cursor;
    do {
      Form query{{"limit", "100"}};
      if (!cursor.empty()) query.emplace_back("cursor", cursor);
      BAUTA_TRY(const auto page, client_.get(kPath, query));
      cursor = string_in(page.json, "next_cursor");
      for (const auto& event : page.json["data"]) {
        if (sequence_of(event) <= last_) {
          cursor.clear();
          break;
        }
        fresh.append(event);
      }
    } while (!cursor.empty());
    show(fresh);
    return {};
  }

 private:
  /// `newest_first` as the API lists them; shown the oldest first.
  void show(const Json::Value& newest_first) {
    const auto events = oldest_first(newest_first);
    if (!events.empty()) last_ = sequence_of(events[events.size() - 1]);
    if (output_.is_json()) {
      for (const auto& event : events) Output::data(write_json(event) + "\n");
    } else if (!events.empty()) {
      Output::data(table_.draw(events));
    }
    std::fflush(stdout);
  }

  Client& client_;
  const Output& output_;
  Table table_{kColumns};
  std::uint64_t last_ = 0;
};

bool is_passing(const Error& error) {
  return error.code == "server.unreachable" || error.code == "server.outcome_unknown" ||
         error.code == "overloaded" || error.code == "rate.limited";
}

/// Until it is ended from outside; a server that is started anew is followed on.
Status follow(Client& client, const Output& output, std::size_t limit) {
  Follower follower(client, output);
  BAUTA_CHECK(follower.begin(limit));
  bool was_lost = false;
  while (std::ferror(stdout) == 0) {
    std::this_thread::sleep_for(kPollPause);
    const auto looked = follower.look();
    if (!looked && !is_passing(looked.error())) return looked;
    if (!looked && !was_lost)
      Output::say("waiting: " + std::string(looked.error().code) + ": " + looked.error().detail);
    was_lost = !looked;
  }
  return {};
}

Status show_events(Client& client, const Output& output, const EventWords& words) {
  if (words.follow) return follow(client, output, words.limit);
  BAUTA_TRY(const auto events, client.list(kPath, {}, words.limit));
  output.story(kShape, events);
  return {};
}

}  // namespace

void add_event_commands(ClientCommands& commands) {
  const auto shown = commands.add({.name = "events",
                                   .does = "List what happened, the oldest first",
                                   .example = "bauta events --follow --json | jq .type"},
                                  show_events);
  shown.app->add_flag("--follow", shown.options->follow,
                      "Go on with what happens; with --json one event a line");
  add_limit(shown.app, *shown.options);
}

}  // namespace bauta
