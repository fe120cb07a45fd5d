#include "tests/bench/commands.h"
#include "tests/bench/serving.h"

namespace bauta::bench {

int answer_nothing(unsigned threads) {
  serve(threads, [](const ServedRequest&) { return ServedAnswer{}; });
}

}  // namespace bauta::bench
