#include "proxy/doctor/machine.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

namespace bauta {
namespace {

/// Tables and logs of the two stores, event loops, and what everybody has.
constexpr std::uint64_t kOwnFiles = 512;

Diagnosis judge_clock(const std::optional<bool>& is_kept) {
  constexpr const char* kCheck = "clock";
  constexpr const char* kMend = "run chrony, systemd-timesyncd or another NTP client";
  if (!is_kept)
    return is_doubtful(kCheck, "the kernel does not say whether its clock is kept", kMend);
  if (!*is_kept)
    return is_doubtful(kCheck, "nothing keeps this machine's clock: it is not synchronised", kMend);
  return is_ok(kCheck, "the machine's clock is synchronised");
}

Diagnosis judge_open_files(std::uint64_t allowed, std::uint64_t wanted) {
  constexpr const char* kCheck = "open files";
  const auto what = fmt::format("{} files may be open, and the configuration allows what takes {}",
                                allowed, wanted);
  if (allowed >= wanted) return is_ok(kCheck, what);
  return is_doubtful(
      kCheck, what,
      fmt::format("raise it (LimitNOFILE={} in the unit, ulimit -n), or lower [http] "
                  "connections_max and client_connections_max",
                  wanted));
}

}  // namespace

MachineLook look_at_machine() {
  MachineLook look;
  timex clock{};
  const int state = ::adjtimex(&clock);
  if (state >= 0) look.clock_is_kept = state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) look.open_files_max = limit.rlim_cur;
  look.dumps_core =
      ::prctl(PR_GET_DUMPABLE) != 0 || ::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0;
  look.is_root = ::geteuid() == 0;
  return look;
}

std::uint64_t open_files_wanted(const Config& config) {
  // Each listener takes so many, and each thread so many to each carrier.
  const auto in = 2 * config.connections_max;
  const auto out = config.threads * config.client_connections_max *
                   static_cast<std::int64_t>(config.connections.size());
  return kOwnFiles + static_cast<std::uint64_t>(in + out);
}

Findings judge_machine(const MachineLook& look, const Config& config) {
  Findings findings{judge_clock(look.clock_is_kept),
                    judge_open_files(look.open_files_max, open_files_wanted(config))};
  findings.push_back(
      look.dumps_core ? is_failing("core dumps", "a crash would write addresses and keys to disk",
                                   "allow prctl and setrlimit, by which the relay turns them off")
                      : is_ok("core dumps", "they are turned off"));
  findings.push_back(look.is_root
                         ? is_doubtful("user", "this is root, and the relay needs no rights",
                                       "run it as a user of its own (User= in the unit)")
                         : is_ok("user", "this is not root"));
  return findings;
}

}  // namespace bauta
