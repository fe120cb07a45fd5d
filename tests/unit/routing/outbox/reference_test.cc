#include "routing/outbox/reference.h"

#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using testing_routing::World;

class Reference : public ::testing::Test {
 protected:
  World world;
  const DeliveryReference reference{.service = world.service.id,
                                    .message = MessageId::make(1, world.random),
                                    .seat = SeatId::make(2, world.random),
                                    .attempt = 300};
};

TEST_F(Reference, ComesBackAsItWasWritten) {
  const auto text = write_reference(reference, world.index_key);
  EXPECT_EQ(text.size(), 106U);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz"), std::string::npos);
  EXPECT_EQ(read_reference(text, world.index_key), reference);
}

TEST_F(Reference, CannotBeForged) {
  const auto text = write_reference(reference, world.index_key);
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto forged = text;
    forged[at] = forged[at] == '0' ? '1' : '0';
    EXPECT_EQ(read_reference(forged, world.index_key), std::nullopt) << at;
  }
  for (const auto* foreign : {"", "x", "ILOU"})
    EXPECT_EQ(read_reference(foreign, world.index_key), std::nullopt);
  EXPECT_EQ(read_reference(text + "0", world.index_key), std::nullopt);
}

}  // namespace
}  // namespace bauta
