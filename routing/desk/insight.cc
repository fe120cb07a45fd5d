#include "routing/desk/insight.h"

namespace bauta {

Task<Result<Explanation>> Insight::explain(ServiceId service, SupposedText text) const {
  Explainer explainer(bench_.parts);
  co_return co_await explainer.explain(service, std::move(text));
}

}  // namespace bauta
