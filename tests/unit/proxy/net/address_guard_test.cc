#include "proxy/net/address_guard.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>

namespace bauta {
namespace {

namespace ip = boost::asio::ip;

AddressOctets octets(const std::string& text) {
  const auto address = ip::make_address(text);
  if (address.is_v6()) return address.to_v6().to_bytes();
  return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}
AddressGuard allowing(std::vector<std::string> networks) { return *AddressGuard::make(networks); }
std::string told(const Status& status) {
  return status ? "allowed" : std::string(status.error().code);
}

TEST(AddressGuard, AllowsPublicAddressesOverHttpsAlone) {
  const AddressGuard guard;
  for (const auto* address : {"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255",
                              "172.32.0.0", "100.63.255.255", "100.128.0.0", "169.253.255.255",
                              "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
                              "2a00:1450::1", "64:ff9b::808:808", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(guard.allows(octets(address), true)) << address;
    EXPECT_FALSE(guard.allows(octets(address), false)) << address;
  }
}

TEST(AddressGuard, RefusesWhatIsNotPublicHoweverItIsWritten) {
  const AddressGuard guard;
  for (const auto* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.0.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::ffff:169.254.169.254",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b::a9fe:a9fe",
                              "64:ff9b:1::1",
                              "100::1",
                              "fe80::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "fec0::1",
                              "ff02::1",
                              "2001::1",
                              "2001:db8::1",
                              "2002:7f00:1::1",
                              "3fff::1",
                              "5f00::1",
                              "4000::1"}) {
    EXPECT_FALSE(guard.allows(octets(address), true)) << address;
    EXPECT_FALSE(guard.allows(octets(address), false)) << address;
  }
}

TEST(AddressGuard, AllowsWhatTheOperatorNamesOverHttpToo) {
  const auto guard = allowing({"127.0.0.0/8", "10.1.2.0/23", "fd00::/8"});
  for (const auto* address : {"127.0.0.1", "::ffff:127.0.0.1", "10.1.3.255", "fd12::1"}) {
    EXPECT_TRUE(guard.allows(octets(address), true)) << address;
    EXPECT_TRUE(guard.allows(octets(address), false)) << address;
  }
  for (const auto* address : {"10.1.4.0", "10.1.1.255", "::1", "fc00::1", "192.168.0.1"})
    EXPECT_FALSE(guard.allows(octets(address), true)) << address;
  EXPECT_TRUE(guard.allows(octets("8.8.8.8"), true));
  EXPECT_FALSE(guard.allows(octets("8.8.8.8"), false));
}

TEST(AddressGuard, CopiesAreAllowedTheSameAtAnyTime) {
  AddressGuard guard = allowing({"127.0.0.0/8"});
  const AddressGuard copy = guard;
  guard.take_up(allowing({"10.0.0.0/8"}));
  EXPECT_TRUE(copy.allows(octets("10.1.2.3"), false));
  EXPECT_FALSE(copy.allows(octets("127.0.0.1"), true));
  guard.take_up(AddressGuard());
  EXPECT_FALSE(copy.allows(octets("10.1.2.3"), true));
  EXPECT_EQ(told(copy.check_url("http://10.1.2.3/hook")), "url.not_https");
}

TEST(AddressGuard, KnowsNoNetworkByItsName) {
  for (const std::string text : {"localhost", "10.0.0.0", "10.0.0.0/33", "fd00::/129", ""})
    EXPECT_EQ(AddressGuard::make(std::vector{text}).error().code, "config.bad_value") << text;
}

TEST(AddressGuard, JudgesAUrlBeforeItsNameIsLookedUp) {
  const AddressGuard guard;
  EXPECT_EQ(told(guard.check_url("https://example.com/x?y=1")), "allowed");
  EXPECT_EQ(told(guard.check_url("https://8.8.8.8/")), "allowed");
  EXPECT_EQ(told(guard.check_url("http://example.com/")), "url.not_https");
  EXPECT_EQ(told(guard.check_url("https://127.0.0.1/")), "url.not_public");
  EXPECT_EQ(told(guard.check_url("https://[::1]/")), "url.not_public");
  EXPECT_EQ(told(guard.check_url("https://[::ffff:10.0.0.1]/")), "url.not_public");
  EXPECT_EQ(told(guard.check_url("https://user:secret@example.com/")), "url.malformed");
  EXPECT_EQ(told(guard.check_url("ftp://example.com/")), "url.malformed");
  const auto loopback = allowing({"127.0.0.0/8"});
  EXPECT_EQ(told(loopback.check_url("http://127.0.0.1:8080/")), "allowed");
  EXPECT_EQ(told(loopback.check_url("http://localhost:8080/")), "allowed") << "is judged later";
  EXPECT_EQ(told(loopback.check_url("http://8.8.8.8/")), "url.not_https");
  EXPECT_EQ(told(loopback.check_url("https://10.0.0.1/")), "url.not_public");
}

}  // namespace
}  // namespace bauta
