#include <sys/prctl.h>
#include <sys/resource.h>

#include "proxy/cli/commands.h"

namespace {

/// A core dump would hold addresses, texts and keys (promise 2).
void forbid_core_dumps() {
  constexpr rlimit kNone{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &kNone);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int main(int argc, char** argv) {
  forbid_core_dumps();
  return bauta::run_command_line(argc, argv);
}
