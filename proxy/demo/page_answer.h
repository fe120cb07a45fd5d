#pragma once

#include <string_view>

#include "proxy/net/http.h"

namespace bauta {

/// One of page_files(), with its type.  A name that is none of theirs is asserted.
HttpResponse page_answer(std::string_view name);

/// Nothing but what this server itself serves is loaded by the browser, nobody frames it, nothing is kept.
HttpResponse with_policy(HttpResponse response);

}  // namespace bauta
