#include "routing/desk/carrier_teller.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "routing/desk/desk.pb.h"
#include "storage/store/give_way.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPage = 500;
/// A commit has room for many more events.
constexpr std::size_t kServicesPerCommit = 100;

Key down_key(std::string_view connection) { return Key("down").text(connection); }

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

/// "2026-03-01T09:30:00Z"
std::string time_text(TimePoint at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day())) + "T" + two_digits(time.hours().count()) +
         ":" + two_digits(time.minutes().count()) + ":" + two_digits(time.seconds().count()) + "Z";
}

Event event_of(const CarrierNews& news, TimePoint now, Random& random) {
  std::vector<std::pair<std::string, std::string>> data{
      {"connection", news.connection}, {"code", news.code}, {"since", time_text(news.since)}};
  if (news.is_down)
    return EventLog::make(EventType::carrier_down, {}, now, random, std::move(data));
  const auto down = std::chrono::round<std::chrono::seconds>(news.until - news.since);
  data.emplace_back("down_seconds", std::to_string(std::max<std::int64_t>(0, down.count())));
  return EventLog::make(EventType::carrier_up, {}, now, random, std::move(data));
}

/// `telling`: false again when this goes.
class Turn {
 public:
  explicit Turn(std::shared_ptr<std::atomic<bool>> telling)
      : telling_(std::move(telling)), is_mine_(!telling_->exchange(true)) {}
  ~Turn() {
    if (is_mine_) *telling_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool is_mine() const { return is_mine_; }

 private:
  std::shared_ptr<std::atomic<bool>> telling_;
  bool is_mine_;
};

}  // namespace

Task<Status> CarrierTeller::recall() {
  auto request = ScanRequest::prefix(Key("down"));
  request.records_max = kPage;  // connections of one configuration
  BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(std::move(request)));
  Commit forget;
  for (const KeyedRecord& kept : page.records) {
    BAUTA_CO_TRY(const auto down, decode<records::CarrierDown>(kept.record));
    KeyReader key(kept.key, "down");
    std::string connection(key.text());
    // What no text is handed to any more would stay down for ever.
    if (bench_.parts.limits.breaker.failures == 0 || !bench_.knows_connection(connection)) {
      forget.erase(kept.key);
      continue;
    }
    bench_.parts.breakers->recall({.connection = std::move(connection),
                                   .is_down = true,
                                   .code = down.value.code(),
                                   .since = from_millis(down.value.since_ms())},
                                  bench_.parts.clock.steady());
  }
  if (forget.erases.empty()) co_return Status{};
  // Nothing is lost if this fails: the next start does the same.
  static_cast<void>(co_await commit_once(bench_.parts.store, std::move(forget)));
  co_return Status{};
}

Task<Status> CarrierTeller::tell() {
  const Turn turn(telling_);
  if (!turn.is_mine()) co_return Status{};
  while (auto news = bench_.parts.breakers->next_news()) {
    BAUTA_CO_CHECK(co_await tell_one(*std::move(news)));
    bench_.parts.breakers->news_told();
    not_reached_.reset();
  }
  co_return Status{};
}

Task<Status> CarrierTeller::tell_one(CarrierNews news) {
  if (!not_reached_) {
    BAUTA_CO_TRY(not_reached_, co_await concerned(news.connection));
    // Kept even if it concerns nobody yet.
    if (not_reached_->empty()) co_return co_await tell_some(std::move(news));
  }
  while (!not_reached_->empty()) BAUTA_CO_CHECK(co_await tell_some(news));
  co_return Status{};
}

/// The next few services, in one commit.
Task<Status> CarrierTeller::tell_some(CarrierNews news) {
  Commit commit;
  std::vector<ServiceId> reached;
  for (const ServiceId service : *not_reached_) {
    if (reached.size() == kServicesPerCommit) break;
    reached.push_back(service);
    BAUTA_CO_TRY(const auto found, co_await bench_.services.find(service));
    if (!found || found->value.removing) continue;
    commit.expect(Services::key_of(service), found->version);
    EventLog::append(commit, service, event_of(news, bench_.now(service), bench_.parts.random));
  }
  const Key kept = down_key(news.connection);
  if (news.is_down) {
    records::CarrierDown down;
    down.set_code(news.code);
    down.set_since_ms(to_millis(news.since));
    commit.put(kept, down.SerializeAsString());
  } else {
    commit.erase(kept);
  }
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  if (!done) co_return contended();  // a service was changed: the next call reads it again
  for (const ServiceId service : reached) not_reached_->erase(service);
  co_return Status{};
}

/// Those whose texts leave by it first.  Who only names it as a fallback loses nothing while its own connection works.
Task<Result<std::set<ServiceId>>> CarrierTeller::concerned(std::string connection) const {
  std::set<ServiceId> services;
  auto request = ScanRequest::prefix(Key("number"));
  request.records_max = kPage;
  for (bool more = true; more;) {
    co_await give_way();
    BAUTA_CO_TRY(auto page, co_await bench_.parts.store.scan(request));
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(const auto number, decode_number(record.record));
      if (number.value.connection == connection) services.insert(number.value.service);
    }
    more = page.more;
    if (more)
      request.after = page.records.empty() ? std::move(page.resume_after)
                                           : std::optional(std::move(page.records.back().key));
  }
  co_return services;
}

}  // namespace bauta
