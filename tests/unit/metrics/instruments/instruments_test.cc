#include "metrics/instruments/instruments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace bauta::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

/// Calls every verb once.
void use_all(Instruments& instruments) {
  instruments.text_in("twilio", "relayed");
  instruments.text_out("twilio", "accepted");
  instruments.text_out("twilio", "later");
  instruments.accepted_after(milliseconds(3));
  instruments.relayed_after(seconds(2));
  instruments.refused("pool.exhausted");
  instruments.asked("twilio", "not_found");
  instruments.possible_double("twilio");
  instruments.failed_over("twilio", "telnyx");
  instruments.breaker("twilio", "open", 2);
  instruments.breaker_kept("twilio");
  instruments.unknown_status_word("twilio");
  instruments.dead_letter("session.ended");
  instruments.crashed_claim();
  instruments.lane_texts_changed(5);
  instruments.lane_oldest("0", seconds(7));
  instruments.waiting("twilio", 6, seconds(9));
  instruments.commit_done("committed");
  instruments.group_committed(12, milliseconds(1));
  instruments.commit_queue(3);
  instruments.store_compacted(true, std::chrono::seconds(2));
  instruments.store_disk(5'000, 256, true);
  instruments.backup_failed();
  instruments.backup_done(std::chrono::milliseconds(2'500));
  instruments.newest_backup(std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000)), 4096);
  instruments.journal_written(3);
  instruments.journal_failing(true);
  instruments.journal_replayed("lines", 7);
  instruments.recovery(true);
  instruments.clock(true, std::chrono::milliseconds(-1'500));
  instruments.sessions("open", 4);
  instruments.pool_numbers("US", "202", "active", 9);
  instruments.pool_lines("GB", "", "live", 2);
  instruments.webhook_attempted("timeout", seconds(20));
  instruments.webhook_disabled("gone");
  instruments.webhooks("0", "down", 2);
  instruments.webhook_oldest("0", seconds(8));
  instruments.http_request("public", "/api/v1/sessions/{id}", "GET", 200, milliseconds(4));
  instruments.http_connections_changed("public", 1);
  instruments.http_rejected("public", "malformed");
  instruments.tls_certificate_taken("public", seconds(1'900'000'000));
  instruments.tls_reload("public", "refused");
  instruments.config_in_force("abcdefghijklmnop");
  instruments.config_reload("refused");
  instruments.config_waits(2);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::size_t lines_with(const std::string& text, std::string_view part) {
  const auto lines = lines_of(text);
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [&](const auto& line) { return line.contains(part); }));
}

/// The rules of the text format, and of Prometheus' naming, that scrapers and promtool hold us to.
void expect_well_formed(const std::string& text) {
  ASSERT_TRUE(text.ends_with('\n'));
  std::map<std::string, std::string> types;
  std::set<std::string> helped, series;
  for (const auto& line : lines_of(text)) {
    std::istringstream words(line);
    std::string hash, kind, name;
    if (line.starts_with('#')) {
      words >> hash >> kind >> name;
      EXPECT_THAT(name, ::testing::MatchesRegex("bauta_[a-z_]+")) << line;
      if (kind == "HELP") {
        EXPECT_TRUE(helped.insert(name).second) << "a second " << line;
        EXPECT_TRUE(line.ends_with('.')) << line;
      } else {
        ASSERT_EQ(kind, "TYPE") << line;
        std::string type;
        words >> type;
        EXPECT_TRUE(types.emplace(name, type).second) << "a second " << line;
        EXPECT_EQ(type == "counter", name.ends_with("_total")) << line;
        for (const auto* unit : {"_milliseconds", "_ms", "_kilobytes", "_minutes"})
          EXPECT_FALSE(name.contains(unit)) << line;
        if (type == "histogram")
          EXPECT_TRUE(name.ends_with("_seconds") || name.ends_with("_size")) << line;
      }
      continue;
    }
    const auto value_at = line.rfind(' ');
    ASSERT_NE(value_at, std::string::npos) << line;
    EXPECT_NO_THROW(std::stod(line.substr(value_at + 1))) << line;
    EXPECT_TRUE(series.insert(line.substr(0, value_at)).second) << "a second " << line;
    name = line.substr(0, line.find_first_of("{ "));
    std::string family = name;
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
      const auto base = name.substr(0, name.size() - std::min(name.size(), suffix.size()));
      if (name.ends_with(suffix) && types.contains(base) && types[base] == "histogram")
        family = base;
    }
    EXPECT_TRUE(types.contains(family)) << "no TYPE before " << line;
    EXPECT_TRUE(helped.contains(family)) << "no HELP before " << line;
  }
}

TEST(Instruments, ExposesWhatPrometheusReads) {
  Instruments instruments("0.1.0", "abc");
  use_all(instruments);
  const auto text = instruments.expose();
  expect_well_formed(text);
  for (
      const auto* line : {
          R"(bauta_build_info{revision="abc",version="0.1.0"} 1)",
          R"(bauta_texts_total{connection="twilio",direction="inbound",outcome="relayed"} 1)",
          R"(bauta_texts_total{connection="twilio",direction="outbound",outcome="accepted"} 1)",
          R"(bauta_accept_seconds_bucket{le="0.005"} 1)",
          R"(bauta_accept_seconds_bucket{le="0.0025"} 0)",
          R"(bauta_end_to_end_seconds_sum 2)",
          R"(bauta_refusals_total{code="pool.exhausted"} 1)",
          R"(bauta_asked_total{connection="twilio",outcome="not_found"} 1)",
          R"(bauta_breaker_state{connection="twilio"} 2)",
          R"(bauta_breaker_transitions_total{connection="twilio",to="open"} 1)",
          R"(bauta_breaker_kept_texts_total{connection="twilio"} 1)",
          R"(bauta_possible_doubles_total{connection="twilio"} 1)",
          R"(bauta_failovers_total{from="twilio",to="telnyx"} 1)",
          R"(bauta_unknown_status_words_total{connection="twilio"} 1)",
          R"(bauta_dead_letters_total{code="session.ended"} 1)",
          R"(bauta_crashed_claims_total 1)",
          R"(bauta_lane_texts 5)",
          R"(bauta_lane_oldest_seconds{owner="0"} 7)",
          R"(bauta_waiting_texts{connection="twilio"} 6)",
          R"(bauta_waiting_oldest_seconds{connection="twilio"} 9)",
          R"(bauta_commits_total{outcome="committed"} 1)",
          R"(bauta_commit_group_size_bucket{le="16"} 1)",
          R"(bauta_fsync_seconds_count 1)",
          R"(bauta_commit_queue 3)",
          R"(bauta_store_compactions_total{outcome="done"} 1)",
          R"(bauta_store_compaction_seconds 2)",
          R"(bauta_store_free_bytes 5000)",
          R"(bauta_store_reserve_bytes 256)",
          R"(bauta_store_full 1)",
          R"(bauta_backups_total{outcome="failed"} 1)",
          R"(bauta_backups_total{outcome="done"} 1)",
          R"(bauta_backup_seconds 2.5)",
          R"(bauta_backup_timestamp_seconds 1700000000)",
          R"(bauta_backup_bytes 4096)",
          R"(bauta_journal_entries_total 3)",
          R"(bauta_journal_failing 1)",
          R"(bauta_journal_replayed{kind="lines"} 7)",
          R"(bauta_recovery 1)",
          R"(bauta_clock_doubted 1)",
          R"(bauta_clock_offset_seconds -1.5)",
          R"(bauta_sessions{status="open"} 4)",
          R"(bauta_pool_numbers{area_code="202",country="US",status="active"} 9)",
          R"(bauta_pool_lines{area_code="none",country="GB",state="live"} 2)",
          R"(bauta_webhook_deliveries_total{outcome="timeout"} 1)",
          R"(bauta_webhook_deliveries_total{outcome="delivered"} 0)",
          R"(bauta_webhook_delivery_seconds_sum 20)",
          R"(bauta_webhooks_disabled_total{reason="gone"} 1)",
          R"(bauta_webhooks{owner="0",status="down"} 2)",
          R"(bauta_webhook_oldest_seconds{owner="0"} 8)",
          R"(bauta_http_requests_total{listener="public",method="GET",route="/api/v1/sessions/{id}",status="200"} 1)",
          R"(bauta_http_request_seconds_count{listener="public",route="/api/v1/sessions/{id}"} 1)",
          R"(bauta_http_connections{listener="public"} 1)",
          R"(bauta_http_rejected_total{listener="public",reason="malformed"} 1)",
          R"(bauta_config_info{hash="abcdefghijklmnop"} 1)",
          R"(bauta_config_reloads_total{result="refused"} 1)",
          R"(bauta_config_reloads_total{result="taken_up"} 0)",
          R"(bauta_config_last_reload_successful 0)",
          R"(bauta_config_restart_needed 2)",
          R"(# TYPE bauta_config_last_reload_success_timestamp_seconds gauge)",
          R"(# TYPE bauta_process_resident_memory_bytes gauge)",
          R"(# TYPE bauta_process_cpu_seconds_total counter)",
          R"(# TYPE bauta_process_start_time_seconds gauge)",
          R"(# TYPE bauta_process_open_fds gauge)",
          R"(# TYPE bauta_process_max_fds gauge)",
          R"(# TYPE bauta_process_threads gauge)",
      }) {
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
  }
}

TEST(Instruments, RemembersWhenAConnectionWasLastInTrouble) {
  Instruments instruments("0.1.0", "abc");
  const auto is_shown = [&](const std::string& outcome) {
    instruments.text_out("twilio", outcome);
    return instruments.expose().contains(
        "bauta_trouble_timestamp_seconds{connection=\"twilio\",outcome=\"" + outcome + "\"} 1");
  };
  for (const auto* outcome : {"accepted", "delivered", "blocked"})
    EXPECT_FALSE(is_shown(outcome)) << outcome;
  for (const auto* outcome : {"refused", "later", "unknown", "undelivered", "failed"})
    EXPECT_TRUE(is_shown(outcome)) << outcome;
}

TEST(Instruments, TellsItsCountersAndGaugesToWhoShowsThemOtherwise) {
  Instruments instruments("0.1.0", "abc");
  use_all(instruments);
  std::map<std::string, double> shown;
  for (const auto& [name, labels, value] : instruments.samples()) {
    auto& series = shown[name];
    if (labels.size() <= 1) series = value;
  }
  EXPECT_EQ(shown["bauta_dead_letters_total"], 1);
  EXPECT_EQ(shown["bauta_lane_texts"], 5);
  EXPECT_GT(shown["bauta_process_start_time_seconds"], 1'000'000'000);
  EXPECT_FALSE(shown.contains("bauta_fsync_seconds")) << "a histogram is no single value";
}

TEST(Instruments, EveryFamilyStandsInTheDocumentationWithItsTypeAndMeaning) {
  Instruments instruments("0.1.0", "abc");
  use_all(instruments);
  std::ifstream file(BAUTA_DOCS "/operations/metrics.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  std::map<std::string, std::string> helps;
  for (const auto& line : lines_of(instruments.expose())) {
    std::istringstream words(line);
    std::string hash, kind, name, rest;
    words >> hash >> kind >> name;
    std::getline(words >> std::ws, rest);
    if (kind == "HELP") helps[name] = rest;
    if (kind != "TYPE") continue;
    const std::string row =
        std::string("\n\\| `").append(name).append("[^|]*` \\| ").append(rest).append(" \\| ");
    EXPECT_THAT(page, ::testing::ContainsRegex(row)) << name;
    EXPECT_THAT(page, HasSubstr(std::string("| ").append(rest).append(" | ").append(helps[name])))
        << name;
  }
}

TEST(Instruments, IsWellFormedBeforeAnythingHappened) {
  const Instruments instruments("0.1.0", "abc");
  const auto text = instruments.expose();
  expect_well_formed(text);
  EXPECT_THAT(text, HasSubstr("bauta_commits_total{outcome=\"unknown\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("bauta_crashed_claims_total 0\n"));
}

TEST(Instruments, CountsUpAndDown) {
  Instruments instruments("0.1.0", "abc");
  instruments.lane_texts_changed(5);
  instruments.lane_texts_changed(-2);
  instruments.http_connections_changed("admin", 2);
  instruments.http_connections_changed("admin", -2);
  EXPECT_THAT(instruments.expose(), HasSubstr("bauta_lane_texts 3\n"));
  EXPECT_THAT(instruments.expose(), HasSubstr("bauta_http_connections{listener=\"admin\"} 0\n"));
}

TEST(Instruments, OneConfigurationCountsAtATime) {
  Instruments instruments("0.1.0", "abc");
  EXPECT_THAT(instruments.expose(), HasSubstr("bauta_config_last_reload_successful 1\n"));
  for (const auto* hash : {"aaaa", "bbbb", "bbbb", "cccc"}) instruments.config_in_force(hash);
  EXPECT_EQ(lines_with(instruments.expose(), "bauta_config_info{"), 1U);
  EXPECT_THAT(instruments.expose(), HasSubstr("bauta_config_info{hash=\"cccc\"} 1\n"));
  instruments.config_reload("refused");
  instruments.config_reload("taken_up");
  EXPECT_THAT(instruments.expose(), HasSubstr("bauta_config_last_reload_successful 1\n"));
}

TEST(Instruments, TheForeignWorldCannotMakeSeriesWithoutEnd) {
  Instruments instruments("0.1.0", "abc");
  for (int i = 0; i < 5'000; ++i) instruments.refused("code." + std::to_string(i));
  instruments.refused("code.7");
  const auto text = instruments.expose();
  EXPECT_EQ(lines_with(text, "bauta_refusals_total{"), 1'001U);
  EXPECT_THAT(text, HasSubstr("bauta_refusals_total{code=\"code.7\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("bauta_refusals_total{code=\"other\"} 4000\n"));
}

TEST(Instruments, AGaugeBeyondTheLimitIsMissingRatherThanWrong) {
  Instruments instruments("0.1.0", "abc");
  for (int i = 0; i < 3'000; ++i) instruments.sessions("status" + std::to_string(i), 1);
  const auto text = instruments.expose();
  EXPECT_EQ(lines_with(text, "bauta_sessions{"), 1'000U);
  EXPECT_THAT(text, Not(HasSubstr("other")));
}

TEST(Instruments, AMethodThatIsNoneIsOther) {
  Instruments instruments("0.1.0", "abc");
  instruments.http_request("public", "unmatched", "BREW", 405, milliseconds(1));
  EXPECT_THAT(instruments.expose(),
              HasSubstr("method=\"other\",route=\"unmatched\",status=\"405\"} 1\n"));
}

TEST(NeverReveal, NoLabelShowsATelephoneOrForeignOctets) {
  Instruments instruments("0.1.0", "abc");
  instruments.refused("+12025550142");
  instruments.refused("no route for 2025550142");
  instruments.refused("bad\noctets \xff");
  instruments.refused(std::string(101, 'x'));
  instruments.refused("");
  const auto text = instruments.expose();
  EXPECT_THAT(text, Not(HasSubstr("2025550142")));
  EXPECT_THAT(text, HasSubstr("bauta_refusals_total{code=\"other\"} 5\n"));
  expect_well_formed(text);
}

TEST(Instruments, LosesNothingWhenThreadsMakeTheSameSeriesAtOnce) {
  Instruments instruments("0.1.0", "abc");
  {
    std::vector<std::jthread> threads;
    threads.reserve(5);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 2'000; ++i)
          instruments.text_in("connection-" + std::to_string(i % 50), "relayed");
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) expect_well_formed(instruments.expose());
    });
  }
  const auto text = instruments.expose();
  EXPECT_EQ(lines_with(text, "bauta_texts_total{"), 50U);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(text, HasSubstr("{connection=\"connection-" + std::to_string(i) +
                                "\",direction=\"inbound\",outcome=\"relayed\"} 160\n"));
  }
}

}  // namespace
}  // namespace bauta::metrics
