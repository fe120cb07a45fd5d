#include "routing/consent/ledger.h"

#include <gtest/gtest.h>

#include <array>

namespace bauta {
namespace {

class Consenters : public ::testing::Test {
 protected:
  PersonHash of(const std::string& written, ServiceId service = ServiceId()) const {
    return consenter(key_, service, *RealAddress::from_carrier(written)).person;
  }
  IndexKey key_{std::array<std::byte, IndexKey::kOctets>{}};
};

TEST_F(Consenters, AreTheSameForEverySpellingOfATelephone) {
  EXPECT_EQ(of("+541123456789"), of("+5491123456789"));
  EXPECT_EQ(of("+378886377"), of("+390549886377"));
  EXPECT_NE(of("+541123456789"), of("+541123456780"));
  EXPECT_NE(of("+541123456789"), of("whatsapp:+541123456789"));
  EXPECT_NE(of("+541123456789"), of("+541123456789", ServiceId(Bits128{std::byte{1}})));
}

// A record that was written before spellings counted as one is found under the address that the numbering plan gives.
TEST_F(Consenters, AreThePersonsOfRoutesWhereTheNumberingPlanAgrees) {
  for (const std::string written : {"+12025550142", "+5491123456789", "+390612345678"})
    EXPECT_EQ(of(written), key_.person(ServiceId(), "sms", written));
}

}  // namespace
}  // namespace bauta
