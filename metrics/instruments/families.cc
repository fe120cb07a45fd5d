#include "metrics/instruments/families.h"

namespace bauta::metrics {

std::string_view label_or_other(std::string_view value) {
  constexpr int kDigitsOfATelephone = 7;
  if (value.empty() || value.size() > kLabelOctetsMax) return kOtherLabel;
  int digits = 0;
  for (const char c : value) {
    if (c < ' ' || c > '~') return kOtherLabel;
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits == kDigitsOfATelephone) return kOtherLabel;
  }
  return value;
}

}  // namespace bauta::metrics
