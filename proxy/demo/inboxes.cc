#include "proxy/demo/inboxes.h"

#include <utility>

namespace bauta {

void Inboxes::put(const std::string& phone, ReceivedText text) {
  text.sequence = ++last_sequence_;
  phones_[phone].push_back(std::move(text));
  arrivals_.push_back(phone);
  if (arrivals_.size() <= texts_max_) return;
  const auto oldest = phones_.find(arrivals_.front());
  oldest->second.pop_front();
  if (oldest->second.empty()) phones_.erase(oldest);
  arrivals_.pop_front();
}

std::vector<ReceivedText> Inboxes::read(const std::string& phone, std::uint64_t after) const {
  std::vector<ReceivedText> texts;
  const auto found = phones_.find(phone);
  if (found == phones_.end()) return texts;
  for (const auto& text : found->second) {
    if (text.sequence > after) texts.push_back(text);
  }
  return texts;
}

}  // namespace bauta
