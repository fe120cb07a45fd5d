#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// One event of a stream (WHATWG HTML, 9.2).
struct SentEvent {
  /// Of the stream so far, as the server last said it: what a new connection names as Last-Event-ID.
  std::string id = {};
  std::string type = {};
  std::string data = {};
};

/// Reads text/event-stream, in whatever pieces it comes.
class EventStreamReader {
 public:
  /// The events that end within these octets.
  std::vector<SentEvent> read(std::string_view octets);
  /// Also of blocks without data, which are no events.
  const std::string& last_id() const { return last_id_; }
  /// How long the server asks its readers to wait before they connect again.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  /// Octets that wait for the end of their event.
  std::size_t octets_held() const { return line_.size() + event_.data.size(); }

 private:
  void take_line(std::string_view line, std::vector<SentEvent>& events);

  std::string line_ = {};
  bool ended_with_return_ = false;
  SentEvent event_ = {};
  bool has_data_ = false;
  std::string last_id_ = {};
  std::optional<std::chrono::milliseconds> retry_ = {};
};

}  // namespace bauta
