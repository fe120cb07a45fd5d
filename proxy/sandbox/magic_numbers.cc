#include "proxy/sandbox/magic_numbers.h"

#include <algorithm>
#include <array>

namespace bauta {
namespace {

using enum HandsetHabit;

constexpr std::array kMagic = std::to_array<MagicNumber>({
    {undelivered, "+12025550180", "+442079460180"},
    {slow, "+12025550181", "+442079460181"},
    {unconfirmed, "+12025550182", "+442079460182"},
    {refuses, "+12025550183", "+442079460183"},
    {says_stop, "+12025550184", "+442079460184"},
    {texts_twice, "+12025550185", "+442079460185"},
    {answers_late, "+12025550186", "+442079460186"},
    {unknown, "+12025550187", "+442079460187"},
    {busy, "+12025550188", "+442079460188"},
    {opted_out, "+12025550189", "+442079460189"},
});

}  // namespace

std::span<const MagicNumber> magic_numbers() { return kMagic; }

HandsetHabit habit_of(const RealAddress& address) {
  if (address.channel() != Channel::sms) return ordinary;
  const auto* const found = std::ranges::find_if(kMagic, [&](const MagicNumber& magic) {
    return address.reveal() == magic.us || address.reveal() == magic.gb;
  });
  return found == kMagic.end() ? ordinary : found->habit;
}

}  // namespace bauta
