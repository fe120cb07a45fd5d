#include "proxy/demo/demo.h"

#include <fmt/format.h>
#include <json/value.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "proxy/demo/ask.h"
#include "proxy/demo/phones.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;

/// Lines of one of these kinds only: see docs of fictional numbers (NANPA 555-01xx, Ofcom 020 7946 0xxx, Bundesnetzagentur 030 23125 xxx).
constexpr int kNumbersEach = 20;
constexpr milliseconds kPollPause{40};
constexpr milliseconds kPatience{10'000};
/// So that people can watch.
constexpr milliseconds kReadingPause{900};

struct Line {
  bool host;
  std::string_view text;
};
constexpr std::array<Line, 6> kConversation = {{
    {true, "Hello! This is your host for Friday. When will you arrive?"},
    {false, "Hi! We land at 18:40, so about eight. Is that too late?"},
    {true, "Not at all. The key is in the blue box beside the door, code 4711."},
    {false, "Perfect. Does the café downstairs still serve dinner then?"},
    {true, "Until ten. Ask for the crab cakes 🦀"},
    {false, "We will, thank you!"},
}};

std::unexpected<Error> failed(std::string detail) { return fail("demo.failed", std::move(detail)); }

Task<void> sleep_for(milliseconds time) {
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(time);
  co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
}

std::string now_as_people_read_it() {
  const auto now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{:02}:{:02}", local.tm_hour, local.tm_min);
}

Json::Value number_json(const std::string& number) {
  Json::Value one;
  one["number"] = number;
  one["connection"] = "simulated";
  one["rate_per_second"] = 100;  // nobody bills it
  return one;
}

/// Draws the two phones again and again in the same place.
class Screen {
 public:
  Screen() : terminal_(isatty(STDOUT_FILENO) == 1) {}
  bool is_terminal() const { return terminal_; }

  /// What does not fit on the terminal has scrolled off the phones' screens.
  void draw(ShownPhone left, ShownPhone right) {
    if (!terminal_) return;
    if (lines_ > 0) std::fputs(fmt::format("\x1b[{}A\x1b[J", lines_).c_str(), stdout);
    while (lines_of(draw_phones(left, right, false)) >= rows() && left.texts.size() > 1 &&
           right.texts.size() > 1) {
      left.texts.erase(left.texts.begin());
      right.texts.erase(right.texts.begin());
    }
    print(left, right);
  }
  void print(const ShownPhone& left, const ShownPhone& right) {
    const auto picture = draw_phones(left, right, terminal_);
    lines_ = lines_of(picture);
    std::fputs(picture.c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  static std::size_t lines_of(const std::string& picture) {
    return static_cast<std::size_t>(std::count(picture.begin(), picture.end(), '\n'));
  }
  static std::size_t rows() {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
    return known ? size.ws_row : 24;
  }

  const bool terminal_;
  std::size_t lines_ = 0;
};

class Play {
 public:
  Play(HttpClient& client, DemoPlaces places) : client_(client), places_(std::move(places)) {}

  Task<Result<DemoPeople>> run() {
    BAUTA_CO_TRY(people_, co_await open_session());
    host_.thread = spaced(people_.host_number);
    guest_.thread = spaced(people_.guest_number);
    for (const auto& line : kConversation) BAUTA_CO_CHECK(co_await say(line));
    if (!screen_.is_terminal()) screen_.print(host_, guest_);
    co_return people_;
  }

 private:
  Task<Result<DemoPeople>> open_session() {
    BAUTA_CO_TRY(const auto known,
                 co_await ask(&client_, {.url = places_.relay_url +
                                                "/api/v1/sessions?unique_name=demo&limit=1",
                                         .key = places_.key}));
    const auto& found = known["data"][0];
    if (found.isObject() && string_in(found, "status") != "closed") co_return people_of(found);

    Json::Value session;
    for (const auto& [address, label] :
         {std::pair{DemoPeople::kHost, "Host"}, std::pair{DemoPeople::kGuest, "Guest"}}) {
      Json::Value participant;
      participant["address"] = address;
      participant["label"] = label;
      session["participants"].append(std::move(participant));
    }
    session["unique_name"] = "demo";
    session["ttl_seconds"] = 24 * 3'600;
    BAUTA_CO_TRY(const auto opened,
                 co_await ask(&client_, {.method = "POST",
                                         .url = places_.relay_url + "/api/v1/sessions",
                                         .key = places_.key,
                                         .body = write_json(session)}));
    co_return people_of(opened);
  }

  static Result<DemoPeople> people_of(const Json::Value& session) {
    const auto& participants = session["participants"];
    if (!participants.isArray() || participants.size() != 2) {
      return failed("the session has not two participants");
    }
    return DemoPeople{.host_number = string_in(participants[0], "virtual_number"),
                      .guest_number = string_in(participants[1], "virtual_number"),
                      .session = string_in(session, "id")};
  }

  /// One text from phone to phone.
  Task<Status> say(Line line) {
    auto& writer = line.host ? host_ : guest_;
    auto& reader = line.host ? guest_ : host_;
    const std::string writer_address = line.host ? DemoPeople::kHost : DemoPeople::kGuest;
    const std::string reader_address = line.host ? DemoPeople::kGuest : DemoPeople::kHost;
    BAUTA_CO_TRY(const auto before, co_await read_inbox(reader_address, 0));
    const auto after = before.empty() ? 0 : before[before.size() - 1]["sequence"].asUInt64();

    Json::Value text;
    text["from"] = writer_address;
    text["to"] = line.host ? people_.host_number : people_.guest_number;
    text["text"] = std::string(line.text);
    BAUTA_CO_TRY(const auto written,
                 co_await ask(&client_, {.method = "POST",
                                         .url = places_.handsets_url + "/handsets/text",
                                         .body = write_json(text)}));
    static_cast<void>(written);
    writer.texts.push_back({.mine = true,
                            .text = std::string(line.text),
                            .time = now_as_people_read_it(),
                            .ticks = " ·"});
    const auto mine = writer.texts.size() - 1;
    screen_.draw(host_, guest_);

    BAUTA_CO_TRY(const auto received, co_await wait_for_text(reader_address, after));
    writer.texts[mine].ticks = " ✓";
    reader.texts.push_back({.mine = false,
                            .text = string_in(received, "text"),
                            .time = now_as_people_read_it(),
                            .ticks = ""});
    reader.thread = spaced(string_in(received, "from"));
    screen_.draw(host_, guest_);
    if (co_await is_delivered()) writer.texts[mine].ticks = "✓✓";
    screen_.draw(host_, guest_);
    if (screen_.is_terminal()) co_await sleep_for(kReadingPause);
    co_return Status{};
  }

  Task<Result<Json::Value>> read_inbox(std::string address, std::uint64_t after) {
    Json::Value question;
    question["address"] = address;
    question["after"] = Json::UInt64{after};
    BAUTA_CO_TRY(auto inbox,
                 co_await ask(&client_, {.method = "POST",
                                         .url = places_.handsets_url + "/handsets/inbox",
                                         .body = write_json(question)}));
    co_return inbox["texts"];
  }

  Task<Result<Json::Value>> wait_for_text(std::string address, std::uint64_t after) {
    const auto patience = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < patience) {
      BAUTA_CO_TRY(auto texts, co_await read_inbox(address, after));
      if (!texts.empty()) co_return texts[0];
      co_await sleep_for(kPollPause);
    }
    co_return failed("a text did not arrive within ten seconds");
  }

  /// The receipt comes a moment after the text; without one the conversation goes on all the same.
  Task<bool> is_delivered() {
    const auto patience = std::chrono::steady_clock::now() + milliseconds{3'000};
    while (std::chrono::steady_clock::now() < patience) {
      const auto messages = co_await ask(&client_, {.url = places_.relay_url + "/api/v1/sessions/" +
                                                           people_.session + "/messages?limit=1",
                                                    .key = places_.key});
      if (!messages) co_return false;
      if (string_in((*messages)["data"][0]["deliveries"][0], "status") == "delivered") {
        co_return true;
      }
      co_await sleep_for(kPollPause);
    }
    co_return false;
  }

  HttpClient& client_;
  const DemoPlaces places_;
  Screen screen_;
  DemoPeople people_;
  ShownPhone host_{
      .owner = "Host, Washington", .number = spaced(DemoPeople::kHost), .thread = "", .texts = {}};
  ShownPhone guest_{
      .owner = "Guest, London", .number = spaced(DemoPeople::kGuest), .thread = "", .texts = {}};
};

}  // namespace

Task<Status> add_demo_numbers(HttpClient& client, DemoPlaces places) {
  Json::Value numbers;
  for (int i = 0; i < kNumbersEach; ++i) {
    numbers["numbers"].append(number_json(fmt::format("+1202555{:04}", 160 + i)));
    numbers["numbers"].append(number_json(fmt::format("+4420794606{:02}", i)));
    numbers["numbers"].append(number_json(fmt::format("+493023125{:03}", 600 + i)));
  }
  const auto added = co_await ask(&client, {.method = "POST",
                                            .url = places.relay_url + "/api/v1/numbers",
                                            .key = places.key,
                                            .body = write_json(numbers)});
  if (!added) co_return std::unexpected(added.error());
  co_return Status{};
}

Task<Result<DemoPeople>> play_demo(HttpClient& client, DemoPlaces places) {
  Play play(client, std::move(places));
  co_return co_await play.run();
}

std::string dev_curl_lines(const DemoPlaces& places) {
  return fmt::format(
      "Open a session between two people; the answer names the number that each of them texts:\n"
      "  curl -s -X POST -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n"
      "    {relay}/api/v1/sessions -d "
      "'{{\"participants\":[{{\"address\":\"{host}\"}},{{\"address\":\"{guest}\"}}]}}'\n"
      "Let one of their phones text that number, and look at the other phone:\n"
      "  curl -s {handsets}/handsets/text -d "
      "'{{\"from\":\"{host}\",\"to\":\"VIRTUAL_NUMBER\",\"text\":\"Hello!\"}}'\n"
      "  curl -s {handsets}/handsets/inbox -d '{{\"address\":\"{guest}\"}}'\n",
      fmt::arg("handsets", places.handsets_url), fmt::arg("relay", places.relay_url),
      fmt::arg("key", places.key), fmt::arg("guest", DemoPeople::kGuest),
      fmt::arg("host", DemoPeople::kHost));
}

std::string dev_command_lines(const DemoPlaces& places) {
  return fmt::format(
      "The same from another terminal, with bauta itself:\n"
      "  export BAUTA_URL={relay} BAUTA_KEY={key}\n"
      "  bauta session open --participant {host} --participant {guest}\n"
      "  bauta session list\n"
      "Ctrl-C ends it.\n",
      fmt::arg("relay", places.relay_url), fmt::arg("key", places.key),
      fmt::arg("guest", DemoPeople::kGuest), fmt::arg("host", DemoPeople::kHost));
}

std::string demo_curl_lines(const DemoPlaces& places, const DemoPeople& people) {
  return fmt::format(
      "Go on by hand.  The guest writes from London:\n"
      "  curl -s {handsets}/handsets/text -d "
      "'{{\"from\":\"{guest}\",\"to\":\"{guest_number}\",\"text\":\"Here!\"}}'\n"
      "What the host's phone got:\n"
      "  curl -s {handsets}/handsets/inbox -d '{{\"address\":\"{host}\"}}'\n"
      "What the platform sees:\n"
      "  curl -s -H 'Authorization: Bearer {key}' {relay}/api/v1/sessions/{session}/messages\n"
      "End the session: its numbers go dead for the two.\n"
      "  curl -s -X PATCH -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n"
      "    {relay}/api/v1/sessions/{session} -d '{{\"status\":\"closed\"}}'\n"
      "Make the carrier worse:\n"
      "  curl -s {handsets}/trouble -d "
      "'{{\"delay_ms\":500,\"duplicate_percent\":30,\"loss_percent\":10}}'\n",
      fmt::arg("handsets", places.handsets_url), fmt::arg("relay", places.relay_url),
      fmt::arg("key", places.key), fmt::arg("guest", DemoPeople::kGuest),
      fmt::arg("host", DemoPeople::kHost), fmt::arg("guest_number", people.guest_number),
      fmt::arg("session", people.session));
}

}  // namespace bauta
