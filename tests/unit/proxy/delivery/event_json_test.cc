#include "proxy/delivery/event_json.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

Event event() {
  Event event{.type = EventType::message_received,
              .created_at = from_millis(1'770'000'000'123),
              .data = {{"message", "msg_1"}, {"code", "x"}},
              .sequence = 7};
  return event;
}

TEST(EventJson, IsWhatTheApiShows) {
  EXPECT_EQ(event_body(event(), std::nullopt),
            R"({"created_at":"2026-02-02T02:40:00.123Z","data":{"code":"x","message":"msg_1"},)"
            R"("id":"evt_00000000000000000000000000","sequence":7,"session":null,)"
            R"("type":"message.received"})");
}

TEST(EventJson, HoldsATextOnlyWhereTextsAreTold) {
  EXPECT_FALSE(event_body(event(), std::nullopt).contains("text"));
  EXPECT_TRUE(event_body(event(), ToldText{.text = "hello"}).contains(R"("text":"hello")"));
  EXPECT_TRUE(event_body(event(), ToldText{}).contains(R"("text":null)")) << "it is erased";
  auto other = event();
  other.data.clear();
  EXPECT_FALSE(event_body(other, ToldText{}).contains("text")) << "it is about no message";
}

}  // namespace
}  // namespace bauta
