#pragma once

#include <vector>

#include "proxy/net/page_answer.h"

namespace bauta {

/// The files in proxy/demo/page.
const std::vector<PageFile>& page_files();

}  // namespace bauta
