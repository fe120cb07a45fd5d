#include "proxy/net/event_stream.h"

#include <charconv>
#include <cstdint>
#include <utility>

namespace bauta {

std::vector<SentEvent> EventStreamReader::read(std::string_view octets) {
  std::vector<SentEvent> events;
  for (const char octet : octets) {
    // \r\n is one end of a line, \r and \n alone are one too.
    const bool ends_pair = ended_with_return_ && octet == '\n';
    ended_with_return_ = octet == '\r';
    if (ends_pair) continue;
    if (octet != '\n' && octet != '\r') {
      line_.push_back(octet);
      continue;
    }
    take_line(line_, events);
    line_.clear();
  }
  return events;
}

void EventStreamReader::take_line(std::string_view line, std::vector<SentEvent>& events) {
  if (line.empty()) {
    auto event = std::exchange(event_, {});
    if (!std::exchange(has_data_, false)) return;
    event.id = last_id_;
    if (event.type.empty()) event.type = "message";
    events.push_back(std::move(event));
    return;
  }
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (has_data_) event_.data.push_back('\n');
    event_.data.append(value);
    has_data_ = true;
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "id" && !value.contains('\0')) {
    last_id_ = value;
  } else if (name == "retry") {
    std::uint32_t milliseconds = 0;
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (error == std::errc() && end == value.data() + value.size())
      retry_ = std::chrono::milliseconds(milliseconds);
  }
}

}  // namespace bauta
