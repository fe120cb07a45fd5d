#pragma once

#include <string_view>
#include <vector>

#include "proxy/net/http.h"

namespace bauta {

/// One of the files of a page that lies in the binary (.cmake/embed.cmake).
struct PageFile {
  std::string_view name;
  std::string_view content;
};

/// One of `files`, with its type.  A name that is none of theirs is asserted.
HttpResponse page_answer(const std::vector<PageFile>& files, std::string_view name);

/// Nothing but what this server itself serves is loaded by the browser, nobody frames it, nothing is kept.
HttpResponse with_policy(HttpResponse response);

}  // namespace bauta
