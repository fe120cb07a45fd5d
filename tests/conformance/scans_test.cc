#include <gmock/gmock.h>

#include <algorithm>

#include "tests/conformance/contract/contract.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

class Scans : public StoreContract {
 protected:
  void SetUp() override {
    Commit commit;
    for (const auto* name : {"a/1", "a/2", "a/3", "a/4", "a/5", "a", "b/1", "", "a0"}) {
      if (*name != '\0') commit.put(key(name), "v");
    }
    committed(std::move(commit));
  }

  static ScanRequest request(Direction direction = Direction::forward) {
    auto request = ScanRequest::prefix(key("a/"));
    request.direction = direction;
    return request;
  }
  /// The keys of all pages, in the order in which they came; '|' between two pages.
  std::string pages(ScanRequest request) {
    std::string text;
    for (int page_number = 0; page_number < 1000; ++page_number) {
      const auto page = run(store().scan(request));
      if (!page) return std::string(page.error().code);
      for (const auto& [key, record] : page->records) text += key.octets().back();
      if (!page->more) return text;
      text += '|';
      EXPECT_TRUE(page->resume_after);
      if (!page->records.empty())
        EXPECT_LE(page->records.size(), std::max(1U, request.records_max));
      request.after = page->records.empty() ? page->resume_after : page->records.back().key;
    }
    return text + " without an end";
  }
};
BAUTA_ON_EVERY_ENGINE(Scans);

TEST_P(Scans, ReturnWhatLiesInTheRangeInBothDirections) {
  EXPECT_EQ(scan(request()), "a/1=v a/2=v a/3=v a/4=v a/5=v");
  EXPECT_EQ(scan(request(Direction::backward)), "a/5=v a/4=v a/3=v a/2=v a/1=v");
  EXPECT_EQ(scan({.from = key("a/2"), .to = key("a/4")}), "a/2=v a/3=v");
  EXPECT_EQ(scan({.from = key("a/2"), .to = key("a/4"), .direction = Direction::backward}),
            "a/3=v a/2=v");
}

TEST_P(Scans, OfNothingAreEmpty) {
  for (const auto direction : {Direction::forward, Direction::backward}) {
    EXPECT_EQ(scan({.from = key("c"), .to = key("d"), .direction = direction}), "");
    EXPECT_EQ(scan({.from = key("a/3"), .to = key("a/3"), .direction = direction}), "");
    EXPECT_EQ(scan({.from = key("a/4"), .to = key("a/2"), .direction = direction}), "");
  }
}

TEST_P(Scans, GoOnBehindAKeyWhetherOrNotItExists) {
  auto forward = request();
  auto backward = request(Direction::backward);
  const auto after = [&](ScanRequest request, const char* octets) {
    request.after = key(octets);
    return scan(request);
  };
  EXPECT_EQ(after(forward, "a/3"), "a/4=v a/5=v");
  EXPECT_EQ(after(backward, "a/3"), "a/2=v a/1=v");
  EXPECT_EQ(after(forward, "a/33"), "a/4=v a/5=v");
  EXPECT_EQ(after(backward, "a/33"), "a/3=v a/2=v a/1=v");
  EXPECT_EQ(after(forward, "a/5"), "");
  EXPECT_EQ(after(backward, "a/1"), "");
  // Outside of the range: all of it, or nothing.
  EXPECT_EQ(after(forward, "a"), "a/1=v a/2=v a/3=v a/4=v a/5=v");
  EXPECT_EQ(after(forward, "b"), "");
  EXPECT_EQ(after(backward, "b"), "a/5=v a/4=v a/3=v a/2=v a/1=v");
  EXPECT_EQ(after(backward, "a"), "");
}

TEST_P(Scans, PageByRecordsWithoutLossOrRepetition) {
  auto forward = request();
  auto backward = request(Direction::backward);
  forward.records_max = backward.records_max = 2;
  EXPECT_EQ(pages(forward), "12|34|5");
  EXPECT_EQ(pages(backward), "54|32|1");
  forward.records_max = 5;
  EXPECT_EQ(pages(forward), "12345");
  forward.records_max = 0;
  EXPECT_EQ(pages(forward), "1|2|3|4|5");
}

TEST_P(Scans, PageByBytesButReturnAtLeastOneRecord) {
  put("a/2", std::string(600, 'x'));
  put("a/3", std::string(600, 'x'));
  put("a/4", std::string(5000, 'x'));
  auto forward = request();
  forward.bytes_max = 1000;
  EXPECT_EQ(pages(forward), "12|3|4|5");
  auto backward = request(Direction::backward);
  backward.bytes_max = 1000;
  EXPECT_EQ(pages(backward), "5|4|3|21");
}

TEST_P(Scans, PassOverWhatExpiredHoweverMuchItIs) {
  put("gone/first", "v");
  for (int batch = 0; batch < 12; ++batch) {
    Commit commit;
    for (int at = 0; at < 1000; ++at) {
      commit.put(key("gone/" + std::to_string(10'000 + batch * 1000 + at)), "", clock.now() + 1h);
    }
    committed(std::move(commit));
  }
  put("gone/0", "v");
  put("gone/z", "v");
  clock.advance(1h);
  auto forward = ScanRequest::prefix(key("gone/"));
  auto backward = forward;
  backward.direction = Direction::backward;
  const auto keys_of = [&](const ScanRequest& request) {
    auto text = pages(request);
    std::erase(text, '|');
    return text;
  };
  EXPECT_EQ(keys_of(forward), "0tz");
  EXPECT_EQ(keys_of(backward), "zt0");
}

}  // namespace
}  // namespace bauta
