#include "tests/simulation/trace.h"

#include <cstdio>
#include <utility>

namespace bauta::simulation {

void Trace::line(std::string text) {
  fold(text);
  fold("\n");
  ++lines_;
  if (print_) std::printf("%s\n", text.c_str());
  last_.push_back(std::move(text));
  if (last_.size() > kKept) last_.pop_front();
}

void Trace::fold(std::string_view octets) {
  for (const char octet : octets) {
    hash_ ^= static_cast<unsigned char>(octet);
    hash_ *= 0x100000001b3;
  }
}

}  // namespace bauta::simulation
