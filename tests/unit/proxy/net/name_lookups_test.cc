#include "proxy/net/name_lookups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>

namespace bauta {
namespace {

using namespace std::chrono_literals;

/// The name that RFC 6761 gives to nobody: it is answered here and now, with nothing.
constexpr const char* kNobody = "nobody.invalid";

class Lookups : public testing::Test {
 protected:
  template <class Condition>
  void run_until(const Condition& condition) {
    const auto latest = std::chrono::steady_clock::now() + 30s;
    while (!condition() && std::chrono::steady_clock::now() < latest) {
      loop.run_one_for(100ms);
      loop.restart();
    }
    ASSERT_TRUE(condition());
  }
  boost::asio::io_context loop;
};

TEST_F(Lookups, FindTheAddressesOfAName) {
  NameLookups lookups(2);
  std::optional<FoundAddresses> found;
  const auto waiting = lookups.look_up("localhost", loop.get_executor(),
                                       [&](const FoundAddresses& told) { found = told; });
  run_until([&] { return found.has_value(); });
  EXPECT_EQ(found->error, "");
  AddressOctets loopback{};
  loopback[10] = loopback[11] = 0xff;
  loopback[12] = 127;
  loopback[15] = 1;
  AddressOctets loopback_v6{};
  loopback_v6[15] = 1;
  EXPECT_THAT(found->addresses,
              testing::Each(testing::AnyOf(testing::Eq(loopback), testing::Eq(loopback_v6))));
  EXPECT_FALSE(found->addresses.empty());
}

TEST_F(Lookups, SayWhyThereAreNone) {
  NameLookups lookups(2);
  std::optional<FoundAddresses> found;
  const auto waiting = lookups.look_up(kNobody, loop.get_executor(),
                                       [&](const FoundAddresses& told) { found = told; });
  run_until([&] { return found.has_value(); });
  EXPECT_NE(found->error, "");
  EXPECT_TRUE(found->addresses.empty());
}

TEST_F(Lookups, TellEverybodyWhoWaits) {
  NameLookups lookups(1);
  int told = 0;
  std::vector<std::unique_ptr<NameLookups::Waiting>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(lookups.look_up(i % 2 == 0 ? "localhost" : kNobody, loop.get_executor(),
                                      [&](const FoundAddresses&) { ++told; }));
  }
  run_until([&] { return told == 20; });
}

// The event loop of who waited may be gone as soon as they left: nothing may be posted to it.
TEST_F(Lookups, LeaveAloneTheLoopsOfThoseWhoLeft) {
  NameLookups lookups(4);
  for (int i = 0; i < 50; ++i) {
    boost::asio::io_context theirs;
    const auto waiting = lookups.look_up("localhost", theirs.get_executor(),
                                         [](const FoundAddresses&) { FAIL() << "they left"; });
  }
  std::optional<FoundAddresses> last;
  const auto waiting = lookups.look_up("localhost", loop.get_executor(),
                                       [&](const FoundAddresses& found) { last = found; });
  run_until([&] { return last.has_value(); });
  EXPECT_EQ(last->error, "");
}

}  // namespace
}  // namespace bauta
